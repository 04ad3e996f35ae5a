"""Write Parquet files with pyarrow and pandas, in the ways that they are found: python write_parquet.py FOLDER.

FOLDER/files/<name>.parquet has columns of many types; FOLDER/<name>.rows is what pandas reads of it, with the predictions of
FOLDER/model behind it, as JSON Lines. FOLDER/nested has files with nested columns. Prints the names of the files.
"""

import datetime
import decimal
import json
import sys
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, Schema
from onnx import TensorProto, helper

from parquet_rows import lines_of, rows_of

ROWS = 1000
rng = np.random.default_rng(5)
at = np.arange(ROWS)
folder = Path(sys.argv[1])
for part in ("files", "nested"):
    (folder / part).mkdir()


def column(values, kind, every=0):
    """Values, of which every so many-th is null."""
    return pa.array(values, kind, mask=(at % every == 0) if every else None)


TABLE = pa.table(
    {
        "x": column(rng.normal(size=ROWS), pa.float64()),
        "f32": column(rng.normal(size=ROWS).astype("f4"), pa.float32(), 11),
        "i64": column(rng.integers(-(2**62), 2**62, ROWS), pa.int64()),
        "i8": column(at % 100 - 50, pa.int8()),
        "u32": column(at * 4_000_000, pa.uint32()),
        "nullable": column(at, pa.int64(), 7),
        "flag": column(at % 3 == 0, pa.bool_()),
        "maybe": column(at % 3 == 0, pa.bool_(), 5),
        "text": column([f"é {row % 17}" for row in at], pa.string(), 13),
        "bytes": column([b"\xff%d" % row for row in at], pa.binary()),
        "ms": column(at * 86_400_123, pa.timestamp("ms"), 9),
        "us": column(at * 86_400_123_456, pa.timestamp("us")),
        "ns": column(at * 86_400_123_456_789, pa.timestamp("ns"), 4),
        "empty": pa.nulls(ROWS, pa.string()),
    }
)
OTHER = pa.table(
    {
        "x": TABLE["x"],
        "date": pa.array([datetime.date(2020, 1, 1) + datetime.timedelta(days=int(row)) for row in at]),
        "decimal": pa.array([decimal.Decimal(int(row)) / 8 for row in at], pa.decimal128(12, 3)),
        "large": column([f"t{row}" for row in at], pa.large_string()),
        "zoned": column(at * 86_400_123, pa.timestamp("ms", tz="UTC")),
        "half": pa.array((at / 8).astype("f2")),
    }
)
CATEGORY = TABLE.set_column(
    TABLE.schema.get_field_index("text"), "text", TABLE["text"].combine_chunks().dictionary_encode()
)


def save_model(path):
    """y = x + x, of one column."""
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.DOUBLE, [None, 1])
    graph = helper.make_graph([helper.make_node("Add", ["x", "x"], ["y"])], "twice", [value("x")], [value("y")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    signature = ModelSignature(inputs=Schema([ColSpec("double", "x")]))
    mlflow.onnx.save_model(model, str(path), signature=signature, pip_requirements=["mlflow", "onnxruntime"])


save_model(folder / "model")
files = {}
for codec in ("snappy", "zstd", "gzip", "brotli", "lz4", "none"):
    files[codec] = lambda path, codec=codec: pq.write_table(TABLE, path, compression=codec)
files["plain"] = lambda path: pq.write_table(TABLE, path, use_dictionary=False)
files["page-v2"] = lambda path: pq.write_table(TABLE, path, data_page_version="2.0")
files["small-pages"] = lambda path: pq.write_table(TABLE, path, data_page_size=512, write_batch_size=50)
files["row-groups"] = lambda path: pq.write_table(TABLE, path, row_group_size=170)
LATE = TABLE.set_column(5, "nullable", pa.array(at, pa.int64(), mask=at > 900))
LATE = LATE.set_column(7, "maybe", pa.array(at % 3 == 0, pa.bool_(), mask=at > 900))
files["late-nulls"] = lambda path: pq.write_table(LATE, path, row_group_size=170)
files["no-statistics"] = lambda path: pq.write_table(LATE, path, row_group_size=170, write_statistics=False)
files["statistics"] = lambda path: pq.write_table(TABLE, path, write_page_index=True, write_page_checksum=True)
files["int96"] = lambda path: pq.write_table(TABLE, path, use_deprecated_int96_timestamps=True)
files["version-1"] = lambda path: pq.write_table(TABLE.drop_columns(["u32", "ns"]), path, version="1.0")
files["split"] = lambda path: pq.write_table(
    TABLE, path, use_dictionary=False, column_encoding={"x": "BYTE_STREAM_SPLIT", "i64": "DELTA_BINARY_PACKED", "text": "DELTA_BYTE_ARRAY"}
)
files["other-types"] = lambda path: pq.write_table(OTHER, path)
files["categories"] = lambda path: pq.write_table(CATEGORY, path)
files["pandas"] = lambda path: TABLE.to_pandas().to_parquet(path)
files["pandas-nullable"] = lambda path: TABLE.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get).to_parquet(path)
files["pandas-index"] = lambda path: TABLE.to_pandas().set_index("i8").to_parquet(path)
files["pandas-range"] = lambda path: TABLE.to_pandas().set_index(pd.RangeIndex(5, 5 + ROWS)).to_parquet(path)
files["nothing"] = lambda path: pq.write_table(TABLE.slice(0, 0), path)
for name, write in files.items():
    path = folder / "files" / f"{name}.parquet"
    write(path)
    rows = [{**row, "y": row["x"] + row["x"]} for row in rows_of(path)]
    (folder / f"{name}.rows").write_text(lines_of(rows))

nested = {
    "list": pa.array([[1, 2]] * ROWS),
    "struct": pa.array([{"a": 1}] * ROWS),
    "map": pa.array([[("k", 1)]] * ROWS, pa.map_(pa.string(), pa.int64())),
}
for name, values in nested.items():
    pq.write_table(TABLE.append_column(f"my {name}", values), folder / "nested" / f"{name}.parquet")
print(json.dumps([*files]))

"""Write Parquet files of 5,000 rows in row groups of 700 for `predict`: python write_predict_parquet.py FOLDER."""

import datetime
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 5000
rng = np.random.default_rng(7)
at = np.arange(ROWS)
folder = Path(sys.argv[1])
late = at >= ROWS - 3


def column(values, kind, missing=None):
    return pa.array(values, kind, mask=missing)


COLUMNS = {
    "floats": column(rng.normal(size=ROWS), pa.float64(), at % 7 == 0),
    "singles": column(rng.normal(size=ROWS).astype("f4"), pa.float32(), late),
    "integers": column(rng.integers(-(2**62), 2**62, ROWS), pa.int64()),
    "small-integers": column(at % 200, pa.uint8()),
    "late-nulls": column(at, pa.int64(), late),
    "bools": column(at % 3 == 0, pa.bool_()),
    "late-null-bools": column(at % 3 == 0, pa.bool_(), late),
    "text": column([f"é {row % 17}" for row in at], pa.string(), at % 13 == 0),
    "dates": column([datetime.date(2020, 1, 1)] * ROWS, pa.date32()),
    "moments": column(at * 86_400_123, pa.timestamp("ms")),
    "categories": pa.DictionaryArray.from_arrays(pa.array(at % 3, pa.int8()), ["a", "b", "c"]),
    "nothing": pa.nulls(ROWS, pa.string()),
}
for name, values in COLUMNS.items():
    table = pa.table({"a": values, "b": column(at / 8, pa.float64())})
    pq.write_table(table, folder / f"{name}.parquet", row_group_size=700)
integers = pa.table({"a": COLUMNS["integers"], "b": COLUMNS["floats"]})
pq.write_table(integers, folder / "no-statistics.parquet", row_group_size=700, write_statistics=False)
required = integers.select(["a"]).cast(pa.schema([pa.field("a", pa.int64(), nullable=False)]))
pq.write_table(required, folder / "required.parquet", row_group_size=700, write_statistics=False)
frame = pd.DataFrame({"a": at * 2, "b": at / 8, 3: at % 5})
frame.columns = frame.columns.astype(str)
frame.astype({"a": "Int64"}).to_parquet(folder / "pandas-nullable.parquet", row_group_size=700)
frame.set_index("a").to_parquet(folder / "pandas-index.parquet", row_group_size=700)
frame.iloc[:0].to_parquet(folder / "no-rows.parquet")
LARGE = 300_000
large = pa.table({name: rng.normal(size=LARGE) for name in ("a", "b")})
pq.write_table(large, folder / "large.parquet", row_group_size=100_001)

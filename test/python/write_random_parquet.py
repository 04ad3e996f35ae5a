"""Write Parquet files with one row group of random columns, in random ways: python write_random_parquet.py FOLDER COUNT SEED."""

import random
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

folder, count, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
choose = random.Random(seed)
rng = np.random.default_rng(seed)

VALUES = {
    "float64": lambda rows, few: rng.normal(size=rows).round(1 if few else 12),
    "float32": lambda rows, few: rng.normal(size=rows).astype("f4").round(1 if few else 5),
    "int64": lambda rows, few: rng.integers(-(2**62), 2**62, rows) if not few else rng.integers(0, 3, rows),
    "int8": lambda rows, few: rng.integers(-100, 100, rows),
    "uint32": lambda rows, few: rng.integers(0, 2**32, rows),
    "bool": lambda rows, few: rng.integers(0, 2, rows) == 1,
    "string": lambda rows, few: [f"é{value}" for value in rng.integers(0, 5 if few else 10**9, rows)],
    "binary": lambda rows, few: [b"\xff%d" % value for value in rng.integers(0, 5 if few else 10**9, rows)],
    "timestamp[us]": lambda rows, few: rng.integers(0, 2**50, rows),
}


def column(kind, rows):
    """Null anywhere, nowhere, only at the end, or everywhere."""
    values = VALUES[kind](rows, choose.random() < 0.5)
    nulls = choose.choice(["none", "some", "late", "all", "none"])
    mask = {
        "none": None,
        "some": rng.random(rows) < 0.2,
        "late": np.arange(rows) >= rows - 3,
        "all": np.ones(rows, bool),
    }[nulls]
    kind = pa.timestamp("us") if kind.startswith("timestamp") else kind
    return pa.array(values, kind, mask=mask)


for number in range(count):
    rows = choose.choice([1, 7, 100, 3000])
    columns = {f"{kind} {at}": column(kind, rows) for at, kind in enumerate(choose.choices(list(VALUES), k=6))}
    table = pa.table(columns)
    if choose.random() < 0.3:
        fields = [field.with_nullable(table[field.name].null_count > 0) for field in table.schema]
        table = table.cast(pa.schema(fields))
    pq.write_table(
        table,
        folder / f"{number}.parquet",
        compression=choose.choice(["none", "snappy", "zstd", "gzip", "lz4", "brotli"]),
        use_dictionary=choose.random() < 0.6,
        dictionary_pagesize_limit=choose.choice([64, 2**20]),
        data_page_size=choose.choice([1, 100, 1000, 2**20]),
        write_batch_size=choose.choice([1, 13, 1024]),
        data_page_version=choose.choice(["1.0", "2.0"]),
        write_statistics=choose.random() < 0.6,
        row_group_size=rows,
    )

"""Write the rows of the benchmark: python make_rows.py OUT ROWS.

The same 20 columns of doubles with four decimals as OUT/<rows>.csv, as OUT/<rows>.parquet the way pandas writes it, and as
OUT/<rows>.raw for the floor: groups of 10,000 rows, column by column, little-endian doubles.
"""

import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

GROUP = 10_000
columns = [f"feature_{i:02d}" for i in range(20)]
out, rows = sys.argv[1], int(sys.argv[2])
rng = np.random.default_rng(7)
x = pd.DataFrame((rng.random((rows, len(columns))) * 6 - 3).round(4), columns=columns)
x.to_parquet(f"{out}/{rows}.parquet", index=False)
table = pa.Table.from_pandas(x, preserve_index=False)
# Numbers and their texts as to_csv would write them, in a twentieth of the time.
with open(f"{out}/{rows}.csv", "wb") as file:
    file.write(f"{','.join(columns)}\n".encode())
    pa.csv.write_csv(table, file, pa.csv.WriteOptions(include_header=False))
with open(f"{out}/{rows}.raw", "wb") as file:
    for start in range(0, rows, GROUP):
        file.write(x.iloc[start : start + GROUP].to_numpy().T.astype("<f8").tobytes())

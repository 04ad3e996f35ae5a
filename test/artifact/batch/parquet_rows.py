"""Parquet by Apache Arrow: `write <compression>` makes a file of a dataframe_split body on standard input, in row groups of
100 rows; `read` prints the rows of one as JSON."""

import io
import json
import sys

import pyarrow as pa
import pyarrow.parquet as pq

task, *rest = sys.argv[1:]
given = sys.stdin.buffer.read()
if task == "write":
    split = json.loads(given)["dataframe_split"]
    cells = list(zip(*split["data"])) or [()] * len(split["columns"])
    table = pa.table({name: pa.array(c, pa.float64()) for name, c in zip(split["columns"], cells)})
    out = io.BytesIO()
    pq.write_table(table, out, compression=rest[0], row_group_size=100)
    sys.stdout.buffer.write(out.getvalue())
else:
    # Without threads: those of Arrow's pool may end the process that ends before them.
    print(json.dumps(pq.ParquetFile(io.BytesIO(given)).read(use_threads=False).to_pylist()))

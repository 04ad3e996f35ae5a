"""Parquet by Apache Arrow, on standard output.

write <compression>      a file of the dataframe_split body on standard input, in row groups of 100 rows
read                     the predictions of the file on standard input, as JSON
large <rows> <name>...   a file of doubles in row groups of a million rows, which is its default; the first column is the number of the row
"""

import io
import json
import sys

import pyarrow as pa
import pyarrow.parquet as pq

GROUP = 2**20


def write(compression):
    split = json.load(sys.stdin.buffer)["dataframe_split"]
    cells = list(zip(*split["data"])) or [()] * len(split["columns"])
    table = pa.table({name: pa.array(c, pa.float64()) for name, c in zip(split["columns"], cells)})
    pq.write_table(table, sys.stdout.buffer, compression=compression, row_group_size=100)


def read():
    # Without threads: those of Arrow's pool may end the process that ends before them.
    file = pq.ParquetFile(io.BytesIO(sys.stdin.buffer.read()))
    table = file.read(columns=["output_label", "output_probability"], use_threads=False)
    print(json.dumps(table.to_pylist()))


def large(rows, first, *others):
    import numpy as np

    random = np.random.default_rng(20)
    schema = pa.schema([(name, pa.float64()) for name in (first, *others)])
    with pq.ParquetWriter(sys.stdout.buffer, schema, compression="snappy") as out:
        for start in range(0, int(rows), GROUP):
            count = min(GROUP, int(rows) - start)
            cells = [np.arange(start, start + count, dtype="float64")]
            cells += [random.uniform(-100, 100, count) for _ in others]
            out.write_table(pa.table(cells, schema=schema), row_group_size=GROUP)


def million(rows, *names):
    import numpy as np

    row = np.arange(int(rows), dtype="int64")
    cells = [((row * 2654435761 + i * 1234567) % 20000001 - 10000000) / 100000 for i in range(len(names))]
    cells[0] = row.astype("float64")
    pq.write_table(pa.table(cells, names=names), sys.stdout.buffer)


def ends():
    table = pq.ParquetFile(io.BytesIO(sys.stdin.buffer.read())).read(use_threads=False)
    for column in (0, table.num_columns - 1):
        sys.stdout.buffer.write(table.column(column).to_numpy().astype("float64").tobytes())


task, *arguments = sys.argv[1:]
{"write": write, "read": read, "large": large, "million": million, "ends": ends}[task](*arguments)

"""Write the rows that pandas reads of Parquet files to <file>.rows, as JSON Lines: python parquet_rows.py FILE ..."""

import base64
import datetime
import decimal
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq


def plain(value):
    """A cell as our files of predictions hold it when they are lines of JSON."""
    if value is None:
        return None
    if value is pd.NaT:
        return "NaT"
    if isinstance(value, bytes):
        return base64.encodebytes(value).decode("ascii")
    if isinstance(value, np.generic):
        value = value.item() if not isinstance(value, np.datetime64) else pd.Timestamp(value)
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return float(value)
    return value


def rows_of(path):
    # An index is kept as the column that it is in the file, and integers beside nulls are integers.
    frame = pq.read_table(path).to_pandas(ignore_metadata=True, integer_object_nulls=True)
    columns = {name: [plain(value) for value in frame[name]] for name in frame.columns}
    return [dict(zip(columns, cells)) for cells in zip(*columns.values())]


def lines_of(rows):
    return "".join(f"{json.dumps(row)}\n" for row in rows)


if __name__ == "__main__":
    for path in sys.argv[1:]:
        Path(f"{path}.rows").write_text(lines_of(rows_of(path)))

"""Print what pandas reads of a file of predictions: values and, for Parquet, Arrow's types."""

import json
import math
import sys

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

form, path = sys.argv[1:]
dtypes = {}
if form == "csv":
    # Dates have a fraction only where they need one, so that their form is to be said.
    dates = {"parse_dates": ["when"], "date_format": "ISO8601"}
    frame = pd.read_csv(path, dtype={"id": str}, float_precision="round_trip", **dates)
    for name in ("tensor", "deep"):
        frame[name] = frame[name].map(json.loads)
elif form == "jsonl":
    frame = pd.read_json(path, lines=True, dtype={"id": str}, convert_dates=["when"], precise_float=True)
else:
    table = pq.read_table(path)
    dtypes = {field.name: str(field.type) for field in table.schema}
    frame = table.to_pandas()


def plain(name, value):
    if isinstance(value, (list, np.ndarray)):
        return [plain(name, item) for item in value]
    if name == "i64":
        return str(value)
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (float, np.floating)) and name in ("f32", "f64"):
        return float(value) if math.isfinite(value) else str(float(value))
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return str(value)
    return value.item() if isinstance(value, np.generic) else value


KEPT = ("f32", "f64", "i64", "u8", "yes", "when", "text", "tensor", "deep", "flag_predicted")
rows = [{name: plain(name, frame[name].iloc[at]) for name in KEPT} for at in range(len(frame))]
assert list(frame["id"]) == ["007", "008", "009"] * 2, frame["id"]
print(json.dumps({"rows": rows, "dtypes": dtypes}))

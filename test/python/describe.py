"""A value as JSON without loss: what a model was handed, dtypes and all. The format is that of the recordings."""

import base64
import datetime


def describe_input(value):
    import pandas as pd

    if not isinstance(value, pd.DataFrame):
        return {"kind": "value", "value": describe(value)}
    return {
        "kind": "dataframe",
        "columns": [str(name) for name in value.columns],
        "dtypes": [str(dtype) for dtype in value.dtypes],
        "rows": [[describe(cell) for cell in row] for row in _cells(value)],
    }


def _cells(frame):
    """Cells as they lie in their columns; a row of a frame would have one dtype for all."""
    columns = [list(frame.iloc[:, i]) for i in range(frame.shape[1])]
    return [list(row) for row in zip(*columns)] if columns else [[] for _ in range(len(frame))]


def describe(value):
    import numpy as np
    import pandas as pd

    if value is None or isinstance(value, (bool, str)):
        return value
    if value is pd.NaT:
        return {"dt": "NaT"}
    if value is pd.NA:
        return None
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return {"i": str(int(value))}
    if isinstance(value, (float, np.floating)):
        return {"f": repr(float(value))}
    if isinstance(value, (bytes, bytearray)):
        return {"b": base64.b64encode(bytes(value)).decode()}
    if isinstance(value, np.datetime64):
        return {"dt": "NaT" if np.isnat(value) else pd.Timestamp(value).isoformat()}
    if isinstance(value, (datetime.datetime, datetime.date)):
        return {"dt": value.isoformat()}
    if isinstance(value, np.ndarray):
        dtype = {"U": "str", "S": "bytes"}.get(value.dtype.kind, str(value.dtype))
        return {"nd": {"dtype": dtype, "shape": list(value.shape), "data": [describe(item) for item in value.ravel()]}}
    if isinstance(value, (list, tuple)):
        return {"l": [describe(item) for item in value]}
    if isinstance(value, dict):
        return {"o": {str(key): describe(item) for key, item in value.items()}}
    if hasattr(value, "model_dump"):
        return {"model": type(value).__name__, "fields": describe(value.model_dump())}
    return {"other": type(value).__name__}

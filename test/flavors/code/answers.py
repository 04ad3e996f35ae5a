"""A model that answers with every kind of value that Python models return; the first number asked says which."""

from __future__ import annotations

import datetime
import decimal
import math
from collections.abc import Callable
from typing import Any

import mlflow
import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST
from mlflow.pyfunc import PythonModel


class _Opaque:
    """Nothing that JSON has a word for."""


def _fail(error: Exception) -> Any:
    raise error


DAYS = pd.date_range("2024-02-28", periods=3, freq="D")
KINDS: list[Callable[[], Any]] = [
    lambda: [1, 2.0, "three", None, True],
    lambda: {"a": [1, 2], "b": {"c": np.float32(0.1), "d": np.int64(2**60)}},
    lambda: np.array([[1, 2], [3, 4]], dtype=np.int8),
    lambda: np.array([True, False]),
    lambda: np.array([0.1, 1 / 3], dtype=np.float32),
    lambda: np.array(["a", "ü"]),
    lambda: np.array([b"bytes", b"\xff"]),
    lambda: np.array(["2024-01-01", "NaT"], dtype="datetime64[ns]"),
    lambda: np.array([{"k": 1}, None, [1]], dtype=object),
    lambda: {"first": np.zeros((2, 1)), "second": np.array(["x"])},
    lambda: pd.Series([1.5, 2.5], index=["r", "s"], name="named"),
    lambda: pd.DataFrame({"t": DAYS, "n": [1.0, math.nan, 3.0]}),
    lambda: pd.DataFrame({"t": DAYS.tz_localize("Europe/Zurich")}),
    lambda: pd.DataFrame({"c": pd.Categorical(["u", "v"]), "o": [[1], {"k": 2}]}, index=[5, 5]),
    lambda: pd.DataFrame([[1, 2]], columns=["same", "same"]),
    lambda: pd.DataFrame([[1, 2]], columns=[0, 1]),
    lambda: pd.DataFrame({"i": pd.array([1, None], dtype="Int64")}),
    lambda: pd.DataFrame({"a": []}),
    lambda: [math.nan, math.inf, -math.inf],
    lambda: np.array([math.nan, math.inf]),
    lambda: "text",
    lambda: 7,
    lambda: None,
    lambda: b"bytes",
    lambda: datetime.datetime(2024, 1, 2, 3, 4, 5, 678),
    lambda: [datetime.date(2024, 1, 2), DAYS[0]],
    lambda: decimal.Decimal("1.10"),
    lambda: {1: "number as a key", None: "none as a key"},
    lambda: {("a", "b"): "tuple as a key"},
    lambda: (1, 2),
    lambda: {3},
    lambda: _Opaque(),
    lambda: np.complex64(1 + 2j),
    lambda: 2**70,
    lambda: "\ud800",
    lambda: "\x00\u2028</script>",
    lambda: _fail(ValueError("wrong value")),
    lambda: _fail(MlflowException("wrong parameter", error_code=INVALID_PARAMETER_VALUE)),
    lambda: _fail(MlflowException("not here", error_code=RESOURCE_DOES_NOT_EXIST)),
    lambda: _fail(MlflowException("of no kind")),
    lambda: (n for n in [1, 2]),
    lambda: [np.float64(1e300) * 1e10, np.float64(-0.0), 5e-324, 1e16, 123456789012345680.0],
]


class Answers(PythonModel):
    def predict(self, context, model_input, params=None):
        return KINDS[int(model_input["kind"].iloc[0]) % len(KINDS)]()


mlflow.models.set_model(Answers())

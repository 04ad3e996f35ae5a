"""Models that stay in Python: a custom pyfunc with params, one that prints, statsmodels, and Prophet."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import infer_signature
from mlflow.pyfunc import PythonModel


def pins(*libraries: str) -> list[str]:
    """Requirements of exactly the versions that the models are made with."""
    return [f"{name}=={version(name)}" for name in ("mlflow", "numpy", "pandas", *libraries)]


class _Scaled(PythonModel):
    def predict(self, context: Any, model_input: Any, params: dict[str, Any] | None = None) -> Any:
        return model_input["x"].to_numpy() * (params or {})["factor"]


class _Printing(PythonModel):
    """Writes to stdout from Python, through the buffer of the C library, and to the descriptor below both."""

    def predict(self, context: Any, model_input: Any, params: dict[str, Any] | None = None) -> Any:
        print("predicting", len(model_input), flush=True)
        library = ctypes.CDLL(None)
        library.puts(b"from C")
        library.fflush(None)
        os.write(1, b"from below C\n")
        return model_input["x"].to_numpy() + 1


def _save(path: Path, model: PythonModel, params: dict[str, Any] | None = None) -> None:
    import cloudpickle

    # By value: the class is not importable where the model is served.
    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    frame = pd.DataFrame({"x": [0.0, 1.5, -2.0]})
    mlflow.pyfunc.save_model(
        path,
        python_model=model,
        signature=infer_signature(frame, np.zeros(3), params),
        input_example=(frame, params) if params else frame,
        pip_requirements=pins("cloudpickle"),
    )


def pyfunc_params(path: Path) -> None:
    _save(path, _Scaled(), {"factor": 2.0})


def pyfunc_printing(path: Path) -> None:
    _save(path, _Printing())


def statsmodels_ols(path: Path) -> None:
    import statsmodels.api as statsmodels

    random = np.random.default_rng(1)
    frame = pd.DataFrame(random.normal(size=(60, 2)), columns=["a", "b"])
    fitted = statsmodels.OLS(frame.a * 2 - frame.b + random.normal(size=60), frame).fit()
    mlflow.statsmodels.save_model(
        fitted,
        path,
        signature=infer_signature(frame, fitted.predict(frame)),
        input_example=frame.head(5),
        pip_requirements=pins("statsmodels"),
    )


def prophet(path: Path) -> None:
    from prophet import Prophet

    days = pd.date_range("2024-01-01", periods=90, freq="D")
    values = np.arange(90) * 0.1 + np.sin(np.arange(90) * 2 * np.pi / 7)
    # No uncertainty_samples: they are drawn anew at every prediction.
    model = Prophet(uncertainty_samples=0, yearly_seasonality=False, daily_seasonality=False)
    model.fit(pd.DataFrame({"ds": days, "y": values}), seed=1)
    frame = pd.DataFrame({"ds": pd.date_range("2024-04-01", periods=3, freq="D")})
    mlflow.prophet.save_model(
        model,
        path,
        signature=infer_signature(frame, model.predict(frame)),
        input_example=frame,
        pip_requirements=pins("prophet"),
    )


MODELS: dict[str, Callable[[Path], None]] = {
    "pyfunc-params": pyfunc_params,
    "pyfunc-printing": pyfunc_printing,
    "statsmodels-ols": statsmodels_ols,
    "prophet": prophet,
}

"""Models that stay in Python: a custom pyfunc with params, one that prints, and statsmodels."""

from __future__ import annotations

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


def _pins(*libraries: str) -> list[str]:
    return [f"{name}=={version(name)}" for name in ("mlflow", "numpy", "pandas", *libraries)]


class _Scaled(PythonModel):
    def predict(self, context: Any, model_input: Any, params: dict[str, Any] | None = None) -> Any:
        return model_input["x"].to_numpy() * (params or {})["factor"]


class _Printing(PythonModel):
    """Writes to stdout from Python and, below it, to the descriptor that C code would use."""

    def predict(self, context: Any, model_input: Any, params: dict[str, Any] | None = None) -> Any:
        print("predicting", len(model_input), flush=True)
        os.write(1, b"from below Python\n")
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
        pip_requirements=_pins("cloudpickle"),
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
        pip_requirements=_pins("statsmodels"),
    )


MODELS: dict[str, Callable[[Path], None]] = {
    "pyfunc-params": pyfunc_params,
    "pyfunc-printing": pyfunc_printing,
    "statsmodels-ols": statsmodels_ols,
}

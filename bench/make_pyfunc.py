"""A custom pyfunc with a signature of 20 doubles, as MLflow saves it: `python make_pyfunc.py FOLDER`."""

import sys

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import infer_signature


class Weighted(mlflow.pyfunc.PythonModel):
    """A weighted sum: nearly nothing to compute, so that what is measured is the way of a request."""

    def __init__(self, width: int) -> None:
        self.weights = np.linspace(-1.0, 1.0, width)

    def predict(self, context, model_input: pd.DataFrame, params=None) -> np.ndarray:
        return model_input.to_numpy() @ self.weights


def main(folder: str) -> None:
    frame = pd.DataFrame(np.random.default_rng(7).normal(size=(5, 20)).round(4))
    frame.columns = [f"feature_{i:02d}" for i in range(20)]
    model = Weighted(20)
    mlflow.pyfunc.save_model(
        folder,
        python_model=model,
        signature=infer_signature(frame, model.predict(None, frame)),
        pip_requirements=["mlflow", "pandas", "numpy"],
    )


main(sys.argv[1])

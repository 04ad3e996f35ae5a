"""Make the models of the benchmark: python make_model.py OUT.

Two regressors on 20 columns, as ONNX, saved by MLflow with a signature of 20 doubles: OUT/trees (gradient
boosting, 50 trees of depth 3: inference dominates large bodies) and OUT/linear (a scaled linear regression:
everything but inference dominates). One output and no ZipMap, so that the hand-written floor can run them too.
"""

import sys
import warnings

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import infer_signature
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")
COLUMNS = [f"feature_{i:02d}" for i in range(20)]
MODELS = {
    "trees": GradientBoostingRegressor(n_estimators=50, max_depth=3, random_state=0),
    "linear": make_pipeline(StandardScaler(), LinearRegression()),
}

rng = np.random.default_rng(0)
x = pd.DataFrame(rng.normal(size=(2000, len(COLUMNS))).round(4), columns=COLUMNS)
y = x.to_numpy() @ rng.normal(size=len(COLUMNS)) + np.sin(3 * x["feature_00"])
for name, model in MODELS.items():
    mlflow.onnx.save_model(
        to_onnx(model.fit(x, y), initial_types=[("X", FloatTensorType([None, len(COLUMNS)]))], target_opset=18),
        f"{sys.argv[1]}/{name}",
        signature=infer_signature(x),
        input_example=x.iloc[:1],
        pip_requirements=["mlflow", "onnxruntime"],
    )

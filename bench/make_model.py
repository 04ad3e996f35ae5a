"""Make the model of the benchmark: python make_model.py OUT.

A gradient boosting regressor on 20 columns (50 trees of depth 3), as ONNX, saved by MLflow with a
signature of 20 doubles; OUT/model is the MLflow model. One output and no ZipMap, so that the
hand-written floor can run it too.
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

warnings.filterwarnings("ignore")
COLUMNS = [f"feature_{i:02d}" for i in range(20)]

rng = np.random.default_rng(0)
x = pd.DataFrame(rng.normal(size=(2000, len(COLUMNS))).round(4), columns=COLUMNS)
y = x.to_numpy() @ rng.normal(size=len(COLUMNS)) + np.sin(3 * x["feature_00"])
model = GradientBoostingRegressor(n_estimators=50, max_depth=3, random_state=0).fit(x, y)
mlflow.onnx.save_model(
    to_onnx(model, initial_types=[("X", FloatTensorType([None, len(COLUMNS)]))], target_opset=18),
    f"{sys.argv[1]}/model",
    signature=infer_signature(x),
    input_example=x.iloc[:1],
    pip_requirements=["mlflow", "onnxruntime"],
)

"""Log the models of the interop run with real MLflow, register them, and list them as JSON.

    python make_models.py OUT [NAME ...]

The tracking server is MLFLOW_TRACKING_URI. Every model is logged, registered under its name with
the alias `champion` and the stage Production, and saved once more under OUT/<name> for
`mlflow models serve`. The last line printed is the list: name, folder, run id, model id.
"""

import json
import os
import sys
import warnings
from pathlib import Path

import mlflow
import numpy as np
import onnx
import pandas as pd
from mlflow import MlflowClient
from mlflow.models import ModelSignature, infer_signature
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema, TensorSpec
from onnx import TensorProto, helper
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes, load_wine
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, StringTensorType

warnings.filterwarnings("ignore")
OPSET = 18


def wine_logistic():
    """sklearn classifier, column signature, ZipMap with int labels."""
    x, y = load_wine(return_X_y=True, as_frame=True)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(x, y)
    return float_model(model, x), infer_signature(x), x.iloc[:3]


def wine_labels():
    """sklearn classifier with text labels: ZipMap with string keys, string output."""
    x, y = load_wine(return_X_y=True, as_frame=True)
    names = np.array(["barolo", "grignolino", "barbera é"])[y]
    model = RandomForestClassifier(n_estimators=10, random_state=0).fit(x, names)
    return float_model(model, x), infer_signature(x), x.iloc[:3]


def wine_params():
    """The same with a params schema."""
    onnx_model, signature, example = wine_logistic()
    signature.params = ParamSchema(
        [
            ParamSpec("temperature", DataType.double, 0.5),
            ParamSpec("top_k", DataType.integer, 3),
            ParamSpec("stop", DataType.string, ["."], shape=(-1,)),
            ParamSpec("when", DataType.datetime, np.datetime64("2024-01-01")),
            ParamSpec("flag", DataType.boolean, False),
        ]
    )
    return onnx_model, signature, example


def diabetes_double():
    """Regressor with double inputs and no signature."""
    x, y = load_diabetes(return_X_y=True)
    model = make_pipeline(StandardScaler(), LinearRegression()).fit(x, y)
    types = [("X", DoubleTensorType([None, x.shape[1]]))]
    return to_onnx(model, initial_types=types, target_opset=OPSET), None, x[:3]


def diabetes_tensor():
    """Regressor with a tensor signature."""
    x, y = load_diabetes(return_X_y=True)
    model = GradientBoostingRegressor(n_estimators=20, random_state=0).fit(x, y)
    signature = ModelSignature(inputs=Schema([TensorSpec(np.dtype("float32"), (-1, x.shape[1]))]))
    return float_model(model, pd.DataFrame(x)), signature, x[:3].astype(np.float32)


def xgboost_model():
    import xgboost
    from onnxmltools import convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType as Floats

    x, y = load_wine(return_X_y=True)
    model = xgboost.XGBClassifier(n_estimators=8, max_depth=3, n_jobs=1, random_state=0).fit(x, y)
    onnx_model = convert_xgboost(model, initial_types=[("X", Floats([None, x.shape[1]]))], target_opset=15)
    frame = pd.DataFrame(x, columns=[f"f{i}" for i in range(x.shape[1])])
    return onnx_model, infer_signature(frame), frame.iloc[:3]


def lightgbm_model():
    import lightgbm
    from onnxmltools import convert_lightgbm
    from onnxmltools.convert.common.data_types import FloatTensorType as Floats

    x, y = load_wine(return_X_y=True)
    model = lightgbm.LGBMClassifier(n_estimators=8, verbose=-1, n_jobs=1, random_state=0, deterministic=True).fit(x, y)
    onnx_model = convert_lightgbm(model, initial_types=[("X", Floats([None, x.shape[1]]))], target_opset=15)
    return onnx_model, None, x[:3]


def mixed_frame():
    """Numbers and text: one [N, 1] input per column, which only a tensor signature can feed."""
    frame = pd.DataFrame(
        {
            "size": np.linspace(1, 20, 60),
            "weight": np.linspace(5, 1, 60) ** 2,
            "color": np.array(["red", "green", "blue"])[np.arange(60) % 3],
        }
    )
    y = (frame["size"] * (frame["color"] == "red") > 5).astype(int)
    encode = ColumnTransformer(
        [
            ("numbers", StandardScaler(), ["size", "weight"]),
            ("text", OneHotEncoder(handle_unknown="ignore"), ["color"]),
        ]
    )
    model = make_pipeline(encode, LogisticRegression()).fit(frame, y)
    types = [
        ("size", FloatTensorType([None, 1])),
        ("weight", FloatTensorType([None, 1])),
        ("color", StringTensorType([None, 1])),
    ]
    signature = ModelSignature(
        inputs=Schema(
            [
                TensorSpec(np.dtype("float32"), (-1, 1), "size"),
                TensorSpec(np.dtype("float32"), (-1, 1), "weight"),
                TensorSpec(np.dtype("object"), (-1, 1), "color"),
            ]
        )
    )
    example = {
        "size": np.array([[3.5], [12.0]], dtype=np.float32),
        "weight": np.array([[20.0], [2.5]], dtype=np.float32),
        "color": np.array([["red"], ["blue"]], dtype=object),
    }
    return to_onnx(model, initial_types=types, target_opset=OPSET), signature, example


def mixed_columns():
    """Several 1-D inputs of several types under a column signature."""
    names = [("a", TensorProto.DOUBLE), ("n", TensorProto.INT64), ("s", TensorProto.STRING), ("b", TensorProto.BOOL)]
    nodes = [helper.make_node("Identity", [name], [f"{name}_out"]) for name, _ in names]
    nodes.append(helper.make_node("Cast", ["n"], ["n_double"], to=TensorProto.DOUBLE))
    nodes.append(helper.make_node("Add", ["a", "n_double"], ["sum"]))
    outputs = [(f"{name}_out", kind) for name, kind in names] + [("sum", TensorProto.DOUBLE)]
    graph = helper.make_graph(
        nodes,
        "mixed",
        [helper.make_tensor_value_info(name, kind, [None]) for name, kind in names],
        [helper.make_tensor_value_info(name, kind, [None]) for name, kind in outputs],
    )
    signature = ModelSignature(
        inputs=Schema(
            [
                ColSpec(DataType.double, "a"),
                ColSpec(DataType.long, "n"),
                ColSpec(DataType.string, "s"),
                ColSpec(DataType.boolean, "b", required=False),
            ]
        )
    )
    example = pd.DataFrame({"a": [1.5, -2.0], "n": [3, 4], "s": ["x", "é"], "b": [True, False]})
    return checked(graph), signature, example


def conv_net():
    """A small image network: [N, 1, 8, 8] in, three class scores out; weights in an external file."""
    rng = np.random.default_rng(0)
    tensors = {
        "kernel": rng.normal(size=(16, 1, 3, 3)).astype(np.float32),
        "bias": rng.normal(size=(16,)).astype(np.float32),
        "dense": rng.normal(size=(16, 3)).astype(np.float32),
        "offset": rng.normal(size=(3,)).astype(np.float32),
    }
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["image", "kernel", "bias"], ["c"], pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["c"], ["r"]),
            helper.make_node("GlobalAveragePool", ["r"], ["p"]),
            helper.make_node("Flatten", ["p"], ["flat"]),
            helper.make_node("Gemm", ["flat", "dense", "offset"], ["scores"]),
        ],
        "conv",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 1, 8, 8])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 3])],
        [onnx.numpy_helper.from_array(value, name) for name, value in tensors.items()],
    )
    signature = ModelSignature(inputs=Schema([TensorSpec(np.dtype("float32"), (-1, 1, 8, 8))]))
    return checked(graph), signature, rng.normal(size=(2, 1, 8, 8)).astype(np.float32)


def long_columns():
    """Integer columns: the whole frame as int64, a dtype that ORT must not receive as float."""
    graph = helper.make_graph(
        [
            helper.make_node("ReduceSum", ["X", "axes"], ["total"], keepdims=0),
            helper.make_node("Identity", ["X"], ["same"]),
        ],
        "long",
        [helper.make_tensor_value_info("X", TensorProto.INT64, [None, 2])],
        [helper.make_tensor_value_info("total", TensorProto.INT64, [None])],
        [onnx.numpy_helper.from_array(np.array([1], dtype=np.int64), "axes")],
    )
    graph.node.pop()
    signature = ModelSignature(inputs=Schema([ColSpec(DataType.long, "i"), ColSpec(DataType.long, "j")]))
    return checked(graph), signature, pd.DataFrame({"i": [1, 2], "j": [3, 4]})


MODELS = {
    f.__name__: f
    for f in [
        wine_logistic,
        wine_labels,
        wine_params,
        diabetes_double,
        diabetes_tensor,
        xgboost_model,
        lightgbm_model,
        mixed_frame,
        mixed_columns,
        conv_net,
        long_columns,
    ]
}


def float_model(model, frame):
    return to_onnx(model, initial_types=[("X", FloatTensorType([None, frame.shape[1]]))], target_opset=OPSET)


def checked(graph):
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    onnx.checker.check_model(model)
    return model


def write_parquet(frame, folder):
    """The example as Parquet, in the dtypes and compressions that users send."""
    folder.mkdir()
    frame.to_parquet(folder / "snappy.parquet")
    frame.to_parquet(folder / "zstd.parquet", compression="zstd", index=False)
    numbers = frame.select_dtypes("number").columns
    for dtype in ("float32", "int64"):
        changed = frame.astype({name: dtype for name in numbers})
        changed.to_parquet(folder / f"{dtype}.parquet", compression="gzip")


def main():
    out = Path(sys.argv[1])
    client = MlflowClient()
    rows = []
    for name in sys.argv[2:] or MODELS:
        onnx_model, signature, example = MODELS[name]()
        with mlflow.start_run():
            info = mlflow.onnx.log_model(
                onnx_model, name="model", signature=signature, input_example=example,
                registered_model_name=name, pip_requirements=["mlflow", "onnxruntime"],
            )
        client.set_registered_model_alias(name, "champion", "1")
        client.transition_model_version_stage(name, "1", "Production")
        folder = out / name
        if os.environ.get("SAVE_COPIES", "1") == "1":
            mlflow.onnx.save_model(
                MODELS[name]()[0], str(folder), signature=signature, input_example=example,
                pip_requirements=["mlflow", "onnxruntime"],
            )
            if isinstance(example, pd.DataFrame):
                write_parquet(example, out / f"{name}.parquet")
        rows.append({"name": name, "folder": str(folder), "run_id": info.run_id, "model_id": info.model_id})
    print(json.dumps(rows))


if __name__ == "__main__":
    main()

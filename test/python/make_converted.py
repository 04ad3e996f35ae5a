"""Fit scikit-learn models, save them with MLflow and as ONNX, and record what MLflow answers: OUT."""

from __future__ import annotations

import json
import logging
import sys
import warnings
from pathlib import Path
from typing import Any

import mlflow
import mlflow.pyfunc.scoring_server as scoring_server
import numpy as np
import pandas as pd
import yaml
from mlflow.exceptions import MlflowException
from mlflow.models import infer_signature
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

NAMES = ["a", "b", "c"]
RANDOM = np.random.RandomState(0)
TABLE = pd.DataFrame(RANDOM.rand(50, 3), columns=NAMES)
TARGET = (TABLE.a > 0.5).astype(int)
CITIES = pd.DataFrame({"age": RANDOM.rand(40), "city": ["Rome", "Oslo"] * 20})
NUMBERS = [{"column": "*", "when": "nan"}, {"column": "*", "when": "infinite"}]
FLOAT32 = [*NUMBERS, {"column": "*", "when": "beyond-float32"}]
MATRIX = {"kind": "array", "input": "X", "rank": 2, "columns": NAMES, "names": "same"}


def split(columns: list[str], *rows: list[Any]) -> str:
    return json.dumps({"dataframe_split": {"columns": columns, "data": list(rows)}})


BODIES = [
    split(NAMES, [1, 2, 3.5], [0.1, 0.2, 0.3], [-1e9, 5, 1e-9]),
    split(NAMES, [1, 2, 3]),
    split(["c", "b", "a"], [1, 2, 3.5]),
    split([*NAMES, "d"], [1, 2, 3.5, 1]),
    split(["a", "b"], [1, 2]),
    split(NAMES, [1, None, 3.5]),
    split(NAMES, [1, float("inf"), 3]),
    split(NAMES, [1, 1e300, 3]),
    split(NAMES, [1, 3.4028235e38, 3]),
    split(NAMES, [1, "x", 3.5]),
    split(NAMES, ["1", " 2e0 ", "3.5"]),
    split(NAMES, [True, 2, 3]),
    split(NAMES, [1, 2**70, 3]),
    split(NAMES),
    split([*NAMES, "a"], [1, 2, 3, 4]),
    json.dumps({"dataframe_split": {"data": [[1, 2, 3]]}}),
    json.dumps({"dataframe_records": [{"a": 1, "b": 2, "c": 3}]}),
    json.dumps({"dataframe_records": [{"a": True, "b": False, "c": True}]}),
    json.dumps({"dataframe_records": [{"a": 1, "b": 2, "c": 3}, {"a": "1", "b": None, "c": True}]}),
    json.dumps({"inputs": [[1, 2, 3]]}),
    json.dumps({"inputs": [[1.5, 2, 3], [4, 5, 6]]}),
    json.dumps({"inputs": [1, 2, 3]}),
    json.dumps({"inputs": [[[1, 2, 3]]]}),
    json.dumps({"inputs": [[1, 2]]}),
    json.dumps({"inputs": [[True, False, True]]}),
    json.dumps({"inputs": [["1", "2", "3"]]}),
    json.dumps({"inputs": []}),
    json.dumps({"inputs": 1}),
    json.dumps({"inputs": {"a": [1], "b": [2], "c": [3]}}),
    json.dumps({"instances": [{"a": 1, "b": 2, "c": 3}]}),
    json.dumps({"instances": [[1, 2, 3]]}),
    json.dumps({"inputs": [[1, None, 3]]}),
    json.dumps({"dataframe_split": {"columns": NAMES, "data": [[1, 2, 3.5]]}, "params": {"x": 1}}),
    split(["age", "city"], [0.5, "Rome"], [0.1, "Oslo"]),
    split(["city", "age"], ["Rome", 1]),
    split(["city", "age", "more"], ["Oslo", 0.25, "x"]),
    split(["age", "city"], [0.5, "Bern"]),
    split(["age", "city"], [0.5, ""]),
    split(["age", "city"], [None, "Rome"]),
    split(["age", "city"], ["0.5", "Rome"]),
    split(["age", "city"], ["old", "Rome"]),
    split(["age", "city"], [float("inf"), "Rome"]),
    split(["age"], [0.5]),
    json.dumps({"inputs": [[0.5, "Rome"]]}),
]


def main(out: Path) -> None:
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    forest = RandomForestClassifier(5, random_state=0).fit(TABLE, TARGET == 1)
    logistic = LogisticRegression().fit(TABLE, np.where(TARGET == 1, "yes", "no"))
    line = LinearRegression().fit(TABLE, TABLE.a * 2)
    mixed = make_pipeline(
        ColumnTransformer([("n", StandardScaler(), ["age"]), ("c", OneHotEncoder(), ["city"])]),
        LogisticRegression(),
    ).fit(CITIES, [0, 1] * 20)
    double = [("X", DoubleTensorType([None, 3]))]
    single = [("X", FloatTensorType([None, 3]))]
    label = {"kind": "array", "output": "label", "shape": "rows"}
    save(out / "line", line, double, {**MATRIX, "dtype": "float64"},
         {"kind": "array", "output": "variable", "dtype": "float64", "shape": "rows"}, NUMBERS)
    save(out / "signed", line, double, {**MATRIX, "dtype": "float64"},
         {"kind": "array", "output": "variable", "dtype": "float64", "shape": "rows"}, NUMBERS,
         signature=infer_signature(TABLE, TABLE.a))
    save(out / "forest", forest, single, {**MATRIX, "dtype": "float32", "text_arrays": "parse"},
         {**label, "dtype": "bool"}, FLOAT32[1:])
    save(out / "text", logistic, double, {**MATRIX, "dtype": "float64"},
         {**label, "dtype": "object"}, NUMBERS)
    save(out / "chances", logistic, double, {**MATRIX, "dtype": "float64"},
         {"kind": "array", "output": "probabilities", "dtype": "float64", "shape": "keep"}, NUMBERS,
         pyfunc_predict_fn="predict_proba")
    columns = [
        {"name": "age", "input": "age", "dtype": "float64"},
        {"name": "city", "input": "city", "dtype": "object"},
    ]
    save(out / "mixed", mixed, [("age", DoubleTensorType([None, 1])), ("city", StringTensorType([None, 1]))],
         {"kind": "columns", "columns": columns}, {**label, "dtype": "int64"},
         [{"column": "age", "when": "nan"}, {"column": "age", "when": "infinite"},
          {"column": "city", "when": "unknown", "values": ["Oslo", "Rome"]}])


def save(folder: Path, model: Any, types: list[Any], inputs: dict[str, Any], output: dict[str, Any],
         refuses: list[Any], **options: Any) -> None:
    requirements = ["mlflow", "scikit-learn"]  # named: to find them out takes longer than all the rest
    mlflow.sklearn.save_model(
        model, str(folder), serialization_format="cloudpickle", pip_requirements=requirements, **options
    )
    settings = {"zipmap": False} if hasattr(model, "classes_") else None
    graph = to_onnx(model, initial_types=types, options=settings)
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.onnx").write_bytes(graph.SerializeToString())
    conversion = {
        "format": 1,
        "flavor": "sklearn",
        "converter": "skl2onnx",
        "input": inputs,
        "output": output,
        "refuses": refuses,
        "refuses_empty": True,
        "is_float32": False,
    }
    (folder / "onnx" / "conversion.json").write_text(json.dumps(conversion))
    original = mlflow.pyfunc.load_model(str(folder))
    (folder / "answers.json").write_text(json.dumps([ask(original, body) for body in BODIES]))
    file = folder / "MLmodel"
    mlmodel = yaml.safe_load(file.read_text())
    mlmodel["flavors"]["onnx"] = {"data": "onnx/model.onnx", "conversion": "onnx/conversion.json"}
    file.write_text(yaml.safe_dump(mlmodel))


def ask(model: Any, body: str) -> dict[str, Any]:
    try:
        schema = model.metadata.get_input_schema()
        answer = scoring_server.invocations(body, "application/json", model, schema)
        return {"body": body, "status": answer.status, "text": answer.response}
    except MlflowException as error:
        return {"body": body, "status": error.get_http_status_code(), "error_code": error.error_code}


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Make a model whose one row takes milliseconds: python make_heavy.py OUT.

A network of 20 → 4,096 → 4,096 → 1, saved by MLflow as ONNX with a signature of 20 doubles. What it answers means nothing; what it costs does.
"""

import sys

import mlflow
import numpy as np
import onnx
import pandas as pd
from mlflow.models import infer_signature
from onnx import TensorProto, helper, numpy_helper

COLUMNS = [f"feature_{i:02d}" for i in range(20)]
SIZES = [20, 4096, 4096, 1]

rng = np.random.default_rng(0)
nodes, weights, value = [], [], "X"
for layer, (rows, columns) in enumerate(zip(SIZES, SIZES[1:])):
    name = f"W{layer}"
    weights.append(numpy_helper.from_array((rng.normal(size=(rows, columns)) / np.sqrt(rows)).astype(np.float32), name))
    nodes.append(helper.make_node("MatMul", [value, name], [f"M{layer}"]))
    nodes.append(helper.make_node("Tanh", [f"M{layer}"], [f"T{layer}"]))
    value = f"T{layer}"
graph = helper.make_graph(
    nodes,
    "heavy",
    [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 20])],
    [helper.make_tensor_value_info(value, TensorProto.FLOAT, [None, 1])],
    weights,
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
onnx.checker.check_model(model)
x = pd.DataFrame(rng.normal(size=(5, 20)).round(4), columns=COLUMNS)
mlflow.onnx.save_model(
    model, sys.argv[1], signature=infer_signature(x), input_example=x.iloc[:1], pip_requirements=["mlflow", "onnxruntime"]
)

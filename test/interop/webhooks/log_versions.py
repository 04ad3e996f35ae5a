"""Log and register models whose every answer is the number of their version.

    python log_versions.py NAME=VERSIONS[:WEIGHT_BYTES] ...

The tracking server is MLFLOW_TRACKING_URI. The weights make a model as large as asked; they take part in
every answer, with nothing.
"""

import sys
import warnings

import mlflow
import numpy as np
from mlflow.models import ModelSignature
from mlflow.types import Schema, TensorSpec
from onnx import TensorProto, helper, numpy_helper

warnings.filterwarnings("ignore")


def answering(version, weight_bytes):
    """X [N, 1] -> Y [N, 1] = version."""
    width = max(1, int((weight_bytes / 4) ** 0.5))
    weights = np.random.default_rng(version).normal(size=(width, width)).astype(np.float32)
    initializers = [
        numpy_helper.from_array(np.ones((1, width), np.float32), "spread"),
        numpy_helper.from_array(weights, "weights"),
        numpy_helper.from_array(np.zeros((width, 1), np.float32), "nothing"),
        numpy_helper.from_array(np.array([version], np.float32), "version"),
    ]
    nodes = [
        helper.make_node("MatMul", ["X", "spread"], ["wide"]),
        helper.make_node("MatMul", ["wide", "weights"], ["mixed"]),
        helper.make_node("MatMul", ["mixed", "nothing"], ["zero"]),
        helper.make_node("Add", ["zero", "version"], ["Y"]),
    ]
    tensors = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 1]) for name in ("X", "Y")
    ]
    graph = helper.make_graph(nodes, "answering", tensors[:1], tensors[1:], initializers)
    opset = helper.make_opsetid("", 18)
    return helper.make_model(graph, opset_imports=[opset], ir_version=9)


signature = ModelSignature(inputs=Schema([TensorSpec(np.dtype("float32"), (-1, 1))]))
example = np.array([[1.0]], dtype=np.float32)
for argument in sys.argv[1:]:
    name, _, what = argument.partition("=")
    versions, _, weight_bytes = what.partition(":")
    for version in range(1, int(versions) + 1):
        with mlflow.start_run():
            mlflow.onnx.log_model(
                answering(version, int(weight_bytes or 4)),
                name="model",
                signature=signature,
                input_example=example,
                registered_model_name=name,
            )

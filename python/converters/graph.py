"""Writes an ONNX graph, node by node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

ML_DOMAIN = "ai.onnx.ml"
# The newest forms that our graphs use; both are older than the oldest ONNX Runtime that we ship.
_OPSET = 18
_ML_OPSET = 5
_IR_VERSION = 9


class Graph:
    """A graph of one input and one output under construction; `op` names the value that it adds."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, dtype: Any, shape: list[int | str]) -> str:
        self._inputs.append(helper.make_tensor_value_info(name, _element_type(dtype), shape))
        return name

    def constant(self, value: Any, dtype: Any) -> str:
        name = f"c{len(self._constants)}"
        self._constants.append(tensor(np.asarray(value, dtype=dtype), name))
        return name

    def op(self, kind: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        name = f"v{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], domain=domain, **attributes))
        return name

    def cast(self, value: str, dtype: Any) -> str:
        return self.op("Cast", value, to=_element_type(dtype))

    def constant_like(self, value: str, number: float, dtype: Any = np.float64) -> str:
        """As many cells as `value`, which is of floats, has: each is `number`."""
        same = self.constant(number, dtype)
        return self.op("Where", self.op("IsNaN", value), same, same)

    def parts(self, prefix: str, names: Mapping[str, str]) -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
        """Nodes and constants for a larger graph: `names` says what a value is called there, others get the prefix."""

        def rename(name: str) -> str:
            return names.get(name, f"{prefix}{name}") if name else name

        for node in self._nodes:
            node.input[:] = [rename(name) for name in node.input]
            node.output[:] = [rename(name) for name in node.output]
        for constant in self._constants:
            constant.name = rename(constant.name)
        return self._nodes, self._constants

    def model(self, output: str, dtype: Any, shape: list[int | str]) -> onnx.ModelProto:
        """The finished model, whose output `output` is the value given."""
        self._nodes.append(helper.make_node("Identity", [output], ["output"]))
        result = helper.make_tensor_value_info("output", _element_type(dtype), shape)
        graph = helper.make_graph(self._nodes, "converted", self._inputs, [result], self._constants)
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(ML_DOMAIN, _ML_OPSET)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION)
        model.producer_name = "mlflow-serverless"
        return model


def tensor(array: np.ndarray, name: str) -> onnx.TensorProto:
    """A constant; numpy's `object` is text."""
    if array.dtype == object:
        texts = [str(text).encode() for text in array.flat]
        return helper.make_tensor(name, TensorProto.STRING, array.shape, texts)
    return numpy_helper.from_array(array, name)


def _element_type(dtype: Any) -> int:
    dtype = np.dtype(dtype)
    return TensorProto.STRING if dtype == object else helper.np_dtype_to_tensor_dtype(dtype)

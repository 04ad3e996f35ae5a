"""What TensorFlow's kernels make of NaN and infinities, where ONNX says otherwise; asked of TensorFlow 2.21 on a CPU.

A layer with bias and ReLU runs as one fused kernel, which makes 0 of NaN; ONNX's Relu keeps it. Softmax answers NaN for a
NaN or an infinite cell alone and 0 for the others of its row; ONNX's answers NaN for all of them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import helper, numpy_helper

_PRODUCTS = {"MatMul", "Gemm", "Conv"}
_BETWEEN = {"Add", "Transpose", "Reshape", "Squeeze", "Unsqueeze"}


def imitate_kernels(model: Any) -> None:
    """Put that behind each Relu and Softmax of a float32 graph."""
    graph = _Graph(model)
    makers = {name: node for node in model.graph.node for name in node.output}
    for node in list(model.graph.node):
        graph.nodes.append(node)
        if node.op_type == "Relu" and _ends_layer(node.input[0], makers):
            _fused_relu(graph, node)
        elif node.op_type == "Softmax":
            _softmax(graph, node)
    del model.graph.node[:]
    model.graph.node.extend(graph.nodes)


class _Graph:
    """The nodes as they are written anew."""

    def __init__(self, model: Any) -> None:
        self.nodes: list[Any] = []
        self._graph = model.graph

    def op(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def constant(self, value: Any, name: str) -> str:
        self._graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
        return name


def _fused_relu(graph: _Graph, node: Any) -> None:
    source, answer = node.input[0], node.output[0]
    node.output[0] = f"{answer}_relu"
    zero = graph.constant(np.float32(0), f"{answer}_zero")
    is_nan = graph.op("IsNaN", [source], f"{answer}_nan")
    graph.op("Where", [is_nan, zero, node.output[0]], answer)


def _softmax(graph: _Graph, node: Any) -> None:
    source, answer = node.input[0], node.output[0]
    node.output[0] = f"{answer}_softmax"
    axis = next((item.i for item in node.attribute if item.name == "axis"), -1)
    zero = graph.constant(np.float32(0), f"{answer}_zero")
    nan = graph.constant(np.float32(np.nan), f"{answer}_not_a_number")
    axes = graph.constant(np.array([axis], np.int64), f"{answer}_axes")
    is_nan = graph.op("IsNaN", [source], f"{answer}_nan")
    is_infinite = graph.op("IsInf", [source], f"{answer}_infinite", detect_negative=0)
    is_odd = graph.op("Or", [is_nan, is_infinite], f"{answer}_odd")
    counted = graph.op("Cast", [is_odd], f"{answer}_counted", to=1)
    has_odd = graph.op("Cast", [graph.op("ReduceMax", [counted, axes], f"{answer}_any")], f"{answer}_has_odd", to=9)
    others = graph.op("Where", [has_odd, zero, node.output[0]], f"{answer}_others")
    graph.op("Where", [is_odd, nan, others], answer)


def _ends_layer(name: str, makers: dict[str, Any]) -> bool:
    """Whether a product of weights, with a bias or not, made this value."""
    node = makers.get(name)
    if node is None:
        return False
    if node.op_type in _PRODUCTS:
        return True  # tf2onnx leaves a bias of zeros out; a layer that has none is for the proof to judge
    if node.op_type not in _BETWEEN:
        return False
    return any(_is_product(part, makers) for part in node.input)


def _is_product(name: str, makers: dict[str, Any]) -> bool:
    node = makers.get(name)
    if node is None:
        return False
    if node.op_type in _PRODUCTS:
        return True
    return node.op_type in _BETWEEN - {"Add"} and _is_product(node.input[0], makers)

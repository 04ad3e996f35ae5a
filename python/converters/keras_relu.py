"""TensorFlow runs a layer with bias and ReLU as one fused kernel, and that kernel makes 0 of NaN; ONNX's Relu keeps it."""

from __future__ import annotations

from typing import Any

from onnx import helper, numpy_helper

_PRODUCTS = {"MatMul", "Gemm", "Conv"}
_BETWEEN = {"Add", "Transpose", "Reshape", "Squeeze", "Unsqueeze"}


def fuse_relus(model: Any) -> None:
    """After every Relu that ends such a layer: 0 where its input is NaN."""
    import numpy as np

    graph = model.graph
    makers = {name: node for node in graph.node for name in node.output}
    nodes = []
    for node in graph.node:
        nodes.append(node)
        if node.op_type != "Relu" or not _ends_layer(node.input[0], makers):
            continue
        source, answer = node.input[0], node.output[0]
        zero = numpy_helper.from_array(np.zeros((), np.float32), f"{answer}_zero")
        graph.initializer.append(zero)
        node.output[0] = f"{answer}_relu"
        nodes.append(helper.make_node("IsNaN", [source], [f"{answer}_nan"]))
        nodes.append(helper.make_node("Where", [f"{answer}_nan", zero.name, node.output[0]], [answer]))
    del graph.node[:]
    graph.node.extend(nodes)


def _ends_layer(name: str, makers: dict[str, Any]) -> bool:
    """Whether a product of weights and a bias made this value."""
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

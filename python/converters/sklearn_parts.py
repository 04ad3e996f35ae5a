"""Tells skl2onnx of our own converters, each a function that writes into a Graph; everything is in doubles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from converters.graph import Graph
from converters.sklearn_trees import in_doubles, place

# What stands for None and for NaN in a column of text: no one writes these.
NONE_TEXT, NAN_TEXT = "\ue000none", "\ue000nan"


class Features:
    """What a step is given: one input or several, [N][C] together; texts and numbers do not share an input."""

    def __init__(self, graph: Graph, operator: Any) -> None:
        from skl2onnx.common.data_types import StringTensorType

        self._graph = graph
        self._inputs: list[tuple[str, bool, int]] = []
        for index, given in enumerate(operator.inputs):
            is_text = isinstance(given.type, StringTensorType)
            width = given.type.shape[1] if len(given.type.shape) > 1 and given.type.shape[1] is not None else 1
            self._inputs.append((f"features{index or ''}", is_text, int(width)))

    @property
    def is_text(self) -> bool:
        return any(is_text for _, is_text, _ in self._inputs)

    def numbers(self) -> str:
        """All of them as doubles, [N][C]."""
        casts = [self._graph.cast(name, np.float64) for name, _, _ in self._inputs]
        return self._graph.op("Concat", *casts, axis=1) if len(casts) > 1 else casts[0]

    def texts(self) -> str:
        """All of them, [N][C]."""
        names = [name for name, _, _ in self._inputs]
        return self._graph.op("Concat", *names, axis=1) if len(names) > 1 else names[0]

    def columns(self) -> list[tuple[str, bool]]:
        """Each by itself, [N][1], and whether it is text."""
        found = []
        for name, is_text, width in self._inputs:
            value = name if is_text else self._graph.cast(name, np.float64)
            for place_of in range(width):
                index = self._graph.constant([place_of], np.int64)
                found.append((self._graph.op("Gather", value, index, axis=1) if width > 1 else value, is_text))
        return found


Transform = Callable[[Graph, Any, Features], tuple[str, int]]


def register_transformer(kind: type, build: Transform) -> None:
    """Shapes: `build` names a value and says its width: [N][width], doubles or texts."""
    from skl2onnx import update_registered_converter
    from skl2onnx.common.data_types import DoubleTensorType, StringTensorType

    def shapes(operator: Any) -> None:
        graph = Graph()
        features = Features(graph, operator)
        _, width = build(graph, operator.raw_operator, features)
        stays_text = features.is_text and getattr(build, "keeps_text", False)
        operator.outputs[0].type = (StringTensorType if stays_text else DoubleTensorType)([None, width])

    def convert(scope: Any, operator: Any, container: Any) -> None:
        graph = Graph()
        value, _ = build(graph, operator.raw_operator, Features(graph, operator))
        place(graph, scope, operator, container, [value])

    update_registered_converter(kind, f"Double{kind.__name__}", shapes, convert, overwrite=True)


def register_regressor(kind: type, build: Callable[[Graph, Any, str], str]) -> None:
    """Shapes: `build` gets [N][C] doubles and names the answer, [N][targets]."""
    from skl2onnx import update_registered_converter
    from skl2onnx.common.shape_calculator import calculate_linear_regressor_output_shapes as shapes

    def convert(scope: Any, operator: Any, container: Any) -> None:
        graph = Graph()
        value = build(graph, operator.raw_operator, Features(graph, operator).numbers())
        place(graph, scope, operator, container, [value])

    update_registered_converter(kind, f"Double{kind.__name__}", in_doubles(shapes), convert, overwrite=True)


def prefer_doubles() -> None:
    """skl2onnx takes a classifier's answers for float32 when the first input of the pipeline is text."""
    from skl2onnx.common import _registration

    for alias, shapes in list(_registration._shape_calculator_pool.items()):
        if not getattr(shapes, "is_in_doubles", False):
            wrapped = in_doubles(shapes)
            wrapped.is_in_doubles = True  # type: ignore[attr-defined]
            _registration._shape_calculator_pool[alias] = wrapped

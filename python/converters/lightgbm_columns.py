"""What a LightGBM node asks of its feature, said in ONNX: missing values, zeros, categories.

Most nodes need nothing but the flag of where NaN goes. Where zero is missing, and for categories, the feature
is rewritten once for all trees, in a column of its own.
"""

from __future__ import annotations

import numpy as np

from converters.graph import Graph
from converters.lightgbm_text import SourceTree
from converters.tree_ensemble import LESS_OR_EQUAL, MEMBER, Tree

_NUMBER, _ZERO_IS_MISSING, _CATEGORY = "number", "zero is missing", "category"
_MISSING_NONE, _MISSING_ZERO = 0, 1
# LightGBM's kZeroThreshold, a float literal that it compares with doubles.
_ZERO = float(np.float32(1e-35))


class Columns:
    """The columns that the trees read, in the order in which they were first asked for."""

    def __init__(self) -> None:
        self._places: dict[tuple[int, str], int] = {}

    def place(self, tree: SourceTree) -> Tree:
        """The tree on those columns."""
        kinds = [_kind(decision) for decision in tree.decisions]
        numbers = [kind != _CATEGORY for kind in kinds]
        return Tree(
            features=[self._place(feature, kind) for feature, kind in zip(tree.features, kinds)],
            modes=[LESS_OR_EQUAL if is_number else MEMBER for is_number in numbers],
            splits=[
                _split(threshold) if is_number else 0.0
                for threshold, is_number in zip(tree.thresholds, numbers)
            ],
            true_children=tree.lefts,
            false_children=tree.rights,
            nan_is_true=[_nan_is_left(node, tree) for node in range(len(kinds))],
            leaves=tree.leaves,
            members={node: _members(node, tree) for node, kind in enumerate(kinds) if kind == _CATEGORY},
        )

    def _place(self, feature: int, kind: str) -> int:
        return self._places.setdefault((feature, kind), len(self._places))

    def by_feature(self, thresholds: dict[int, set[float]]) -> dict[int, set[float]]:
        """Thresholds of columns as thresholds of the model's features."""
        found: dict[int, set[float]] = {}
        for column, (feature, _) in enumerate(self._places):
            found.setdefault(feature, set()).update(thresholds.get(column, ()))
        return found

    def add_to(self, graph: Graph, features: str) -> str:
        """Shapes: features is [N][C]; the value named is [N][columns]."""
        if not self._places:
            return features
        columns = graph.op(
            "Gather", features, graph.constant([feature for feature, _ in self._places], np.int64), axis=1
        )
        if is_zero := self._mask(_ZERO_IS_MISSING):
            near = graph.op("LessOrEqual", graph.op("Abs", columns), graph.constant(_ZERO, np.float64))
            missing = graph.op("And", near, graph.constant(is_zero, bool))
            columns = graph.op("Where", missing, graph.constant(np.nan, np.float64), columns)
        if is_category := self._mask(_CATEGORY):
            # As a cast to int: towards zero, so that -0.5 is category 0.
            whole = graph.op("Mul", graph.op("Sign", columns), graph.op("Floor", graph.op("Abs", columns)))
            columns = graph.op("Where", graph.constant(is_category, bool), whole, columns)
        return columns

    def _mask(self, kind: str) -> list[bool]:
        """Shapes: [columns]; empty when no column is of that kind."""
        mask = [column_kind == kind for _, column_kind in self._places]
        return mask if any(mask) else []


def _split(threshold: float) -> float:
    """The threshold that does what LightGBM does, which reads a value as near to 0 as _ZERO as 0."""
    if 0 <= threshold < _ZERO:
        return _ZERO
    return float(np.nextafter(-_ZERO, -np.inf)) if -_ZERO <= threshold < 0 else threshold


def _kind(decision: int) -> str:
    if decision & 1:
        return _CATEGORY
    return _ZERO_IS_MISSING if _missing(decision) == _MISSING_ZERO else _NUMBER


def _missing(decision: int) -> int:
    return decision >> 2 & 3


def _nan_is_left(node: int, tree: SourceTree) -> bool:
    decision = tree.decisions[node]
    if decision & 1:
        return False
    if _missing(decision) == _MISSING_NONE:
        # NaN is read as 0 then.
        return tree.thresholds[node] >= 0
    return bool(decision & 2)


def _members(node: int, tree: SourceTree) -> list[int]:
    index = int(tree.thresholds[node])
    words = tree.set_words[tree.set_starts[index] : tree.set_starts[index + 1]]
    return [place * 32 + bit for place, word in enumerate(words) for bit in range(32) if word >> bit & 1]

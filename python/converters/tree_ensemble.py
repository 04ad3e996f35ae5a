"""Decision trees as one ONNX node, thresholds and leaves as exact as the model that they came from.

The usual converters write TreeEnsembleRegressor and TreeEnsembleClassifier, whose answers are float32 and, in
onnxmltools, the thresholds as well: rows between two float32 values take the other branch. The TreeEnsemble
of ai.onnx.ml 5 computes in double throughout, and knows sets, which is what a categorical split asks for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from converters.graph import ML_DOMAIN, Graph, tensor

LESS_OR_EQUAL, LESS, GREATER, MEMBER = 0, 1, 3, 6
_SUM = 1


@dataclass(frozen=True)
class Tree:
    """One tree of I inner nodes and L leaves; the root is node 0, or leaf 0 when there are no nodes.

    Shapes: all but `leaves`, `members` are [I]. A child >= 0 is a node, a child < 0 the leaf `-1 - child`.
    """

    features: Sequence[int]
    modes: Sequence[int]
    splits: Sequence[float]
    true_children: Sequence[int]
    false_children: Sequence[int]
    # NaN takes the true branch.
    nan_is_true: Sequence[bool]
    leaves: Sequence[float]
    # The sets of the nodes of mode MEMBER.
    members: Mapping[int, Sequence[float]] = field(default_factory=dict)


class TreeEnsemble:
    """Trees, each of which adds to one of the targets."""

    def __init__(self, targets: int, dtype: Any) -> None:
        self._targets = targets
        self._dtype = np.dtype(dtype)
        self._roots: list[int] = []
        self._features: list[int] = []
        self._modes: list[int] = []
        self._splits: list[float] = []
        self._children: tuple[list[int], list[int]] = ([], [])
        self._are_leaves: tuple[list[int], list[int]] = ([], [])
        self._nan_is_true: list[int] = []
        self._members: list[float] = []
        self._leaf_targets: list[int] = []
        self._leaf_weights: list[float] = []

    def add_constant(self, value: float, target: int, mode: int) -> None:
        """A tree that is a leaf. The mode of all nodes should be one: ONNX Runtime is faster then."""
        leaf = Tree([0], [mode], [0.0], [-1], [-1], [False], [value])
        self.add(leaf, target)

    def add(self, tree: Tree, target: int) -> None:
        if not tree.features:
            mode = self._modes[0] if self._modes else LESS_OR_EQUAL
            return self.add_constant(tree.leaves[0], target, mode)
        first_node, first_leaf = len(self._features), len(self._leaf_weights)
        self._roots.append(first_node)
        self._features.extend(tree.features)
        self._modes.extend(tree.modes)
        self._splits.extend(tree.splits)
        self._nan_is_true.extend(int(flag) for flag in tree.nan_is_true)
        for side, children in enumerate((tree.true_children, tree.false_children)):
            self._are_leaves[side].extend(int(child < 0) for child in children)
            self._children[side].extend(
                first_leaf - 1 - child if child < 0 else first_node + child for child in children
            )
        for node, mode in enumerate(tree.modes):
            if mode == MEMBER:
                self._members.extend(tree.members[node])
                self._members.append(float("nan"))
        self._leaf_targets.extend([target] * len(tree.leaves))
        self._leaf_weights.extend(tree.leaves)

    def thresholds(self) -> dict[int, set[float]]:
        """Of each feature that the trees ask for."""
        found: dict[int, set[float]] = {}
        for feature, split in zip(self._features, self._splits):
            found.setdefault(feature, set()).add(split)
        return found

    def add_to(self, graph: Graph, features: str) -> str:
        """Shapes: features is [N][C]; the value named is [N][targets]."""
        attributes: dict[str, Any] = {}
        if self._members:
            attributes["membership_values"] = tensor(np.array(self._members, self._dtype), "members")
        return graph.op(
            "TreeEnsemble",
            features,
            domain=ML_DOMAIN,
            n_targets=self._targets,
            aggregate_function=_SUM,
            tree_roots=self._roots,
            nodes_featureids=self._features,
            nodes_modes=tensor(np.array(self._modes, np.uint8), "modes"),
            nodes_splits=tensor(np.array(self._splits, self._dtype), "splits"),
            nodes_truenodeids=self._children[0],
            nodes_trueleafs=self._are_leaves[0],
            nodes_falsenodeids=self._children[1],
            nodes_falseleafs=self._are_leaves[1],
            nodes_missing_value_tracks_true=self._nan_is_true,
            leaf_targetids=self._leaf_targets,
            leaf_weights=tensor(np.array(self._leaf_weights, self._dtype), "leaves"),
            **attributes,
        )

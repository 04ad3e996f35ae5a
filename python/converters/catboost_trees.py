"""Reads the trees of CatBoost's JSON, the symmetric ones and those of grow_policy Depthwise and Lossguide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from converters.tree_ensemble import GREATER, Tree


@dataclass(frozen=True)
class SourceTree:
    """Shapes: all but `leaves` are [I], `leaves` is [L][targets]; children as in `Tree`."""

    features: list[int]
    borders: list[float]
    nan_is_true: list[bool]
    true_children: list[int]
    false_children: list[int]
    leaves: list[list[float]]

    def for_target(self, target: int) -> Tree:
        return Tree(
            features=self.features,
            modes=[GREATER] * len(self.features),
            splits=self.borders,
            true_children=self.true_children,
            false_children=self.false_children,
            nan_is_true=self.nan_is_true,
            leaves=[leaf[target] for leaf in self.leaves],
        )


def read_trees(source: Mapping[str, Any]) -> Iterator[SourceTree]:
    """The trees of a model on numbers, in the order in which CatBoost adds them up."""
    features = {feature["feature_index"]: feature for feature in source["features_info"]["float_features"]}
    targets = len(source["scale_and_bias"][1])
    for tree in source.get("oblivious_trees", []):
        yield _symmetric_tree(tree, features, targets)
    for tree in source.get("trees", []):
        yield _free_tree(tree, features)


def _symmetric_tree(tree: Mapping[str, Any], features: Mapping[int, Any], targets: int) -> SourceTree:
    """All nodes of a level ask the same; the first split is the lowest bit of a leaf's number."""
    levels = (tree.get("splits") or [])[::-1]
    count = 2 ** len(levels) - 1
    splits = [levels[(node + 1).bit_length() - 1] for node in range(count)]
    # A complete binary tree, level by level: what is beyond the nodes are the leaves.
    children = [child if child < count else count - 1 - child for child in range(1, 2 * count + 1)]
    values = tree["leaf_values"]
    leaves = [values[start : start + targets] for start in range(0, len(values), targets)]
    return _source_tree(splits, features, children[1::2], children[0::2], leaves)


def _free_tree(root: Mapping[str, Any], features: Mapping[int, Any]) -> SourceTree:
    splits: list[Any] = []
    lefts: list[int] = []
    rights: list[int] = []
    leaves: list[list[float]] = []
    # With each node, where its parent keeps its place. A list, not recursion: such trees can be deep.
    open_nodes: list[tuple[Mapping[str, Any], list[int], int]] = [(root, [0], 0)]
    while open_nodes:
        node, siblings, parent = open_nodes.pop()
        if "split" in node:
            siblings[parent] = len(splits)
            open_nodes += [(node["left"], lefts, len(splits)), (node["right"], rights, len(splits))]
            splits.append(node["split"])
            lefts.append(0)
            rights.append(0)
        else:
            value = node["value"]
            leaves.append(value if isinstance(value, list) else [value])
            siblings[parent] = -len(leaves)
    return _source_tree(splits, features, rights, lefts, leaves)


def _source_tree(
    splits: list[Any],
    features: Mapping[int, Any],
    trues: list[int],
    falses: list[int],
    leaves: list[list[float]],
) -> SourceTree:
    asked = [features[split["float_feature_index"]] for split in splits]
    return SourceTree(
        features=[feature["flat_feature_index"] for feature in asked],
        borders=[split["border"] for split in splits],
        nan_is_true=[feature["nan_value_treatment"] == "AsTrue" for feature in asked],
        true_children=trues,
        false_children=falses,
        leaves=leaves,
    )

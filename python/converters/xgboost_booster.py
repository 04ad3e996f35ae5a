"""Reads what XGBoost's own JSON says of a booster."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from converters.conversion import Unsupported
from converters.tree_ensemble import LESS, MEMBER, Tree


@dataclass(frozen=True)
class Booster:
    """What a booster's JSON says, and which of its trees answer."""

    objective: str
    features: int
    feature_names: list[str] | None
    groups: int
    # Of each group, or one for all; a prediction, not a margin.
    base_scores: np.ndarray
    has_category_columns: bool
    trees: list[dict[str, Any]]
    tree_groups: list[int]
    tree_weights: list[np.float32]


def read_booster(booster: Any, iterations: int) -> Booster:
    """With the trees of the first rounds, 0 for all."""
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    gradient_booster, parameters = learner["gradient_booster"], learner["learner_model_param"]
    if gradient_booster["name"] == "gblinear":
        raise Unsupported("the linear booster of xgboost (gblinear) is not converted")
    is_dart = gradient_booster["name"] == "dart"
    model = gradient_booster["gbtree"]["model"] if is_dart else gradient_booster["model"]
    groups = max(int(parameters["num_class"]), int(parameters.get("num_target", 1)), 1)
    count = _tree_count(model, groups, iterations)
    if any(int(tree["tree_param"].get("size_leaf_vector", 1)) > 1 for tree in model["trees"][:count]):
        raise Unsupported("xgboost's trees with a vector in each leaf (multi_output_tree) are not converted")
    categories = model.get("cats", {}).get("enc", [])
    weights = gradient_booster["weight_drop"] if is_dart else [1] * count
    return Booster(
        objective=learner["objective"]["name"],
        features=int(parameters["num_feature"]),
        feature_names=learner.get("feature_names") or None,
        groups=groups,
        # One number, or (since 3.1) a list of them.
        base_scores=np.atleast_1d(np.array(json.loads(parameters["base_score"]), np.float32)),
        has_category_columns=any(column.get("values") for column in categories),
        trees=model["trees"][:count],
        tree_groups=model["tree_info"][:count],
        tree_weights=[np.float32(weight) for weight in weights[:count]],
    )


def _tree_count(model: dict[str, Any], groups: int, iterations: int) -> int:
    count = len(model["trees"])
    if iterations == 0:
        return count
    # Before 2.0 every round had the same number of trees, and there is no table of them.
    parallel = int(model["gbtree_model_param"].get("num_parallel_tree", 1)) or 1
    ends = model.get("iteration_indptr") or range(0, count + 1, groups * parallel)
    return ends[iterations] if iterations < len(ends) else count


def read_tree(tree: dict[str, Any], weight: np.float32) -> Tree:
    """One tree of the JSON, its leaves times its weight."""
    lefts, rights = tree["left_children"], tree["right_children"]
    places: dict[int, int] = {}
    inner, leaves = [], []
    for node in _reachable(lefts, rights):
        if lefts[node] == -1:
            leaves.append(float(np.float32(tree["split_conditions"][node]) * weight))
            places[node] = -len(leaves)
        else:
            places[node] = len(inner)
            inner.append(node)
    sets = _category_sets(tree)
    # A category of the set goes right, where a number below the threshold goes left.
    trues = [rights[node] if node in sets else lefts[node] for node in inner]
    falses = [lefts[node] if node in sets else rights[node] for node in inner]
    return Tree(
        features=[tree["split_indices"][node] for node in inner],
        modes=[MEMBER if node in sets else LESS for node in inner],
        splits=[0.0 if node in sets else tree["split_conditions"][node] for node in inner],
        true_children=[places[node] for node in trues],
        false_children=[places[node] for node in falses],
        nan_is_true=[bool(tree["default_left"][node]) != (node in sets) for node in inner],
        leaves=leaves,
        members={places[node]: members for node, members in sets.items() if node in places},
    )


def _reachable(lefts: list[int], rights: list[int]) -> list[int]:
    """The nodes from the root on; pruning leaves others in the tables."""
    order, open_nodes = [], [0]
    while open_nodes:
        node = open_nodes.pop()
        order.append(node)
        if lefts[node] != -1:
            open_nodes += [rights[node], lefts[node]]
    return order


def _category_sets(tree: dict[str, Any]) -> dict[int, list[int]]:
    starts, sizes = tree.get("categories_segments", []), tree.get("categories_sizes", [])
    return {
        node: tree["categories"][start : start + size]
        for node, start, size in zip(tree.get("categories_nodes", []), starts, sizes)
    }

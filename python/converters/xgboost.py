"""XGBoost's boosters and its scikit-learn models, as one TreeEnsemble in float32, as XGBoost computes.

Built from the model's own JSON. onnxmltools' converter knows neither categorical splits, nor DART, nor intercepts of
several classes, nor where early stopping ended, and adds the intercept last; here the sum is rounded in XGBoost's order.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from converters.conversion import ArrayInput, Conversion, Converted, LoadedModel, Options, Output, Refusal, Unsupported
from converters.graph import Graph
from converters.tree_ensemble import LESS, MEMBER, Tree, TreeEnsemble

_LOGISTIC = {"binary:logistic", "reg:logistic"}
_EXPONENTIAL = {"count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft"}
_SOFTMAX = {"multi:softprob", "multi:softmax"}
_AS_IS = {
    "reg:squarederror", "reg:linear", "reg:squaredlogerror", "reg:pseudohubererror", "reg:absoluteerror",
    "reg:quantileerror", "reg:expectileerror", "binary:logitraw", "binary:hinge",
    "rank:pairwise", "rank:ndcg", "rank:map",
}  # fmt: skip


@dataclass(frozen=True)
class _Booster:
    """What a booster's JSON says, and which of its trees answer."""

    objective: str
    features: int
    feature_names: list[str] | None
    groups: int
    base_margins: np.ndarray
    has_category_columns: bool
    trees: list[dict[str, Any]]
    tree_groups: list[int]
    tree_weights: list[np.float32]


def convert(model: LoadedModel, options: Options) -> Converted:
    """One input of [N][C] float32, NaN is a missing value; the answer as MLflow's wrapper has it."""
    import xgboost

    native = model.native
    is_sklearn = not isinstance(native, xgboost.Booster)
    booster = _read_booster(native.get_booster() if is_sklearn else native, _iterations(native) if is_sklearn else 0)
    if is_sklearn and booster.has_category_columns:
        raise Unsupported(
            "the model was trained on pandas category columns, and xgboost refuses frames without them; "
            "no request can carry them"
        )
    graph = Graph()
    features = graph.input("input", np.float32, ["N", booster.features])
    if is_sklearn and not np.isnan(native.missing):
        features = graph.op("Where", graph.op("Equal", features, graph.constant(native.missing, np.float32)),
                            graph.constant(np.nan, np.float32), features)
    margins = _ensemble(booster).add_to(graph, _whole_categories(graph, booster, features))
    values, dtype, shape = _transform(graph, booster, margins)
    if is_sklearn and hasattr(native, "n_classes_"):
        values, dtype, shape = _labels(graph, booster, values, shape)
    names = booster.feature_names
    return Converted(
        graph.model(values, dtype, ["N"] if shape == 1 else ["N", booster.groups]),
        Conversion(
            converter=f"mlflow-serverless, xgboost {xgboost.__version__}",
            input=ArrayInput(
                "input", "float32", rank=2, columns=names, names="strict" if names else None,
                arrays="cast" if is_sklearn or not names else "refuse", objects="refuse", text_arrays="refuse",
            ),
            output=Output("output", np.dtype(dtype).name, "rows" if shape == 1 else "keep"),
            # DMatrix looks for infinities, the scikit-learn models predict in place and do not.
            refuses=[] if is_sklearn else [Refusal("*", "infinite"), Refusal("*", "beyond-float32")],
            is_float32=True,
        ),
    )  # fmt: skip


def _iterations(native: Any) -> int:
    """How many boosting rounds the scikit-learn models use: up to where early stopping found the best."""
    try:
        return int(native.best_iteration) + 1
    except AttributeError:
        return 0


def _read_booster(booster: Any, iterations: int) -> _Booster:
    learner = json.loads(bytes(booster.save_raw("json")))["learner"]
    gradient_booster, parameters = learner["gradient_booster"], learner["learner_model_param"]
    if gradient_booster["name"] == "gblinear":
        raise Unsupported("the linear booster of xgboost (gblinear) is not converted")
    is_dart = gradient_booster["name"] == "dart"
    model = gradient_booster["gbtree"]["model"] if is_dart else gradient_booster["model"]
    objective = learner["objective"]["name"]
    groups = max(int(parameters["num_class"]), int(parameters.get("num_target", 1)), 1)
    count = _tree_count(model, groups, iterations)
    if any(int(tree["tree_param"].get("size_leaf_vector", 1)) > 1 for tree in model["trees"][:count]):
        raise Unsupported("xgboost's trees with a vector in each leaf (multi_output_tree) are not converted")
    weights = gradient_booster["weight_drop"] if is_dart else [1] * count
    return _Booster(
        objective=objective,
        features=int(parameters["num_feature"]),
        feature_names=learner.get("feature_names") or None,
        groups=groups,
        base_margins=_base_margins(objective, parameters["base_score"], groups),
        has_category_columns=any(column.get("values") for column in model.get("cats", {}).get("enc", [])),
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


def _base_margins(objective: str, base_score: str, groups: int) -> np.ndarray:
    """Shapes: [groups]. The JSON has one number, or (since 3.1) a list of them, as a prediction, not as a margin."""
    scores = np.atleast_1d(np.array(json.loads(base_score), np.float32))
    # Logarithms in double and rounded once: numpy's in float32 are not always the nearest.
    if objective in _LOGISTIC:
        scores = -np.log((np.float32(1) / scores - np.float32(1)).astype(np.float64))
    elif objective in _EXPONENTIAL:
        scores = np.log(scores.astype(np.float64))
    elif objective not in _AS_IS and objective not in _SOFTMAX:
        raise Unsupported(f"xgboost's objective {objective} is not converted")
    return np.broadcast_to(scores.astype(np.float32), [groups])


def _whole_categories(graph: Graph, booster: _Booster, features: str) -> str:
    """XGBoost cuts a category's fraction off; none below zero is in any set."""
    categorical = {
        tree["split_indices"][node] for tree in booster.trees for node in tree.get("categories_nodes", [])
    }
    if not categorical:
        return features
    mask = [feature in categorical for feature in range(booster.features)]
    return graph.op("Where", graph.constant(mask, bool), graph.op("Floor", features), features)


def _ensemble(booster: _Booster) -> TreeEnsemble:
    ensemble = TreeEnsemble(booster.groups, np.float32)
    for group, margin in enumerate(booster.base_margins):
        # First, because XGBoost starts its sums from it.
        ensemble.add_constant(float(margin), group, LESS)
    for tree, group, weight in zip(booster.trees, booster.tree_groups, booster.tree_weights):
        ensemble.add(_read_tree(tree, weight), group)
    return ensemble


def _read_tree(tree: dict[str, Any], weight: np.float32) -> Tree:
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


def _transform(graph: Graph, booster: _Booster, margins: str) -> tuple[str, Any, int]:
    """Margins to predictions, rounded where XGBoost rounds, and how many dimensions they have."""
    objective = booster.objective
    if objective == "multi:softmax":
        return graph.cast(graph.op("ArgMax", margins, axis=1, keepdims=0), np.float32), np.float32, 1
    if objective == "multi:softprob":
        return _softmax(graph, margins), np.float32, 2
    if objective == "binary:hinge":
        margins = graph.cast(graph.op("Greater", margins, graph.constant(0, np.float32)), np.float32)
    elif objective in _LOGISTIC:
        margins = _sigmoid(graph, margins)
    elif objective in _EXPONENTIAL:
        margins = _exp(graph, margins)
    if booster.groups > 1:
        return margins, np.float32, 2
    return graph.op("Squeeze", margins, graph.constant([1], np.int64)), np.float32, 1


def _exp(graph: Graph, values: str) -> str:
    """The float32 nearest to the power of e, as in the C library; ONNX Runtime's own in float32 is off by some units."""
    return graph.cast(graph.op("Exp", graph.cast(values, np.float64)), np.float32)


def _sigmoid(graph: Graph, margins: str) -> str:
    # The bound and the addend are XGBoost's own, so that the smallest probabilities agree.
    power = graph.op("Min", graph.op("Neg", margins), graph.constant(88.7, np.float32))
    one = graph.constant(1, np.float32)
    below = graph.op("Add", graph.op("Add", _exp(graph, power), one), graph.constant(1e-16, np.float32))
    return graph.op("Div", one, below)


def _softmax(graph: Graph, margins: str) -> str:
    greatest = graph.op("ReduceMax", margins, graph.constant([1], np.int64))
    powers = _exp(graph, graph.op("Sub", margins, greatest))
    total = graph.op("ReduceSum", graph.cast(powers, np.float64), graph.constant([1], np.int64))
    return graph.op("Div", powers, graph.cast(total, np.float32))


def _labels(graph: Graph, booster: _Booster, values: str, shape: int) -> tuple[str, Any, int]:
    """What XGBClassifier.predict makes of the booster's predictions: several targets answer float64, so does ours."""
    if booster.objective == "multi:softmax":
        return graph.cast(values, np.int32), np.int32, 1
    if booster.objective == "multi:softprob":
        return graph.op("ArgMax", values, axis=1, keepdims=0), np.int64, 1
    dtype = np.int64 if shape == 1 else np.float64
    return graph.cast(graph.op("Greater", values, graph.constant(0.5, np.float32)), dtype), dtype, shape

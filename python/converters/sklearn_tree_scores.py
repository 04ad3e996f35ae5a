"""Scores of scikit-learn's trees in ONNX: features rounded to float32 and compared as doubles, leaves summed as doubles."""

from __future__ import annotations

from typing import Any

import numpy as np

from converters.conversion import Unsupported
from converters.graph import Graph
from converters.tree_ensemble import LESS_OR_EQUAL, Tree, TreeEnsemble


def single(graph: Graph, features: str) -> str:
    """As scikit-learn reads them: rounded to float32, compared as doubles."""
    return graph.cast(graph.cast(features, np.float32), np.float64)


def read_tree(tree: Any, leaves: np.ndarray, columns: np.ndarray | None = None) -> Tree:
    """`tree_` of a fitted tree. Shapes: leaves is [nodes], what a leaf adds; columns is [features], the features' places."""
    left, right = tree.children_left, tree.children_right
    inner = np.flatnonzero(left >= 0)
    outer = np.flatnonzero(left < 0)
    place_of = np.empty(tree.node_count, dtype=np.int64)
    place_of[inner] = np.arange(len(inner))
    place_of[outer] = -1 - np.arange(len(outer))
    missing = getattr(tree, "missing_go_to_left", np.zeros(tree.node_count, dtype=np.uint8))
    features = tree.feature[inner]
    return Tree(
        features=(features if columns is None else columns[features]).tolist(),
        modes=[LESS_OR_EQUAL] * len(inner),
        splits=tree.threshold[inner].tolist(),
        true_children=place_of[left[inner]].tolist(),
        false_children=place_of[right[inner]].tolist(),
        nan_is_true=[bool(flag) for flag in missing[inner]],
        leaves=leaves[outer].tolist(),
    )


def _members(model: Any) -> list[Any]:
    return [member.tree_ for member in model.estimators_] if hasattr(model, "estimators_") else [model.tree_]


def forest_classes(graph: Graph, model: Any, features: str) -> tuple[str, str, str]:
    """Scores, probabilities, and which of both decide the label."""
    if isinstance(model.classes_, list):
        raise Unsupported("trees that answer several labels at once are not converted")
    trees = _members(model)
    count = len(model.classes_)
    ensemble = TreeEnsemble(count, np.float64)
    for target in range(count):
        for tree in trees:
            shares = tree.value[:, 0, :] / tree.value[:, 0, :].sum(axis=1, keepdims=True)
            ensemble.add(read_tree(tree, shares[:, target]), target)
    shares = ensemble.add_to(graph, single(graph, features))
    if len(trees) > 1:
        shares = graph.op("Div", shares, graph.constant(len(trees), np.float64))
    return shares, shares, shares


def forest_values(graph: Graph, model: Any, features: str) -> str:
    trees = _members(model)
    if trees[0].value.shape[1] > 1:
        raise Unsupported("trees that answer several numbers at once are not converted")
    ensemble = TreeEnsemble(1, np.float64)
    for tree in trees:
        ensemble.add(read_tree(tree, tree.value[:, 0, 0]), 0)
    sums = ensemble.add_to(graph, single(graph, features))
    return graph.op("Div", sums, graph.constant(len(trees), np.float64)) if len(trees) > 1 else sums


def _boosted(graph: Graph, model: Any, features: str) -> str:
    """Shapes: the scores are [N][1], or [N][classes] for more than two."""
    start = _start(model)
    ensemble = TreeEnsemble(len(start), np.float64)
    for target, value in enumerate(start):
        ensemble.add_constant(float(value), target, LESS_OR_EQUAL)
    for stage in model.estimators_:
        for target, member in enumerate(stage):
            tree = member.tree_
            ensemble.add(read_tree(tree, model.learning_rate * tree.value[:, 0, 0]), target)
    return ensemble.add_to(graph, single(graph, features))


def _start(model: Any) -> np.ndarray:
    from sklearn.dummy import DummyClassifier, DummyRegressor

    if not (isinstance(model.init_, str) or isinstance(model.init_, (DummyClassifier, DummyRegressor))):
        raise Unsupported("gradient boosting that starts from another model (init) is not converted")
    return np.asarray(model._raw_predict_init(np.zeros((1, model.n_features_in_), np.float32))).ravel()


def boosted_values(graph: Graph, model: Any, features: str) -> str:
    return _boosted(graph, model, features)


def boosted_classes(graph: Graph, model: Any, features: str) -> tuple[str, str, str]:
    scores = _boosted(graph, model, features)
    if len(model.classes_) > 2:
        return scores, graph.op("Softmax", scores, axis=1), scores
    scale = graph.constant(2.0 if model.loss == "exponential" else 1.0, np.float64)
    return scores, _two_columns(graph, graph.op("Mul", scores, scale)), scores


def _two_columns(graph: Graph, scores: str) -> str:
    """Probabilities of both classes from the log-odds of the second; [N][1] → [N][2]."""
    one = graph.constant(1, np.float64)
    second = graph.op("Div", one, graph.op("Add", one, graph.op("Exp", graph.op("Neg", scores))))
    return graph.op("Concat", graph.op("Sub", one, second), second, axis=1)


def _histogram(graph: Graph, model: Any, features: str) -> str:
    """HistGradientBoosting: doubles against doubles; [N][1], or [N][classes]."""
    if model.is_categorical_ is not None and np.any(model.is_categorical_):
        raise Unsupported("histogram gradient boosting with categorical features is not converted")
    start = np.asarray(model._baseline_prediction).ravel()
    ensemble = TreeEnsemble(len(start), np.float64)
    for target, value in enumerate(start):
        ensemble.add_constant(float(value), target, LESS_OR_EQUAL)
    for stage in model._predictors:
        for target, predictor in enumerate(stage):
            ensemble.add(_histogram_tree(predictor.nodes), target)
    return ensemble.add_to(graph, graph.cast(features, np.float64))


def _histogram_tree(nodes: np.ndarray) -> Tree:
    is_leaf = nodes["is_leaf"].astype(bool)
    inner, outer = np.flatnonzero(~is_leaf), np.flatnonzero(is_leaf)
    place_of = np.empty(len(nodes), dtype=np.int64)
    place_of[inner] = np.arange(len(inner))
    place_of[outer] = -1 - np.arange(len(outer))
    return Tree(
        features=nodes["feature_idx"][inner].tolist(),
        modes=[LESS_OR_EQUAL] * len(inner),
        splits=nodes["num_threshold"][inner].tolist(),
        true_children=place_of[nodes["left"][inner]].tolist(),
        false_children=place_of[nodes["right"][inner]].tolist(),
        nan_is_true=nodes["missing_go_to_left"][inner].astype(bool).tolist(),
        leaves=nodes["value"][outer].tolist(),
    )


def histogram_values(graph: Graph, model: Any, features: str) -> str:
    scores = _histogram(graph, model, features)
    return graph.op("Exp", scores) if model.loss in ("gamma", "poisson") else scores


def histogram_classes(graph: Graph, model: Any, features: str) -> tuple[str, str, str]:
    scores = _histogram(graph, model, features)
    if len(model.classes_) > 2:
        probabilities = graph.op("Softmax", scores, axis=1)
    else:
        probabilities = _two_columns(graph, scores)
    # Unlike gradient boosting it takes the greater probability.
    return scores, probabilities, probabilities

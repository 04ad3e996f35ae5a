"""scikit-learn's trees as one TreeEnsemble each, for skl2onnx to place wherever a model has them.

skl2onnx's own converters for them compute thresholds and leaves in float32 and, given doubles, compare those, where
scikit-learn compares the float32 of a feature with a double threshold. HistGradientBoosting compares doubles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from converters.conversion import Unsupported
from converters.graph import Graph
from converters.tree_ensemble import LESS_OR_EQUAL, Tree, TreeEnsemble


def register() -> None:
    """Tell skl2onnx, for every model of this process."""
    from skl2onnx import update_registered_converter
    from skl2onnx.common._registration import get_shape_calculator
    from skl2onnx.common.shape_calculator import (
        calculate_linear_classifier_output_shapes as classifier_shapes,
    )
    from skl2onnx.common.shape_calculator import (
        calculate_linear_regressor_output_shapes as regressor_shapes,
    )
    from sklearn import ensemble, tree

    for kind, build in _classifiers(ensemble, tree).items():
        options = {"zipmap": [True, False, "columns"], "raw_scores": [True, False], "nocl": [True, False],
                   "output_class_labels": [False, True]}  # fmt: skip
        update_registered_converter(
            kind, f"Exact{kind.__name__}", in_doubles(classifier_shapes), _classifier_converter(build),
            options=options, overwrite=True,
        )  # fmt: skip
    for kind, build in _regressors(ensemble, tree).items():
        update_registered_converter(
            kind, f"Exact{kind.__name__}", in_doubles(regressor_shapes), _regressor_converter(build), overwrite=True
        )  # fmt: skip
    shapes = in_doubles(get_shape_calculator("SklearnIsolationForest"))
    update_registered_converter(
        ensemble.IsolationForest, "ExactIsolationForest", shapes, _isolation,
        options={"score_samples": [True, False]}, overwrite=True,
    )  # fmt: skip


def in_doubles(shapes: Callable[[Any], None]) -> Callable[[Any], None]:
    """skl2onnx takes some of these for float32 whatever goes in."""
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

    def calculate(operator: Any) -> None:
        shapes(operator)
        if isinstance(operator.inputs[0].type, DoubleTensorType):
            for output in operator.outputs:
                if isinstance(output.type, FloatTensorType):
                    output.type = DoubleTensorType(output.type.shape)

    return calculate


def _classifiers(ensemble: Any, tree: Any) -> dict[type, Callable[..., tuple[str, str, str]]]:
    return {
        tree.DecisionTreeClassifier: _forest_classes,
        tree.ExtraTreeClassifier: _forest_classes,
        ensemble.RandomForestClassifier: _forest_classes,
        ensemble.ExtraTreesClassifier: _forest_classes,
        ensemble.GradientBoostingClassifier: _boosted_classes,
        ensemble.HistGradientBoostingClassifier: _histogram_classes,
    }


def _regressors(ensemble: Any, tree: Any) -> dict[type, Callable[..., str]]:
    return {
        tree.DecisionTreeRegressor: _forest_values,
        tree.ExtraTreeRegressor: _forest_values,
        ensemble.RandomForestRegressor: _forest_values,
        ensemble.ExtraTreesRegressor: _forest_values,
        ensemble.GradientBoostingRegressor: _boosted_values,
        ensemble.HistGradientBoostingRegressor: _histogram_values,
    }


def _classifier_converter(build: Callable[..., tuple[str, str, str]]) -> Callable[..., None]:
    def convert(scope: Any, operator: Any, container: Any) -> None:
        model = operator.raw_operator
        graph = Graph()
        scores, probabilities, deciding = build(graph, model, "features")
        is_raw = container.get_options(model, {"raw_scores": False}).get("raw_scores", False)
        index = _best(graph, deciding, model)
        labels = graph.op("Gather", graph.constant(*labels_of(model, container)), index)
        place(graph, scope, operator, container, [labels, scores if is_raw else probabilities])

    return convert


def _regressor_converter(build: Callable[..., str]) -> Callable[..., None]:
    def convert(scope: Any, operator: Any, container: Any) -> None:
        graph = Graph()
        place(graph, scope, operator, container, [build(graph, operator.raw_operator, "features")])

    return convert


def place(graph: Graph, scope: Any, operator: Any, container: Any, results: list[str]) -> None:
    """Into skl2onnx's graph; numbers get the type that it expects there."""
    from skl2onnx.common.data_types import FloatTensorType

    names = {f"features{index or ''}": given.full_name for index, given in enumerate(operator.inputs)}
    for result, output in zip(results, operator.outputs):
        is_float = isinstance(output.type, FloatTensorType)
        last = graph.cast(result, np.float32) if is_float else graph.op("Identity", result)
        names[last] = output.full_name
    nodes, constants = graph.parts(f"{scope.get_unique_operator_name('trees')}_", names)
    container.nodes.extend(nodes)
    container.initializers.extend(constants)


def labels_of(model: Any, container: Any) -> tuple[np.ndarray, Any]:
    classes = np.asarray(model.classes_)
    if container.get_options(model, {"nocl": False}).get("nocl", False):
        return np.arange(len(classes)), np.int64
    if classes.dtype.kind in "OUS":
        return classes.astype(object), object
    if classes.dtype.kind == "f" and not np.array_equal(classes, classes.astype(np.int64)):
        raise Unsupported("class labels that are fractions are not converted")
    return classes.astype(np.int64), np.int64


def _best(graph: Graph, scores: str, model: Any) -> str:
    """The first of the greatest; a binary booster has one score and asks whether it is below 0."""
    if _has_one_score(model):
        is_second = graph.op("GreaterOrEqual", scores, graph.constant(0, np.float64))
        flat = graph.op("Squeeze", is_second, graph.constant([1], np.int64))
        return graph.cast(flat, np.int64)
    return graph.op("ArgMax", scores, axis=1, keepdims=0)


def _has_one_score(model: Any) -> bool:
    from sklearn.ensemble import GradientBoostingClassifier

    return isinstance(model, GradientBoostingClassifier) and len(model.classes_) == 2


def _single(graph: Graph, features: str) -> str:
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


def _forest_classes(graph: Graph, model: Any, features: str) -> tuple[str, str, str]:
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
    shares = ensemble.add_to(graph, _single(graph, features))
    if len(trees) > 1:
        shares = graph.op("Div", shares, graph.constant(len(trees), np.float64))
    return shares, shares, shares


def _forest_values(graph: Graph, model: Any, features: str) -> str:
    trees = _members(model)
    if trees[0].value.shape[1] > 1:
        raise Unsupported("trees that answer several numbers at once are not converted")
    ensemble = TreeEnsemble(1, np.float64)
    for tree in trees:
        ensemble.add(read_tree(tree, tree.value[:, 0, 0]), 0)
    sums = ensemble.add_to(graph, _single(graph, features))
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
    return ensemble.add_to(graph, _single(graph, features))


def _start(model: Any) -> np.ndarray:
    from sklearn.dummy import DummyClassifier, DummyRegressor

    if not (isinstance(model.init_, str) or isinstance(model.init_, (DummyClassifier, DummyRegressor))):
        raise Unsupported("gradient boosting that starts from another model (init) is not converted")
    return np.asarray(model._raw_predict_init(np.zeros((1, model.n_features_in_), np.float32))).ravel()


def _boosted_values(graph: Graph, model: Any, features: str) -> str:
    return _boosted(graph, model, features)


def _boosted_classes(graph: Graph, model: Any, features: str) -> tuple[str, str, str]:
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


def _histogram_values(graph: Graph, model: Any, features: str) -> str:
    scores = _histogram(graph, model, features)
    return graph.op("Exp", scores) if model.loss in ("gamma", "poisson") else scores


def _histogram_classes(graph: Graph, model: Any, features: str) -> tuple[str, str, str]:
    scores = _histogram(graph, model, features)
    if len(model.classes_) > 2:
        probabilities = graph.op("Softmax", scores, axis=1)
    else:
        probabilities = _two_columns(graph, scores)
    # Unlike gradient boosting it takes the greater probability.
    return scores, probabilities, probabilities


def _isolation(scope: Any, operator: Any, container: Any) -> None:
    """Outliers are -1: their summed path is short. Shapes: label and scores are [N][1]."""
    model = operator.raw_operator
    if not hasattr(model, "_decision_path_lengths"):
        raise Unsupported("isolation forests of scikit-learn before 1.3 are not converted")
    graph = Graph()
    ensemble = TreeEnsemble(1, np.float64)
    members = zip(model.estimators_, model.estimators_features_)
    for index, (member, columns) in enumerate(members):
        lengths = model._decision_path_lengths[index] + model._average_path_length_per_tree[index] - 1.0
        ensemble.add(read_tree(member.tree_, np.asarray(lengths, np.float64), np.asarray(columns)), 0)
    depths = ensemble.add_to(graph, _single(graph, "features"))
    # -(2 ** -(depth / usual depth)) - offset, as scikit-learn computes it.
    power = graph.op("Neg", graph.op("Div", depths, graph.constant(_usual_depth(model), np.float64)))
    rarity = graph.op("Pow", graph.constant(2.0, np.float64), power)
    scores = graph.op("Sub", graph.op("Neg", rarity), graph.constant(model.offset_, np.float64))
    is_outlier = graph.op("Less", scores, graph.constant(0, np.float64))
    labels = graph.op("Where", is_outlier, graph.constant(-1, np.int64), graph.constant(1, np.int64))
    place(graph, scope, operator, container, [labels, scores])


def _usual_depth(model: Any) -> float:
    from sklearn.ensemble._iforest import _average_path_length

    return float(len(model.estimators_) * _average_path_length([model._max_samples])[0])

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
from converters.sklearn_tree_scores import (
    boosted_classes,
    boosted_values,
    forest_classes,
    forest_values,
    histogram_classes,
    histogram_values,
    read_tree,
    single,
)
from converters.tree_ensemble import TreeEnsemble


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
        tree.DecisionTreeClassifier: forest_classes,
        tree.ExtraTreeClassifier: forest_classes,
        ensemble.RandomForestClassifier: forest_classes,
        ensemble.ExtraTreesClassifier: forest_classes,
        ensemble.GradientBoostingClassifier: boosted_classes,
        ensemble.HistGradientBoostingClassifier: histogram_classes,
    }


def _regressors(ensemble: Any, tree: Any) -> dict[type, Callable[..., str]]:
    return {
        tree.DecisionTreeRegressor: forest_values,
        tree.ExtraTreeRegressor: forest_values,
        ensemble.RandomForestRegressor: forest_values,
        ensemble.ExtraTreesRegressor: forest_values,
        ensemble.GradientBoostingRegressor: boosted_values,
        ensemble.HistGradientBoostingRegressor: histogram_values,
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
    depths = ensemble.add_to(graph, single(graph, "features"))
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

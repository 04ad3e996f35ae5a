"""Estimators whose converters in skl2onnx compute in float32 or fail on doubles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from converters.conversion import Unsupported
from converters.graph import Graph
from converters.sklearn_parts import Features, register_regressor
from converters.sklearn_trees import in_doubles, labels_of, place

_CLASS_OPTIONS = {"zipmap": [True, False, "columns"], "raw_scores": [True, False], "nocl": [True, False],
                  "output_class_labels": [False, True]}  # fmt: skip


def register() -> None:
    """Tell skl2onnx, for every model of this process."""
    from sklearn import cluster, discriminant_analysis, linear_model, svm

    for kind in (linear_model.RidgeClassifier, linear_model.RidgeClassifierCV, svm.LinearSVC, linear_model.Perceptron):
        _register_classifier(kind, _linear_scores)
    _register_classifier(linear_model.SGDClassifier, _stochastic)
    _register_classifier(discriminant_analysis.LinearDiscriminantAnalysis, _discriminant)
    for kind in (svm.SVC, svm.NuSVC):
        _register_classifier(kind, _votes)
    for kind in (svm.SVR, svm.NuSVR):
        register_regressor(kind, _kernel_values)
    for kind in (cluster.KMeans, cluster.MiniBatchKMeans):
        _register_clusters(kind)
    _register_outliers(svm.OneClassSVM)


Scores = Callable[[Graph, Any, str], "tuple[str, str]"]


def _register_classifier(kind: type, build: Scores) -> None:
    """Shapes: `build` names what decides, [N][1] (above 0: the second class) or [N][classes], and the probabilities."""
    from skl2onnx import update_registered_converter
    from skl2onnx.common.shape_calculator import calculate_linear_classifier_output_shapes as shapes

    def convert(scope: Any, operator: Any, container: Any) -> None:
        model, graph = operator.raw_operator, Graph()
        scores, probabilities = build(graph, model, Features(graph, operator).numbers())
        if len(model.classes_) == 2:
            is_second = graph.op("Greater", scores, graph.constant(0, np.float64))
            best = graph.cast(graph.op("Squeeze", is_second, graph.constant([1], np.int64)), np.int64)
        else:
            best = graph.op("ArgMax", scores, axis=1, keepdims=0)
        raw = graph.op("Concat", graph.op("Neg", scores), scores, axis=1) if len(model.classes_) == 2 else scores
        is_raw = container.get_options(model, {"raw_scores": False}).get("raw_scores", False)
        labels = graph.op("Gather", graph.constant(*labels_of(model, container)), best)
        place(graph, scope, operator, container, [labels, raw if is_raw else probabilities])

    update_registered_converter(
        kind, f"Double{kind.__name__}", in_doubles(shapes), convert, options=_CLASS_OPTIONS, overwrite=True
    )


def _linear(graph: Graph, model: Any, features: str) -> str:
    coefficients = np.atleast_2d(np.asarray(model.coef_, np.float64)).T
    product = graph.op("MatMul", features, graph.constant(coefficients, np.float64))
    return graph.op("Add", product, graph.constant(np.atleast_1d(model.intercept_), np.float64))


def _both(graph: Graph, second: str) -> str:
    return graph.op("Concat", graph.op("Sub", graph.constant(1, np.float64), second), second, axis=1)


def _linear_scores(graph: Graph, model: Any, features: str) -> tuple[str, str]:
    """They know no probabilities: the scores stand there."""
    scores = _linear(graph, model, features)
    if len(model.classes_) == 2:
        return scores, graph.op("Concat", graph.op("Neg", scores), scores, axis=1)
    return scores, scores


def _stochastic(graph: Graph, model: Any, features: str) -> tuple[str, str]:
    scores = _linear(graph, model, features)
    one = graph.constant(1, np.float64)
    is_binary = len(model.classes_) == 2
    if model.loss == "log_loss":
        shares = graph.op("Sigmoid", scores)
    elif model.loss == "modified_huber":
        clipped = graph.op("Clip", scores, graph.constant(-1, np.float64), one)
        shares = graph.op("Div", graph.op("Add", clipped, one), graph.constant(2, np.float64))
    else:
        return _linear_scores(graph, model, features)
    if is_binary:
        return scores, _both(graph, shares)
    total = graph.op("ReduceSum", shares, graph.constant([1], np.int64), keepdims=1)
    is_zero = graph.op("Equal", total, graph.constant(0, np.float64))
    even = graph.constant(np.full((1, len(model.classes_)), 1 / len(model.classes_)), np.float64)
    return scores, graph.op("Where", is_zero, even, graph.op("Div", shares, graph.op("Where", is_zero, one, total)))


def _discriminant(graph: Graph, model: Any, features: str) -> tuple[str, str]:
    scores = _linear(graph, model, features)
    if len(model.classes_) == 2:
        return scores, _both(graph, graph.op("Sigmoid", scores))
    return scores, graph.op("Softmax", scores, axis=1)


def _kernel(graph: Graph, model: Any, features: str) -> str:
    """Shapes: [N][support vectors]."""
    if model.kernel not in ("linear", "rbf", "poly", "sigmoid"):
        raise Unsupported(f"support vector machines with the kernel {model.kernel!r} are not converted")
    vectors = model.support_vectors_
    known = np.asarray(vectors.todense() if hasattr(vectors, "todense") else vectors, np.float64)
    slope, start = graph.constant(model._gamma, np.float64), graph.constant(model.coef0, np.float64)
    products = graph.op("MatMul", features, graph.constant(known.T, np.float64))
    if model.kernel == "linear":
        return products
    if model.kernel == "rbf":
        return graph.op("Exp", graph.op("Neg", graph.op("Mul", _squares(graph, features, known), slope)))
    inner = graph.op("Add", graph.op("Mul", products, slope), start)
    if model.kernel == "sigmoid":
        return graph.op("Tanh", inner)
    return graph.op("Pow", inner, graph.constant(float(model.degree), np.float64))


def _squares(graph: Graph, features: str, known: np.ndarray) -> str:
    """Squared distances feature by feature, which loses no digits; [N][len(known)]."""
    total = None
    for index in range(known.shape[1]):
        column = graph.op("Gather", features, graph.constant([index], np.int64), axis=1)
        difference = graph.op("Sub", column, graph.constant(known[None, :, index], np.float64))
        square = graph.op("Mul", difference, difference)
        total = square if total is None else graph.op("Add", total, square)
    return str(total)


def _kernel_values(graph: Graph, model: Any, features: str) -> str:
    weights = model.dual_coef_
    dense = np.asarray(weights.todense() if hasattr(weights, "todense") else weights, np.float64)
    sums = graph.op("MatMul", _kernel(graph, model, features), graph.constant(dense.T, np.float64))
    return graph.op("Add", sums, graph.constant(np.atleast_1d(model.intercept_), np.float64))


def _votes(graph: Graph, model: Any, features: str) -> tuple[str, str]:
    """Each pair of classes votes; more than two classes: the first with the most votes."""
    if model.break_ties:
        raise Unsupported("SVC(break_ties=True) is not converted")
    weights = model._dual_coef_
    dual = np.asarray(weights.todense() if hasattr(weights, "todense") else weights, np.float64)
    counts, classes = model._n_support, len(model.classes_)
    ends = np.cumsum(counts)
    pairs = [(first, second) for first in range(classes) for second in range(first + 1, classes)]
    matrix = np.zeros((dual.shape[1], len(pairs)))
    for place_of, (first, second) in enumerate(pairs):
        of_first = slice(ends[first] - counts[first], ends[first])
        of_second = slice(ends[second] - counts[second], ends[second])
        matrix[of_first, place_of] = dual[second - 1, of_first]
        matrix[of_second, place_of] = dual[first, of_second]
    sums = graph.op("MatMul", _kernel(graph, model, features), graph.constant(matrix, np.float64))
    decisions = graph.op("Add", sums, graph.constant(np.atleast_1d(model._intercept_), np.float64))
    if classes == 2:
        scores = graph.op("Neg", decisions)
        return scores, graph.op("Concat", decisions, scores, axis=1)
    is_first = graph.cast(graph.op("Greater", decisions, graph.constant(0, np.float64)), np.float64)
    is_second = graph.op("Sub", graph.constant(1, np.float64), is_first)
    for_first, for_second = np.zeros((len(pairs), classes)), np.zeros((len(pairs), classes))
    for place_of, (first, second) in enumerate(pairs):
        for_first[place_of, first] = for_second[place_of, second] = 1
    votes = graph.op(
        "Add",
        graph.op("MatMul", is_first, graph.constant(for_first, np.float64)),
        graph.op("MatMul", is_second, graph.constant(for_second, np.float64)),
    )
    return votes, votes


def _register_clusters(kind: type) -> None:
    from skl2onnx import update_registered_converter
    from skl2onnx.common._registration import get_shape_calculator

    def convert(scope: Any, operator: Any, container: Any) -> None:
        model, graph = operator.raw_operator, Graph()
        features = Features(graph, operator).numbers()
        centers = np.asarray(model.cluster_centers_, np.float64)
        # What scikit-learn compares: the squared distances without what all centers share.
        products = graph.op("MatMul", features, graph.constant(-2 * centers.T, np.float64))
        squares = graph.constant((centers**2).sum(axis=1)[None], np.float64)
        nearest = graph.op("ArgMin", graph.op("Add", products, squares), axis=1, keepdims=0)
        distances = graph.op("Sqrt", _squares(graph, features, centers))
        place(graph, scope, operator, container, [nearest, distances])

    shapes = in_doubles(get_shape_calculator("SklearnKMeans"))
    update_registered_converter(kind, f"Double{kind.__name__}", shapes, convert, overwrite=True)


def _register_outliers(kind: type) -> None:
    from skl2onnx import update_registered_converter
    from skl2onnx.common.data_types import DoubleTensorType, Int64TensorType

    def shapes(operator: Any) -> None:
        operator.outputs[0].type = Int64TensorType([None, 1])
        operator.outputs[1].type = DoubleTensorType([None, 1])

    def convert(scope: Any, operator: Any, container: Any) -> None:
        graph = Graph()
        scores = _kernel_values(graph, operator.raw_operator, Features(graph, operator).numbers())
        is_inside = graph.op("Greater", scores, graph.constant(0, np.float64))
        inside, outside = graph.constant(1, np.int64), graph.constant(-1, np.int64)
        place(graph, scope, operator, container, [graph.op("Where", is_inside, inside, outside), scores])

    update_registered_converter(kind, f"Double{kind.__name__}", shapes, convert, overwrite=True)

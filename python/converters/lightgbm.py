"""LightGBM's boosters and its scikit-learn models, as one TreeEnsemble in double, as LightGBM computes.

Built from the model's own text. onnxmltools' converter rounds thresholds and leaves to float32, knows nothing
of `zero_as_missing`, and makes a chain of nodes of every categorical split.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from converters.conversion import (
    ArrayInput,
    Conversion,
    Converted,
    LoadedModel,
    Options,
    Output,
    Unsupported,
)
from converters.graph import Graph
from converters.lightgbm_columns import Columns
from converters.lightgbm_text import SourceModel, read_model
from converters.thresholds import threshold_probes
from converters.tree_ensemble import TreeEnsemble

_AS_IS = {"regression", "regression_l1", "huber", "fair", "quantile", "mape"}
_AS_IS |= {"lambdarank", "rank_xendcg", "custom"}
_EXPONENTIAL = {"poisson", "gamma", "tweedie"}


@dataclass(frozen=True)
class _Answer:
    value: str
    dtype: Any
    is_matrix: bool


def convert(model: LoadedModel, options: Options) -> Converted:
    """One input of [N][C] float64; the answer as MLflow's wrapper has it."""
    import lightgbm

    native = model.native
    is_sklearn = not isinstance(native, lightgbm.Booster)
    booster = native.booster_ if is_sklearn else native
    if booster.pandas_categorical:
        raise Unsupported(
            "the model was trained on pandas category columns, and lightgbm refuses frames without them; "
            "no request can carry them"
        )
    source = read_model(booster.model_to_string())
    graph = Graph()
    columns = Columns()
    ensemble = TreeEnsemble(source.groups, np.float64)
    for index, tree in enumerate(source.trees):
        ensemble.add(columns.place(tree), index % source.groups)
    features = graph.input("input", np.float64, ["N", source.features])
    scores = ensemble.add_to(graph, columns.add_to(graph, features))
    if source.is_average:
        scores = graph.op("Div", scores, graph.constant(len(source.trees) // source.groups, np.float64))
    answer = _transform(graph, scores, source)
    if is_sklearn and hasattr(native, "classes_") and not callable(native.objective_):
        answer = _labels(graph, answer, np.asarray(native.classes_))
    return Converted(
        graph.model(answer.value, answer.dtype, ["N", source.groups] if answer.is_matrix else ["N"]),
        Conversion(
            converter=f"mlflow-serverless, lightgbm {lightgbm.__version__}",
            input=ArrayInput(
                input="input",
                dtype="float64",
                rank=2,
                objects="refuse",
                text_arrays="refuse" if is_sklearn else "parse",
            ),
            output=Output("output", np.dtype(answer.dtype).name, "keep" if answer.is_matrix else "rows"),
            refuses_empty=True,
            is_float32=False,
        ),
        threshold_probes(model, columns.by_feature(ensemble.thresholds()), booster.feature_name()),
    )


def _transform(graph: Graph, scores: str, source: SourceModel) -> _Answer:
    """Scores to predictions, as the objective's ConvertOutput does."""
    name, *settings = source.objective.split()
    options = dict(setting.split(":", 1) for setting in settings if ":" in setting)
    if name == "multiclass":
        # Softmax of ONNX Runtime subtracts the greatest, as LightGBM does.
        scores = graph.op("Softmax", scores, axis=1)
    elif name in ("binary", "cross_entropy", "multiclassova"):
        scores = _sigmoid(graph, scores, float(options.get("sigmoid", 1)))
    elif name in _EXPONENTIAL:
        scores = graph.op("Exp", scores)
    elif name == "cross_entropy_lambda":
        scores = _log_of_one_plus(graph, graph.op("Exp", scores))
    elif name == "regression" and "sqrt" in settings:
        scores = graph.op("Mul", scores, graph.op("Abs", scores))
    elif name not in _AS_IS:
        raise Unsupported(f"lightgbm's objective {name} is not converted")
    if source.groups > 1:
        return _Answer(scores, np.float64, True)
    return _Answer(graph.op("Squeeze", scores, graph.constant([1], np.int64)), np.float64, False)


def _sigmoid(graph: Graph, scores: str, slope: float) -> str:
    one = graph.constant(1, np.float64)
    power = graph.op("Exp", graph.op("Mul", scores, graph.constant(-slope, np.float64)))
    return graph.op("Div", one, graph.op("Add", one, power))


def _log_of_one_plus(graph: Graph, values: str) -> str:
    """The C library's log1p for values >= 0: a series where 1 + value would lose the value's digits."""
    one, half, third = (graph.constant(number, np.float64) for number in (1, 1 / 2, 1 / 3))
    series = graph.op("Sub", half, graph.op("Mul", values, third))
    series = graph.op("Mul", values, graph.op("Sub", one, graph.op("Mul", values, series)))
    small = graph.op("Less", values, graph.constant(1e-5, np.float64))
    return graph.op("Where", small, series, graph.op("Log", graph.op("Add", values, one)))


def _labels(graph: Graph, answer: _Answer, classes: np.ndarray) -> _Answer:
    """The class of the greatest probability, the first of equal ones."""
    if answer.is_matrix:
        index = graph.op("ArgMax", answer.value, axis=1, keepdims=0)
    else:
        other = graph.op("Sub", graph.constant(1, np.float64), answer.value)
        index = graph.cast(graph.op("Greater", answer.value, other), np.int64)
    dtype = object if classes.dtype.kind in "OUS" else classes.dtype
    if dtype == object and not all(isinstance(label, str) for label in classes):
        raise Unsupported("labels of other types than text and numbers are not converted")
    return _Answer(graph.op("Gather", graph.constant(classes.astype(dtype), dtype), index), dtype, False)

"""What XGBoost's objectives make of margins, rounded where XGBoost rounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from converters.conversion import Unsupported
from converters.graph import Graph
from converters.xgboost_booster import Booster

_LOGISTIC = {"binary:logistic", "reg:logistic"}
_EXPONENTIAL = {"count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft"}
_SOFTMAX = {"multi:softprob", "multi:softmax"}
_REGRESSION = ("squared", "squaredlog", "pseudohuber", "absolute", "quantile", "expectile")
_AS_IS = {"binary:logitraw", "binary:hinge", "rank:pairwise", "rank:ndcg", "rank:map", "reg:linear"}
_AS_IS |= {f"reg:{name}error" for name in _REGRESSION}


@dataclass(frozen=True)
class Answer:
    """Shapes: [N][groups] when it is a matrix, else [N]."""

    value: str
    dtype: Any
    is_matrix: bool


def base_margins(booster: Booster) -> np.ndarray:
    """Shapes: [groups]; what XGBoost starts its sums from."""
    scores, objective = booster.base_scores, booster.objective
    # Logarithms in double and rounded once: numpy's in float32 are not always the nearest.
    if objective in _LOGISTIC:
        scores = -np.log((np.float32(1) / scores - np.float32(1)).astype(np.float64))
    elif objective in _EXPONENTIAL:
        scores = np.log(scores.astype(np.float64))
    elif objective not in _AS_IS | _SOFTMAX:
        raise Unsupported(f"xgboost's objective {objective} is not converted")
    return np.broadcast_to(scores.astype(np.float32), [booster.groups])


def add_transform(graph: Graph, booster: Booster, margins: str) -> Answer:
    """What Booster.predict answers. Shapes: margins is [N][groups]."""
    objective = booster.objective
    if objective == "multi:softmax":
        index = graph.op("ArgMax", margins, axis=1, keepdims=0)
        return Answer(graph.cast(index, np.float32), np.float32, False)
    if objective == "multi:softprob":
        return Answer(_softmax(graph, margins), np.float32, True)
    if objective == "binary:hinge":
        margins = graph.cast(graph.op("Greater", margins, graph.constant(0, np.float32)), np.float32)
    elif objective in _LOGISTIC:
        margins = _sigmoid(graph, margins)
    elif objective in _EXPONENTIAL:
        margins = _exp(graph, margins)
    if booster.groups > 1:
        return Answer(margins, np.float32, True)
    return Answer(graph.op("Squeeze", margins, graph.constant([1], np.int64)), np.float32, False)


def add_labels(graph: Graph, booster: Booster, answer: Answer) -> Answer:
    """What XGBClassifier.predict makes of that; of several targets it answers float64."""
    if booster.objective == "multi:softmax":
        return Answer(graph.cast(answer.value, np.int32), np.int32, False)
    if booster.objective == "multi:softprob":
        return Answer(graph.op("ArgMax", answer.value, axis=1, keepdims=0), np.int64, False)
    dtype = np.float64 if answer.is_matrix else np.int64
    is_second = graph.op("Greater", answer.value, graph.constant(0.5, np.float32))
    return Answer(graph.cast(is_second, dtype), dtype, answer.is_matrix)


def _exp(graph: Graph, values: str) -> str:
    """The float32 nearest to the power of e, as in the C library; ONNX Runtime's float32 is units off."""
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

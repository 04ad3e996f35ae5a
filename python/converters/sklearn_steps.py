"""scikit-learn's steps before an estimator, in doubles; encoders answer from a table that they filled themselves."""

from __future__ import annotations

import warnings
from itertools import chain
from typing import Any

import numpy as np

from converters.conversion import Unsupported
from converters.graph import ML_DOMAIN, Graph
from converters.sklearn_parts import NAN_TEXT, NONE_TEXT, Features, register_transformer

_UNSEEN_TEXT = "\ue000unseen"


def register() -> None:
    """Tell skl2onnx, for every model of this process."""
    from sklearn import impute, preprocessing

    for kind in ("OneHotEncoder", "OrdinalEncoder", "TargetEncoder"):
        if hasattr(preprocessing, kind):
            register_transformer(getattr(preprocessing, kind), _encoder)
    register_transformer(impute.SimpleImputer, _imputer)
    register_transformer(preprocessing.PolynomialFeatures, _polynomial)
    register_transformer(preprocessing.PowerTransformer, _power)
    register_transformer(preprocessing.KBinsDiscretizer, _bins)
    register_transformer(preprocessing.Binarizer, _binarizer)


def _encoder(graph: Graph, model: Any, features: Features) -> tuple[str, int]:
    """Each column's place among its categories takes a row of that column's table."""
    parts = []
    width = 0
    for index, (column, is_text) in enumerate(features.columns()):
        known = model.categories_[index]
        table = _table(model, index)
        place = _place_of_text(graph, column, known) if is_text else _place_of_number(graph, column, known)
        parts.append(graph.op("Gather", graph.constant(table, np.float64), place, axis=0))
        width += table.shape[1]
    return (graph.op("Concat", *parts, axis=1) if len(parts) > 1 else parts[0]), width


def _table(model: Any, index: int) -> np.ndarray:
    """What the encoder makes of each category, of None, of NaN and of another, in this order: [K + 3][width]."""
    known = model.categories_[index]
    is_text = known.dtype.kind in "OUS"
    unseen: Any = _UNSEEN_TEXT if is_text else _unseen_number(known)
    rows = [_row(model, index, value) for value in [*known, None if is_text else np.nan, np.nan, unseen]]
    width = max((len(row) for row in rows if row is not None), default=0)
    return np.array([np.zeros(width) if row is None else row for row in rows], dtype=np.float64).reshape(-1, width)


def _unseen_number(known: np.ndarray) -> Any:
    candidates = (known.dtype.type(value) for value in range(127, -129, -1)) if known.dtype.kind != "b" else iter(())
    return next((value for value in candidates if value not in known), 0.5)


def _row(model: Any, index: int, value: Any) -> np.ndarray | None:
    """Its part of the answer to one row; None when the encoder refuses the value."""
    import pandas as pd

    cells = [known[0] for known in model.categories_]
    cells[index] = value
    kinds = [known.dtype for known in model.categories_]
    is_fitting = isinstance(value, (str, type(None))) or kinds[index].kind not in "iub" or value == value
    if not is_fitting or (kinds[index].kind in "iub" and value == 0.5):
        kinds[index] = np.dtype(np.float64)
    names = getattr(model, "feature_names_in_", range(len(cells)))
    frame = pd.DataFrame({name: pd.Series([cell], dtype=kind) for name, cell, kind in zip(names, cells, kinds)})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answer = model.transform(frame if hasattr(model, "feature_names_in_") else frame.to_numpy())
    except (ValueError, TypeError):
        return None
    dense = np.asarray(answer.todense() if hasattr(answer, "todense") else answer, dtype=np.float64).ravel()
    widths = getattr(model, "_n_features_outs", None) or [len(dense) // len(cells)] * len(cells)
    start = int(sum(widths[:index]))
    return dense[start : start + int(widths[index])]


def _place_of_text(graph: Graph, column: str, known: np.ndarray) -> str:
    if any(not isinstance(value, str) and value is not None and value == value for value in known):
        raise Unsupported("encoders of columns that mix text and numbers are not converted")
    texts = {value: place for place, value in enumerate(known) if isinstance(value, str)}
    places = {**texts, NONE_TEXT: len(known), NAN_TEXT: len(known) + 1}
    found = graph.op(
        "LabelEncoder", column, domain=ML_DOMAIN,
        keys_strings=list(places), values_int64s=list(places.values()), default_int64=len(known) + 2,
    )  # fmt: skip
    return graph.op("Squeeze", found, graph.constant([1], np.int64))


def _place_of_number(graph: Graph, column: str, known: np.ndarray) -> str:
    if known.dtype.kind not in "iubf":
        raise Unsupported("encoders that learned texts from a column that is declared as a number are not converted")
    numbers = known.astype(np.float64)
    is_known = graph.cast(graph.op("Equal", column, graph.constant(numbers[None], np.float64)), np.float32)
    is_missing = graph.cast(graph.op("IsNaN", column), np.float32)
    never = graph.constant_like(column, 0, np.float32)
    otherwise = graph.constant_like(column, 0.5, np.float32)
    scores = graph.op("Concat", is_known, is_missing, never, otherwise, axis=1)
    return graph.op("ArgMax", scores, axis=1, keepdims=0)


def _imputer(graph: Graph, model: Any, features: Features) -> tuple[str, int]:
    return _text_imputer(graph, model, features) if features.is_text else _number_imputer(graph, model, features)


_imputer.keeps_text = True  # type: ignore[attr-defined]


def _text_imputer(graph: Graph, model: Any, features: Features) -> tuple[str, int]:
    if model.indicator_ is not None:
        raise Unsupported("SimpleImputer(add_indicator=True) on columns of text is not converted")
    wanted = model.missing_values
    if wanted is None:
        text = NONE_TEXT
    else:
        text = wanted if isinstance(wanted, str) else NAN_TEXT
    texts = features.texts()
    filling = [str(value) for value in model.statistics_]
    found = graph.op("LabelEncoder", texts, domain=ML_DOMAIN, keys_strings=[text], values_int64s=[1], default_int64=0)
    filled = graph.op("Where", graph.cast(found, np.bool_), graph.constant(np.array([filling], object), object), texts)
    return filled, len(filling)


def _number_imputer(graph: Graph, model: Any, features: Features) -> tuple[str, int]:
    numbers = features.numbers()
    statistics = np.asarray(model.statistics_, dtype=np.float64)
    if np.isnan(statistics).any():
        raise Unsupported("SimpleImputer that saw a column without values is not converted")
    wanted = model.missing_values
    is_nan = wanted is None or wanted != wanted
    mark = graph.op("IsNaN", numbers) if is_nan else graph.op("Equal", numbers, graph.constant(wanted, np.float64))
    filled = graph.op("Where", mark, graph.constant(statistics[None], np.float64), numbers)
    if model.indicator_ is None:
        return filled, len(statistics)
    places = graph.constant(np.asarray(model.indicator_.features_), np.int64)
    flags = graph.op("Gather", graph.cast(mark, np.float64), places, axis=1)
    return graph.op("Concat", filled, flags, axis=1), len(statistics) + len(model.indicator_.features_)


def _polynomial(graph: Graph, model: Any, features: Features) -> tuple[str, int]:
    """Every product is made from left to right, as scikit-learn makes them."""
    numbers = features.numbers()
    powers = np.asarray(model.powers_)
    names = {feature: graph.op("Gather", numbers, graph.constant([feature], np.int64), axis=1) for feature in range(powers.shape[1])}
    parts = []
    for row in powers:
        factors = list(chain.from_iterable([feature] * int(count) for feature, count in enumerate(row)))
        value = names[factors[0]] if factors else graph.constant_like(names[0], 1)
        for feature in factors[1:]:
            value = graph.op("Mul", value, names[feature])
        parts.append(value)
    return graph.op("Concat", *parts, axis=1), len(parts)


def _power(graph: Graph, model: Any, features: Features) -> tuple[str, int]:
    parts = []
    for (column, _), strength in zip(features.columns(), model.lambdas_):
        parts.append((_box_cox if model.method == "box-cox" else _yeo_johnson)(graph, column, float(strength)))
    value = graph.op("Concat", *parts, axis=1) if len(parts) > 1 else parts[0]
    if model.standardize:
        scaler = model._scaler
        value = graph.op("Sub", value, graph.constant(scaler.mean_[None], np.float64))
        value = graph.op("Div", value, graph.constant(scaler.scale_[None], np.float64))
    return value, len(parts)


def _box_cox(graph: Graph, column: str, strength: float) -> str:
    if strength == 0:
        return graph.op("Log", column)
    raised = graph.op("Pow", column, graph.constant(strength, np.float64))
    return graph.op("Div", graph.op("Sub", raised, graph.constant(1, np.float64)), graph.constant(strength, np.float64))


def _yeo_johnson(graph: Graph, column: str, strength: float) -> str:
    one, zero = graph.constant(1, np.float64), graph.constant(0, np.float64)
    up = graph.op("Add", graph.op("Max", column, zero), one)
    down = graph.op("Add", graph.op("Neg", graph.op("Min", column, zero)), one)
    above = _box_cox(graph, up, strength if abs(strength) >= np.spacing(1.0) else 0.0)
    below = graph.op("Neg", _box_cox(graph, down, 2 - strength if abs(strength - 2) > np.spacing(1.0) else 0.0))
    return graph.op("Where", graph.op("GreaterOrEqual", column, zero), above, below)


def _bins(graph: Graph, model: Any, features: Features) -> tuple[str, int]:
    """The number of inner edges that are not above; NaN is refused before."""
    parts, width = [], 0
    for (column, _), edges, count in zip(features.columns(), model.bin_edges_, model.n_bins_):
        inner = graph.constant(np.asarray(edges[1:-1], np.float64)[None], np.float64)
        if len(edges) > 2:
            is_above = graph.cast(graph.op("GreaterOrEqual", column, inner), np.float64)
            place = graph.op("ReduceSum", is_above, graph.constant([1], np.int64), keepdims=1)
        else:
            place = graph.constant_like(column, 0)
        if model.encode != "ordinal":
            place = graph.cast(graph.op("Equal", place, graph.constant(np.arange(count)[None], np.float64)), np.float64)
        parts.append(place)
        width += int(count) if model.encode != "ordinal" else 1
    return (graph.op("Concat", *parts, axis=1) if len(parts) > 1 else parts[0]), width


def _binarizer(graph: Graph, model: Any, features: Features) -> tuple[str, int]:
    numbers = features.numbers()
    width = int(model.n_features_in_)
    return graph.cast(graph.op("Greater", numbers, graph.constant(model.threshold, np.float64)), np.float64), width

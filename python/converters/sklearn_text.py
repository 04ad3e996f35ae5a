"""Words of scikit-learn's vectorizers, counted by ONNX and weighed in doubles.

A word is a run of two or more letters, digits and underscores of any script, as `(?u)\\b\\w\\w+\\b` has it. Lower case is
not the graph's business: ONNX Runtime's depends on the machine's locale, so the cells are lowered before.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from converters.conversion import Unsupported
from converters.graph import Graph
from converters.sklearn_parts import Features, register_transformer

_WORDS = r"(?u)\b\w\w+\b"
_TOKEN = r"[\p{L}\p{N}_]{2,}"
_CONTRIB = "com.microsoft"


def register() -> None:
    """Tell skl2onnx, for every model of this process."""
    from sklearn.feature_extraction import text

    register_transformer(text.CountVectorizer, _counts)
    register_transformer(text.TfidfVectorizer, _weights)


def lowered_columns(native: Any) -> list[str]:
    """Columns of text that go to a vectorizer in lower case."""
    from converters.sklearn_probing import chain_of, column_steps

    lowered, others = set(), set()
    for names, step in column_steps(native):
        first = chain_of(step)[0]
        target = lowered if getattr(first, "lowercase", False) is True else others
        target.update(str(name) for name in names if not isinstance(step, str) or step != "drop")
    if lowered & others:
        raise Unsupported(f"column {sorted(lowered & others)[0]!r} is taken in lower case and as it is")
    return sorted(lowered)


def _check(model: Any) -> None:
    if model.analyzer != "word" or model.tokenizer is not None or model.preprocessor is not None:
        raise Unsupported("text vectorizers are converted for words only: analyzer, tokenizer and preprocessor as they are")
    if model.token_pattern != _WORDS:
        raise Unsupported(f"text vectorizers with a token_pattern other than {_WORDS} are not converted")
    if model.strip_accents is not None:
        raise Unsupported("text vectorizers with strip_accents are not converted")
    if model.stop_words is not None and model.ngram_range[1] > 1:
        raise Unsupported("stop_words together with ngram_range beyond (1, 1) are not converted")


def _counts(graph: Graph, model: Any, features: Features) -> tuple[str, int]:
    _check(model)
    stop_words = model.get_stop_words() or ()
    words = {term: place for term, place in model.vocabulary_.items() if term not in stop_words}
    width = len(model.vocabulary_)
    least, most = model.ngram_range
    terms = sorted(words.items(), key=lambda item: (item[0].count(" "), item[1]))
    terms = [(term, place) for term, place in terms if least <= term.count(" ") + 1 <= most]
    starts, pool, places = [], [], []
    for size in range(1, most + 1):
        starts.append(len(pool))
        for term, place in terms:
            if term.count(" ") + 1 == size:
                pool.extend(term.split(" "))
                places.append(place)
    # One row more, with a word: ONNX Runtime gives no counts where no row has one.
    flat = graph.op("Reshape", features.texts(), graph.constant([-1], np.int64))
    flat = graph.op("Concat", flat, graph.constant(np.array(["word"], object), object), axis=0)
    tokens = graph.op(
        "Tokenizer", flat, domain=_CONTRIB, tokenexp=_TOKEN, mark=0, mincharnum=1, pad_value="\ue000",
    )  # fmt: skip
    found = graph.op(
        "TfIdfVectorizer", tokens, mode="TF", min_gram_length=least, max_gram_length=most, max_skip_count=0,
        ngram_counts=starts, ngram_indexes=places, pool_strings=pool,
    )  # fmt: skip
    first, last = graph.constant([0], np.int64), graph.constant([-1], np.int64)
    counts = graph.cast(graph.op("Slice", found, first, last, first), np.float64)
    missing = width - (max(places) + 1 if places else 0)
    if missing:
        counts = graph.op("Pad", counts, graph.constant([0, 0, 0, missing], np.int64))
    if model.binary:
        counts = graph.cast(graph.op("Greater", counts, graph.constant(0, np.float64)), np.float64)
    return counts, width


def _weights(graph: Graph, model: Any, features: Features) -> tuple[str, int]:
    if np.dtype(model.dtype) != np.float64:
        raise Unsupported("TfidfVectorizer with a dtype other than float64 is not converted")
    values, width = _counts(graph, model, features)
    zero, one = graph.constant(0, np.float64), graph.constant(1, np.float64)
    if model.sublinear_tf:
        logarithm = graph.op("Log", graph.op("Max", values, one))
        values = graph.op("Where", graph.op("Greater", values, zero), graph.op("Add", logarithm, one), zero)
    if model.use_idf:
        values = graph.op("Mul", values, graph.constant(np.asarray(model.idf_)[None], np.float64))
    if model.norm is not None:
        squares = graph.op("Mul", values, values) if model.norm == "l2" else values
        length = graph.op("ReduceSum", squares, graph.constant([1], np.int64), keepdims=1)
        length = graph.op("Sqrt", length) if model.norm == "l2" else length
        length = graph.op("Where", graph.op("Equal", length, zero), one, length)
        values = graph.op("Div", values, length)
    return values, width

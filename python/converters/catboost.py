"""CatBoost's models on numbers, as one TreeEnsemble in double, as CatBoost computes.

Built from the model's own JSON. CatBoost's ONNX export rounds leaves to float32, shapes a classifier's labels
in another way than the Python package, and knows neither probability thresholds nor several targets.
"""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from converters.catboost_trees import read_trees
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
from converters.thresholds import threshold_probes
from converters.tree_ensemble import TreeEnsemble


def convert(model: LoadedModel, options: Options) -> Converted:
    """One input of [N][C] float32, as CatBoost keeps features; the answer as MLflow's wrapper has it."""
    import catboost

    native = model.native
    source = _read_model(native)
    names = list(native.feature_names_)
    graph = Graph()
    features = graph.input("input", np.float32, ["N", "columns"])
    # Refuses arrays with too few columns, and drops what is beyond, as CatBoost does.
    features = graph.op("Gather", features, graph.constant(range(len(names)), np.int64), axis=1)
    ensemble = _ensemble(source)
    scores = _scores(graph, source, ensemble.add_to(graph, graph.cast(features, np.float64)))
    # What the original makes of a row of zeros shows the type and the shape of all its answers.
    example = native.predict(np.zeros((1, len(names))))
    add_answer = _class if isinstance(native, catboost.CatBoostClassifier) else _number
    values = add_answer(graph, native, source, scores)
    if example.ndim == 1:
        values = graph.op("Reshape", values, graph.constant([-1], np.int64))
    return Converted(
        graph.model(values, _graph_dtype(example), ["N", *example.shape[1:]]),
        Conversion(
            converter=f"mlflow-serverless, catboost {catboost.__version__}",
            input=ArrayInput(
                input="input",
                dtype="float32",
                rank=2,
                # Trained without names it has these, and does not look at a frame's.
                columns=None if names == [str(place) for place in range(len(names))] else names,
                objects="parse",
                text_arrays="parse",
            ),
            output=Output("output", _graph_dtype(example).name, "rows" if example.ndim == 1 else "keep"),
            is_float32=False,
        ),
        threshold_probes(model, ensemble.thresholds(), names),
    )


def _read_model(native: Any) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "model.json"
        native.save_model(str(path), format="json")
        source = json.loads(path.read_text(encoding="utf-8"))
    kinds = [kind for kind, found in source["features_info"].items() if found and kind.endswith("_features")]
    others = [kind.replace("_", " ") for kind in kinds if kind != "float_features"]
    if others or source.get("ctr_data"):
        words = ", ".join(others) or "counted categories"
        raise Unsupported(f"catboost models of numbers alone are converted; this one has {words}")
    scale, bias = source["scale_and_bias"]
    # Models of older versions have one number there.
    source["scale_and_bias"] = [scale, bias if isinstance(bias, list) else [bias]]
    return source


def _ensemble(source: Mapping[str, Any]) -> TreeEnsemble:
    targets = len(source["scale_and_bias"][1])
    ensemble = TreeEnsemble(targets, np.float64)
    for tree in read_trees(source):
        for target in range(targets):
            ensemble.add(tree.for_target(target), target)
    return ensemble


def _scores(graph: Graph, source: Mapping[str, Any], sums: str) -> str:
    """Shapes: sums is [N][targets], and so is the value named: CatBoost's RawFormulaVal."""
    scale, biases = source["scale_and_bias"]
    scaled = graph.op("Mul", sums, graph.constant(scale, np.float64))
    return graph.op("Add", scaled, graph.constant(biases, np.float64))


def _graph_dtype(values: np.ndarray) -> np.dtype:
    """Text is `object`, of whatever length."""
    return np.dtype(object) if values.dtype.kind in "OUS" else values.dtype


def _class(graph: Graph, native: Any, source: Mapping[str, Any], scores: str) -> str:
    """Shapes: scores is [N][targets]; the labels are [N][1], of independent targets [N][targets]."""
    classes = np.asarray(native.classes_)
    if len(source["scale_and_bias"][1]) == 1:
        threshold = float(source["model_info"].get("binclass_probability_threshold", 0.5))
        border = math.log(threshold / (1 - threshold))
        index = graph.cast(graph.op("Greater", scores, graph.constant(border, np.float64)), np.int64)
    elif _loss(native) in ("MultiLogloss", "MultiCrossEntropy"):
        index = graph.cast(graph.op("Greater", scores, graph.constant(0, np.float64)), np.int64)
    else:
        index = graph.op("ArgMax", scores, axis=1, keepdims=1)
    return graph.op("Gather", graph.constant(classes, _graph_dtype(classes)), index)


def _number(graph: Graph, native: Any, source: Mapping[str, Any], scores: str) -> str:
    import catboost

    if not isinstance(native, catboost.CatBoostRegressor):
        return scores
    kind = native._get_default_prediction_type()
    if kind == "RawFormulaVal":
        return scores
    if kind == "Exponent":
        return graph.op("Exp", scores)
    if kind == "RMSEWithUncertainty":
        # The mean as it is, and the variance of which the logarithm of the root is kept.
        doubled = graph.op("Exp", graph.op("Mul", scores, graph.constant(2, np.float64)))
        return graph.op("Where", graph.constant([True, False], bool), scores, doubled)
    raise Unsupported(f"catboost's predictions of kind {kind} are not converted")


def _loss(native: Any) -> str:
    return str(native.get_all_params().get("loss_function", "")).split(":")[0]

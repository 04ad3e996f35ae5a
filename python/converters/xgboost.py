"""XGBoost's boosters and its scikit-learn models, as one TreeEnsemble in float32, as XGBoost computes.

Built from the model's own JSON. onnxmltools' converter knows neither categorical splits, nor DART, nor the
intercepts of several classes, and adds the intercept last; here sums round as XGBoost's do.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from converters.conversion import (
    ArrayInput,
    Conversion,
    Converted,
    LoadedModel,
    Options,
    Output,
    Refusal,
    Unsupported,
)
from converters.graph import Graph
from converters.thresholds import threshold_probes
from converters.tree_ensemble import LESS, TreeEnsemble
from converters.xgboost_booster import Booster, read_booster, read_tree
from converters.xgboost_objective import add_labels, add_transform, base_margins

# DMatrix looks for infinities; the scikit-learn models predict in place and do not.
_DMATRIX_REFUSES = (Refusal("*", "infinite"), Refusal("*", "beyond-float32"))


def convert(model: LoadedModel, options: Options) -> Converted:
    """One input of [N][C] float32, NaN is a missing value; the answer as MLflow's wrapper has it."""
    import xgboost

    native = model.native
    _refuse_params(model)
    is_sklearn = not isinstance(native, xgboost.Booster)
    if is_sklearn:
        booster = read_booster(native.get_booster(), _iterations(native))
    else:
        booster = read_booster(native, 0)
    if is_sklearn and booster.has_category_columns:
        raise Unsupported(
            "the model was trained on pandas category columns, and xgboost refuses frames without them; "
            "no request can carry them"
        )
    graph = Graph()
    features = graph.input("input", np.float32, ["N", booster.features])
    ensemble = _ensemble(booster)
    margins = ensemble.add_to(graph, _whole_categories(graph, booster, features))
    answer = add_transform(graph, booster, margins)
    if is_sklearn and hasattr(native, "n_classes_"):
        answer = add_labels(graph, booster, answer)
    names = booster.feature_names
    return Converted(
        graph.model(answer.value, answer.dtype, ["N", booster.groups] if answer.is_matrix else ["N"]),
        Conversion(
            converter=f"mlflow-serverless, xgboost {xgboost.__version__}",
            input=ArrayInput(
                input="input",
                dtype="float32",
                rank=2,
                columns=names,
                names="strict" if names else None,
                arrays="cast" if is_sklearn or not names else "refuse",
                objects="refuse",
                text_arrays="refuse",
            ),
            output=Output("output", np.dtype(answer.dtype).name, "keep" if answer.is_matrix else "rows"),
            refuses=() if is_sklearn else _DMATRIX_REFUSES,
            is_float32=True,
        ),
        threshold_probes(model, ensemble.thresholds(), names),
    )


def _refuse_params(model: LoadedModel) -> None:
    """MLflow hands a request's params on to `predict`, which answers something else then."""
    params = model.signature.params if model.signature is not None else None
    known = inspect.signature(model.native.predict).parameters
    used = [param.name for param in params or () if param.name in known]
    if used:
        raise Unsupported(f"requests may change how xgboost predicts, by the params {', '.join(used)}")


def _iterations(native: Any) -> int:
    """How many rounds the scikit-learn models use: up to the best one of early stopping; 0 is all."""
    try:
        return int(native.best_iteration) + 1
    except AttributeError:
        return 0


def _ensemble(booster: Booster) -> TreeEnsemble:
    ensemble = TreeEnsemble(booster.groups, np.float32)
    for group, margin in enumerate(base_margins(booster)):
        # First, because XGBoost starts its sums from it.
        ensemble.add_constant(float(margin), group, LESS)
    for tree, group, weight in zip(booster.trees, booster.tree_groups, booster.tree_weights):
        ensemble.add(read_tree(tree, weight), group)
    return ensemble


def _whole_categories(graph: Graph, booster: Booster, features: str) -> str:
    """XGBoost cuts a category's fraction off; what is below zero is in no set."""
    categorical = {
        tree["split_indices"][node] for tree in booster.trees for node in tree.get("categories_nodes", [])
    }
    if not categorical:
        return features
    mask = [feature in categorical for feature in range(booster.features)]
    return graph.op("Where", graph.constant(mask, bool), graph.op("Floor", features), features)

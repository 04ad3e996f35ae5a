"""Boosters in every way in which they differ: objectives, missing values, categories, targets, labels.

`VARIANTS`: a name, which begins with the flavor → a function that trains the model.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import xgboost
from catboost import CatBoost, CatBoostClassifier, CatBoostRanker, CatBoostRegressor

_ROWS = 800
COLUMNS = [f"f{place}" for place in range(6)]
VARIANTS: dict[str, Callable[[], Any]] = {}


def frame(has_missing: bool = False) -> pd.DataFrame:
    """f1: whole, beyond 2**24; f2: rounded, so that many are equal; f5: the number of a category."""
    random = np.random.default_rng(7)
    found = pd.DataFrame(random.normal(size=(_ROWS, 6)), columns=COLUMNS)
    found["f1"] = random.integers(-5, 30_000_000, _ROWS).astype(float)
    found["f2"] = found.f2.round(1)
    found["f5"] = random.integers(0, 60, _ROWS).astype(float)
    return found.mask(random.random(found.shape) < 0.15) if has_missing else found


X, MISSING = frame(), frame(has_missing=True)
NUMBER = (X.f0 * 2 + X.f2 + np.sin(X.f5)).to_numpy() + np.random.default_rng(8).normal(size=_ROWS) * 0.3
BINARY, GRADE = (NUMBER > 0).astype(int), np.digitize(NUMBER, [-1, 1])
POSITIVE, SHARE = np.exp(NUMBER / 3), BINARY * 0.8 + 0.1
TEXT = np.array(["low", "middle", "high"])[GRADE]
GROUPS = np.arange(_ROWS) // 20
TARGETS = {"binary": BINARY, "grade": GRADE, "positive": POSITIVE, "share": SHARE, "number": NUMBER}


def _xgboost(rows: pd.DataFrame, target: np.ndarray, rounds: int = 20, data: Any = None, **settings: Any) -> Any:
    matrix = xgboost.DMatrix(rows, target, **(data or {}))
    return xgboost.train({"seed": 1, "nthread": 1, **settings}, matrix, rounds)


def _lightgbm(rows: pd.DataFrame, target: np.ndarray, data: Any = None, **settings: Any) -> Any:
    dataset = lightgbm.Dataset(rows, target, **(data or {}))
    return lightgbm.train({"seed": 1, "num_threads": 1, "verbose": -1, **settings}, dataset, 30)


def _add(name: str, kind: Callable[..., Any], *arguments: Any, **settings: Any) -> None:
    VARIANTS[name] = lambda: kind(*arguments, **settings)


def _fit(kind: Any, rows: Any, target: np.ndarray, fit: Any = None, **settings: Any) -> Any:
    return kind(**settings).fit(rows, target, **(fit or {}))


_XGBOOST_OBJECTIVES = {
    "reg:squarederror": "number", "reg:absoluteerror": "number", "reg:pseudohubererror": "number",
    "binary:logistic": "binary", "binary:logitraw": "binary", "binary:hinge": "binary", "reg:logistic": "share",
    "count:poisson": "positive", "reg:tweedie": "positive", "reg:gamma": "positive", "survival:cox": "positive",
}  # fmt: skip
for objective, target in _XGBOOST_OBJECTIVES.items():
    _add(f"xgboost {objective}", _xgboost, MISSING, TARGETS[target], objective=objective)
for objective in ("multi:softprob", "multi:softmax"):
    _add(f"xgboost {objective}", _xgboost, MISSING, GRADE, objective=objective, num_class=3)
_CODES = {"enable_categorical": True, "feature_types": ["q"] * 5 + ["c"]}
_add("xgboost base score", _xgboost, X, BINARY, objective="binary:logistic", base_score=0.9)
_add("xgboost rank", _xgboost, X, GRADE, data={"qid": GROUPS}, objective="rank:ndcg")
_add("xgboost quantiles", _xgboost, X, NUMBER, objective="reg:quantileerror", quantile_alpha=[0.1, 0.5, 0.9])
_add("xgboost forest", _xgboost, X, NUMBER, 3, num_parallel_tree=4, subsample=0.7, learning_rate=1)
_add("xgboost dart", _xgboost, MISSING, BINARY, 40, objective="binary:logistic", booster="dart", rate_drop=0.3)
_add("xgboost categories", _xgboost, MISSING, NUMBER, data=_CODES, max_cat_to_onehot=2)
_add("xgboost one category", _xgboost, X, NUMBER, data=_CODES, max_cat_to_onehot=100)
_add("xgboost without names", _xgboost, X.to_numpy(), NUMBER)
_add("xgboost two targets", _xgboost, X, np.c_[NUMBER, -NUMBER])
_add("xgboost without splits", _xgboost, X, NUMBER, min_child_weight=1e9)
_add("xgboost many trees", _xgboost, MISSING, NUMBER, 300, max_depth=8)
_add("xgboost linear", _xgboost, X, NUMBER, booster="gblinear")
_add("xgboost classifier 2", _fit, xgboost.XGBClassifier, MISSING, BINARY, n_estimators=20)
_add("xgboost classifier 3", _fit, xgboost.XGBClassifier, MISSING, GRADE, n_estimators=20)
_SOFTMAX = {"objective": "multi:softmax", "num_class": 3}
_add("xgboost classifier softmax", _fit, xgboost.XGBClassifier, MISSING, GRADE, **_SOFTMAX)
_add("xgboost classifier targets", _fit, xgboost.XGBClassifier, X, np.c_[BINARY, GRADE > 1], n_estimators=20)
_add("xgboost random forest", _fit, xgboost.XGBRFClassifier, X, GRADE, n_estimators=20)
_add("xgboost regressor", _fit, xgboost.XGBRegressor, MISSING, NUMBER, n_estimators=20)
_add("xgboost ranker", _fit, xgboost.XGBRanker, X, GRADE, {"qid": GROUPS}, n_estimators=20)
_add(
    "xgboost early stopping", _fit, xgboost.XGBClassifier, X[:600], GRADE[:600],
    {"eval_set": [(X[600:], GRADE[600:])], "verbose": False},
    n_estimators=200, learning_rate=1.0, early_stopping_rounds=3,
)  # fmt: skip

_LIGHTGBM_OBJECTIVES = {
    "regression": "number", "regression_l1": "number", "huber": "number", "quantile": "number", "fair": "number",
    "mape": "number", "binary": "binary", "poisson": "positive", "gamma": "positive", "tweedie": "positive",
    "cross_entropy": "share", "cross_entropy_lambda": "share",
}  # fmt: skip
for objective, target in _LIGHTGBM_OBJECTIVES.items():
    _add(f"lightgbm {objective}", _lightgbm, MISSING, TARGETS[target], objective=objective)
for objective in ("multiclass", "multiclassova"):
    _add(f"lightgbm {objective}", _lightgbm, MISSING, GRADE, objective=objective, num_class=3)
_SETS = {"min_data_per_group": 5, "cat_smooth": 1}
_CATEGORIES = {"categorical_feature": ["f5"]}
_WIDE = X.assign(f5=X.f5 * 37)
_add("lightgbm rank", _lightgbm, X, GRADE, data={"group": [20] * (_ROWS // 20)}, objective="lambdarank")
_add("lightgbm root", _lightgbm, X, NUMBER, objective="regression", reg_sqrt=True)
_add("lightgbm slope", _lightgbm, X, BINARY, objective="binary", sigmoid=2.5)
_add("lightgbm nothing missing", _lightgbm, X, NUMBER)
_add("lightgbm zero as missing", _lightgbm, MISSING.fillna(0), NUMBER, zero_as_missing=True)
_add("lightgbm use_missing off", _lightgbm, MISSING, NUMBER, use_missing=False)
_add("lightgbm categories", _lightgbm, MISSING, NUMBER, data=_CATEGORIES, **_SETS)
_add("lightgbm wide categories", _lightgbm, _WIDE, NUMBER, data=_CATEGORIES, min_data_in_leaf=3, **_SETS)
_add("lightgbm categories and zeros", _lightgbm, X, NUMBER, data=_CATEGORIES, zero_as_missing=True, **_SETS)
_add(
    "lightgbm forest", _lightgbm, MISSING, BINARY,
    objective="binary", boosting="rf", bagging_freq=1, bagging_fraction=0.6,
)  # fmt: skip
_add("lightgbm dart", _lightgbm, MISSING, NUMBER, boosting="dart")
_add("lightgbm linear trees", _lightgbm, X, NUMBER, linear_tree=True)
_add("lightgbm without splits", _lightgbm, X, NUMBER, min_data_in_leaf=10_000)
_add("lightgbm classifier text", _fit, lightgbm.LGBMClassifier, MISSING, TEXT, verbose=-1)
_add("lightgbm classifier 2", _fit, lightgbm.LGBMClassifier, MISSING, BINARY > 0, verbose=-1)
_add("lightgbm classifier 3", _fit, lightgbm.LGBMClassifier, MISSING, GRADE * 10 + 3, verbose=-1)
_add("lightgbm regressor", _fit, lightgbm.LGBMRegressor, MISSING, NUMBER, verbose=-1)
_add(
    "lightgbm ranker", _fit, lightgbm.LGBMRanker, X, GRADE, {"group": [20] * (_ROWS // 20)}, verbose=-1
)  # fmt: skip

_SMALL = {"iterations": 30, "depth": 4, "random_seed": 1}
_SMALL |= {"verbose": 0, "thread_count": 1, "allow_writing_files": False}
_CLASSIFIERS = {
    "2": (BINARY, {}), "3": (GRADE, {}), "text": (TEXT, {}), "bool": (BINARY > 0, {}), "float": (BINARY * 1.0, {}),
    "one against all": (GRADE, {"loss_function": "MultiClassOneVsAll"}),
    "targets": (np.c_[BINARY, GRADE > 1].astype(int), {"loss_function": "MultiLogloss"}),
    "depthwise": (GRADE, {"grow_policy": "Depthwise"}),
}  # fmt: skip
for name, (labels, settings) in _CLASSIFIERS.items():
    _add(f"catboost classifier {name}", _fit, CatBoostClassifier, MISSING, labels, **_SMALL, **settings)
_REGRESSORS = {
    "RMSE": NUMBER, "Poisson": POSITIVE, "Tweedie:variance_power=1.5": POSITIVE, "RMSEWithUncertainty": NUMBER,
    "MultiRMSE": np.c_[NUMBER, -NUMBER],
}  # fmt: skip
for loss, numbers in _REGRESSORS.items():
    _add(f"catboost {loss}", _fit, CatBoostRegressor, MISSING, numbers, **_SMALL, loss_function=loss)
_add("catboost missing above", _fit, CatBoostRegressor, MISSING, NUMBER, **_SMALL, nan_mode="Max")
_add("catboost lossguide", _fit, CatBoostRegressor, MISSING, NUMBER, **_SMALL, grow_policy="Lossguide")
_add("catboost without names", _fit, CatBoostRegressor, MISSING.to_numpy(), NUMBER, **_SMALL)
_add("catboost ranker", _fit, CatBoostRanker, X, GRADE, {"group_id": GROUPS}, **_SMALL)


def _raw() -> Any:
    return CatBoost({"loss_function": "MultiClass", **_SMALL}).fit(MISSING, GRADE)


def _threshold() -> Any:
    model = CatBoostClassifier(**_SMALL).fit(X, BINARY)
    model.set_probability_threshold(0.8)
    return model


_add("catboost raw", _raw)
_add("catboost threshold", _threshold)

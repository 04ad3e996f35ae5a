"""XGBoost, LightGBM and CatBoost, native and scikit-learn API: small, with missing values and ties in them."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import catboost
import lightgbm
import mlflow
import numpy as np
import pandas as pd
import xgboost
from mlflow.models import infer_signature

_ROWS = 600
_QUIET = {"seed": 1, "num_threads": 1, "verbose": -1}
_SILENT = {"random_seed": 1, "thread_count": 1, "verbose": 0, "allow_writing_files": False}


def _frame(has_missing: bool = False) -> pd.DataFrame:
    """Ages that are whole, incomes beyond 2**24, rounded debts (many equal), and a category's number."""
    random = np.random.default_rng(4)
    frame = pd.DataFrame(
        {
            "age": random.integers(18, 90, _ROWS).astype(float),
            "income": random.integers(0, 40_000_000, _ROWS).astype(float),
            "debt": np.round(random.normal(size=_ROWS), 1),
            "rooms": random.uniform(1, 9, _ROWS),
            "district": random.integers(0, 40, _ROWS).astype(float),
        }
    )
    return frame.mask(random.random(frame.shape) < 0.15) if has_missing else frame


def _amount() -> np.ndarray:
    frame = _frame()
    noise = np.random.default_rng(5).normal(scale=0.2, size=_ROWS)
    return (frame.debt + frame.rooms * frame.age / 100 + np.sin(frame.district) + noise).to_numpy()


def _grade() -> np.ndarray:
    amount = _amount()
    return np.digitize(amount, np.quantile(amount, [0.3, 0.7]))


def _rest(frame: pd.DataFrame, answer: Any, library: Any) -> dict[str, Any]:
    names = ("mlflow", library.__name__, "pandas", "numpy", "scikit-learn")
    return {
        "signature": infer_signature(frame, np.asarray(answer)),
        "input_example": frame.head(5),
        "pip_requirements": [f"{name}=={version(name)}" for name in names],
    }


def _save_xgboost(path: Path, model: Any, frame: pd.DataFrame, model_format: str = "ubj") -> None:
    is_native = isinstance(model, xgboost.Booster)
    answer = model.predict(xgboost.DMatrix(frame) if is_native else frame)
    mlflow.xgboost.save_model(model, path, model_format=model_format, **_rest(frame, answer, xgboost))


def _save_lightgbm(path: Path, model: Any, frame: pd.DataFrame) -> None:
    mlflow.lightgbm.save_model(
        model, path, serialization_format="cloudpickle", **_rest(frame, model.predict(frame), lightgbm)
    )


def _save_catboost(path: Path, model: Any, frame: pd.DataFrame) -> None:
    mlflow.catboost.save_model(model, path, **_rest(frame, model.predict(frame), catboost))


def xgboost_booster(path: Path) -> None:
    """Probabilities of a Booster, values missing, saved as JSON."""
    frame = _frame(has_missing=True)
    settings = {"objective": "binary:logistic", "max_depth": 4, "seed": 1, "nthread": 1}
    model = xgboost.train(settings, xgboost.DMatrix(frame, _grade() > 1), 30)
    _save_xgboost(path, model, frame, model_format="json")


def xgboost_dart(path: Path) -> None:
    """Three classes at once, trees that were dropped, a categorical split."""
    frame = _frame()
    types = ["q", "q", "q", "q", "c"]
    settings = {"objective": "multi:softprob", "num_class": 3, "booster": "dart", "rate_drop": 0.2}
    data = xgboost.DMatrix(frame, _grade(), enable_categorical=True, feature_types=types)
    _save_xgboost(path, xgboost.train({**settings, "seed": 1, "nthread": 1}, data, 20), frame)


def xgboost_classifier(path: Path) -> None:
    """Where training stopped early, the best round answers."""
    frame = _frame(has_missing=True)
    model = xgboost.XGBClassifier(
        n_estimators=200, learning_rate=0.8, early_stopping_rounds=3, random_state=1, n_jobs=1
    )
    model.fit(frame[:450], _grade()[:450], eval_set=[(frame[450:], _grade()[450:])], verbose=False)
    _save_xgboost(path, model, frame)


def xgboost_regressor(path: Path) -> None:
    frame = _frame()
    model = xgboost.XGBRegressor(n_estimators=60, max_depth=5, random_state=1, n_jobs=1)
    _save_xgboost(path, model.fit(frame, _amount()), frame)


def lightgbm_booster(path: Path) -> None:
    """Categories in sets, values missing, rates by a logarithm's inverse."""
    frame = _frame(has_missing=True)
    settings = {"objective": "poisson", "min_data_per_group": 5, "cat_smooth": 1, **_QUIET}
    data = lightgbm.Dataset(frame, np.exp(_amount() / 3), categorical_feature=["district"])
    _save_lightgbm(path, lightgbm.train(settings, data, 40), frame)


def lightgbm_classifier(path: Path) -> None:
    """Labels of text, through the classifier's own encoder."""
    frame = _frame(has_missing=True)
    model = lightgbm.LGBMClassifier(n_estimators=25, **_QUIET)
    _save_lightgbm(path, model.fit(frame, np.array(["low", "middle", "high"])[_grade()]), frame)


def lightgbm_regressor(path: Path) -> None:
    """Zero is missing."""
    frame = _frame()
    model = lightgbm.LGBMRegressor(n_estimators=60, zero_as_missing=True, **_QUIET)
    _save_lightgbm(path, model.fit(frame, _amount()), frame)


def catboost_classifier(path: Path) -> None:
    """Three labels of text: CatBoost answers a column of them."""
    frame = _frame()
    model = catboost.CatBoostClassifier(iterations=40, depth=4, **_SILENT)
    _save_catboost(path, model.fit(frame, np.array(["low", "middle", "high"])[_grade()]), frame)


def catboost_regressor(path: Path) -> None:
    """Values missing, trees that are not symmetric."""
    frame = _frame(has_missing=True)
    model = catboost.CatBoostRegressor(iterations=60, grow_policy="Lossguide", **_SILENT)
    _save_catboost(path, model.fit(frame, _amount()), frame)


MODELS: dict[str, Callable[[Path], None]] = {
    "xgboost-booster": xgboost_booster,
    "xgboost-dart": xgboost_dart,
    "xgboost-classifier": xgboost_classifier,
    "xgboost-regressor": xgboost_regressor,
    "lightgbm-booster": lightgbm_booster,
    "lightgbm-classifier": lightgbm_classifier,
    "lightgbm-regressor": lightgbm_regressor,
    "catboost-classifier": catboost_classifier,
    "catboost-regressor": catboost_regressor,
}

"""Models of the sklearn flavor, as people log them."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
from mlflow.models import infer_signature
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingRegressor,
    IsolationForest,
    RandomForestClassifier,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

_ROWS = 400
# As MLflow would find them by running the model once more; so all of these models share one environment.
REQUIREMENTS = [f"{name}=={version(name)}" for name in ("mlflow", "scikit-learn", "pandas", "numpy", "cloudpickle")]


def _numbers(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": rng.integers(18, 90, _ROWS).astype(float),
            "income": rng.lognormal(10, 1, _ROWS).round(2),
            "score": rng.normal(size=_ROWS).round(4),
            "balance": rng.normal(scale=1000, size=_ROWS).round(2),
        }
    )


def _mixed(seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = _numbers(seed)
    frame["plan"] = rng.choice(["basic", "plus", "pro"], _ROWS)
    frame["country"] = rng.choice(["de", "fr", "us", "été"], _ROWS)
    return frame


def _is_good(frame: pd.DataFrame) -> np.ndarray:
    return (frame["score"] + (frame["age"] - 50) / 40 > 0).to_numpy()


def _save(path: Path, model: Any, frame: Any, method: str = "predict") -> None:
    mlflow.sklearn.save_model(
        model,
        path,
        signature=infer_signature(frame, getattr(model, method)(frame)),
        input_example=frame.iloc[:3] if isinstance(frame, pd.DataFrame) else frame[:3],
        pyfunc_predict_fn=method,
        serialization_format="cloudpickle",
        pip_requirements=REQUIREMENTS,
    )


def _regressor(path: Path) -> None:
    frame = _numbers()
    _save(path, make_pipeline(StandardScaler(), LinearRegression()).fit(frame, frame["score"] * 3 + frame["age"]), frame)


def _classifier(path: Path) -> None:
    frame = _numbers()
    model = RandomForestClassifier(n_estimators=30, max_depth=6, random_state=0)
    _save(path, model.fit(frame, _is_good(frame).astype(int)), frame)


def _probabilities(path: Path) -> None:
    frame = _numbers()
    model = LogisticRegression(max_iter=200)
    _save(path, model.fit(frame / [1, 1e4, 1, 1e3], _is_good(frame).astype(int)), frame, "predict_proba")


def _text_labels(path: Path) -> None:
    frame = _numbers()
    labels = np.where(_is_good(frame), "good", np.where(frame["age"] > 60, "bad", "unsure"))
    _save(path, GradientBoostingClassifier(n_estimators=20, random_state=0).fit(frame, labels), frame)


def _bool_labels(path: Path) -> None:
    frame = _numbers()
    _save(path, LogisticRegression(max_iter=200).fit(frame[["score"]], _is_good(frame)), frame[["score"]])


def _long_columns(path: Path) -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.integers(-5000, 5000, size=(_ROWS, 3)), columns=["a", "b", "c"])
    model = HistGradientBoostingRegressor(max_iter=30, random_state=0)
    _save(path, model.fit(frame, frame["a"] * 0.5 - frame["b"]), frame)


def _columns_pipeline(path: Path) -> None:
    frame = _mixed()
    columns = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), ["age", "income", "score", "balance"]),
            ("plan", OneHotEncoder(handle_unknown="ignore"), ["plan"]),
            ("country", OneHotEncoder(), ["country"]),
        ]
    )
    _save(path, make_pipeline(columns, LogisticRegression(max_iter=300)).fit(frame, _is_good(frame).astype(int)), frame)


def _columns_forest(path: Path) -> None:
    frame = _mixed(2)
    columns = ColumnTransformer(
        [("texts", OneHotEncoder(handle_unknown="ignore"), ["plan", "country"])], remainder="passthrough"
    )
    model = make_pipeline(columns, RandomForestClassifier(n_estimators=20, max_depth=5, random_state=0))
    _save(path, model.fit(frame, _is_good(frame).astype(int)), frame, "predict_proba")


def _outliers(path: Path) -> None:
    frame = _numbers()
    _save(path, IsolationForest(n_estimators=40, random_state=0).fit(frame), frame)


def _text_pipeline(path: Path) -> None:
    good = ["a lovely wine", "great and fruity", "I like this one", "rich, ripe and round", "lovely colour"]
    bad = ["a flat wine", "sour and thin", "I hate this one", "not for me", "corked again"]
    frame = pd.DataFrame({"review": good * 8 + bad * 8})
    columns = ColumnTransformer([("words", TfidfVectorizer(ngram_range=(1, 2)), "review")])
    _save(path, make_pipeline(columns, LogisticRegression()).fit(frame, [1] * 40 + [0] * 40), frame, "predict_proba")


def _array_input(path: Path) -> None:
    frame = _numbers().to_numpy()
    model = make_pipeline(StandardScaler(), LogisticRegression())
    _save(path, model.fit(frame, frame[:, 2] > 0), frame)


def _gaussian_process(path: Path) -> None:
    """Its converter answers in float32, where the original computes in double."""
    frame = _numbers().iloc[:60]
    _save(path, GaussianProcessRegressor().fit(frame / [50, 1e4, 1, 1e3], frame["score"]), frame)


MODELS: dict[str, Callable[[Path], None]] = {
    "sklearn-regressor": _regressor,
    "sklearn-classifier": _classifier,
    "sklearn-probabilities": _probabilities,
    "sklearn-text-labels": _text_labels,
    "sklearn-bool-labels": _bool_labels,
    "sklearn-long-columns": _long_columns,
    "sklearn-columns-pipeline": _columns_pipeline,
    "sklearn-columns-forest": _columns_forest,
    "sklearn-outliers": _outliers,
    "sklearn-text-pipeline": _text_pipeline,
    "sklearn-array-input": _array_input,
    "sklearn-gaussian-process": _gaussian_process,
}

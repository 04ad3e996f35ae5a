"""What a scikit-learn model refuses and how it answers, found by asking it: one odd cell at a time."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from converters.conversion import LoadedModel, Refusal, Unsupported
from converters.sklearn_parts import NAN_TEXT, NONE_TEXT
from converters.thresholds import threshold_probes

_FLOAT32_MAX = float(np.finfo(np.float32).max)
_UNSEEN = "a text that no model has ever seen \u2203"


class Probing:
    """Asks the original, row by row, starting from a row that it answers."""

    def __init__(self, model: LoadedModel, native: Any) -> None:
        self._model = model
        self._native = native
        self._ask = getattr(native, model.predict_fn)
        self._row, self._is_frame = self._first_row()
        self.answer = self._answer(self._row)

    def refusals(self, missing: Mapping[str, Any]) -> list[Refusal]:
        """Numbers: NaN, infinities, beyond float32. Texts: those that are none of the known categories."""
        found: list[Refusal] = []
        for label in self._columns():
            if self._is_text(label):
                found.extend(self._refused_texts(label))
                continue
            for when, value in {"nan": np.nan, "infinite": np.inf}.items():
                if not self._takes(label, value):
                    found.append(Refusal(str(label), when))
            found.extend(self._overflow(label))
        return _merged(found, len(self._columns()))

    def missing(self) -> dict[str, tuple[str, str | None]]:
        """Text columns whose None and NaN the model takes, and the texts that stand for both in the graph."""
        found: dict[str, tuple[str, str | None]] = {}
        for label in self._columns():
            if not self._is_text(label):
                continue
            of_none, of_nan = self._answer_to(label, None), self._answer_to(label, np.nan)
            if (of_none is None) != (of_nan is None):
                raise Unsupported(f"the model takes only one of None and NaN in column {label!r}")
            if of_none is not None:
                found[str(label)] = (NONE_TEXT, NAN_TEXT)
        return found

    def others(self) -> dict[str, str]:
        """Text columns where numbers and booleans are as good as a text that the model does not know."""
        found = {}
        for label in self._columns():
            if not self._is_text(label):
                continue
            unseen = self._answer_to(label, _UNSEEN)
            answers = [self._answer_to(label, value) for value in (0.5, 7, True)]
            if unseen is not None and all(same is not None and np.array_equal(unseen, same) for same in answers):
                found[str(label)] = _UNSEEN
        return found

    def probes(self) -> dict[str, list[Any]]:
        """Values at which trees decide, and categories that encoders know."""
        found: dict[str, list[Any]] = {}
        for label in self._columns():
            known = self._categories(label) if self._is_frame else None
            if known:
                found[str(label)] = [value for value in known if isinstance(value, (str, int, float))][:50]
        splits = _splits(self._native)
        return {**threshold_probes(self._model, splits, None), **found} if splits else found

    def _overflow(self, label: Any) -> list[Refusal]:
        """Where a step on the way would overflow, and the next one refuses infinities: the least such size."""
        if self._takes_size(label, sys.float_info.max):
            return []
        taken, refused = 1e39, sys.float_info.max
        if not self._takes_size(label, taken):
            if self._takes_size(label, _FLOAT32_MAX):
                return [Refusal(str(label), "beyond-float32")]
            taken, refused = 1.0, _FLOAT32_MAX
        while np.nextafter(taken, np.inf) < refused:
            # Halving the exponent first, then the digits.
            middle = float(np.sqrt(taken) * np.sqrt(refused))
            middle = middle if taken < middle < refused and refused / taken > 2 else taken / 2 + refused / 2
            if self._takes_size(label, middle):
                taken = middle
            else:
                refused = middle
        above = min(refused * 4, sys.float_info.max)
        if self._takes(label, above) or self._takes(label, -above):
            raise Unsupported(f"column {label!r} takes huge numbers of one sign only: {above:g} or {-above:g} is refused")
        return [Refusal(str(label), "beyond", limit=refused)]

    def _refused_texts(self, label: Any) -> list[Refusal]:
        if self._takes(label, _UNSEEN):
            return []
        known = self._categories(label)
        if known is None:
            raise Unsupported(f"the model refuses unknown texts in column {label!r}, but does not say which it knows")
        return [Refusal(str(label), "unknown", [str(value) for value in known])]

    def _takes(self, label: Any, value: Any) -> bool:
        return self._answer_to(label, value) is not None

    def _takes_size(self, label: Any, size: float) -> bool:
        return self._takes(label, size) and self._takes(label, -size)

    def _answer_to(self, label: Any, value: Any) -> np.ndarray | None:
        """To the first row with this cell; None where it is refused."""
        row = self._row.copy()
        if self._is_frame:
            row[label] = pd.Series([value] * len(row), index=row.index, dtype=object if self._is_text(label) else None)
        else:
            row = row.astype(np.float64)
            row[..., label] = value
        try:
            return self._answer(row)
        except Exception:  # whatever it raises, MLflow answers 400
            return None

    def _answer(self, row: Any) -> np.ndarray:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answer = self._ask(row)
        if not isinstance(answer, np.ndarray) or answer.ndim > 2:
            raise Unsupported(f"the model answers {type(answer).__name__}, not one array")
        return answer

    def _columns(self) -> list[Any]:
        return list(self._row.columns) if self._is_frame else list(range(self._row.shape[-1]))

    def _is_text(self, label: Any) -> bool:
        return self._is_frame and self._row[label].dtype == object

    def _categories(self, label: Any) -> list[Any] | None:
        return _known_categories(self._native, label)

    def _first_row(self) -> tuple[Any, bool]:
        """Two rows of the input example, else zeros and empty texts."""
        schema = self._model.signature.inputs  # type: ignore[union-attr]
        example = self._model.example
        if isinstance(example, pd.DataFrame) and len(example) > 0 and not schema.is_tensor_spec():
            from mlflow.pyfunc import _enforce_schema

            return _enforce_schema(example.iloc[[0, -1]].reset_index(drop=True), schema), True
        if isinstance(example, np.ndarray) and schema.is_tensor_spec():
            return np.asarray(example)[[0, -1]], False
        if schema.is_tensor_spec():
            shape = [2, *[max(size, 1) for size in schema.inputs[0].shape[1:]]]
            return np.zeros(shape, dtype=schema.inputs[0].type), False
        kinds = {column.name: str(column.type).removeprefix("DataType.") for column in schema.inputs}
        cells = {name: self._first_text(name) if kind == "string" else 0.0 for name, kind in kinds.items()}
        return pd.DataFrame([cells, cells]), True

    def _first_text(self, label: Any) -> str:
        known = _known_categories(self._native, label)
        return str(known[0]) if known else ""


def _merged(refusals: Sequence[Refusal], columns: int) -> list[Refusal]:
    """One line for all columns where all are alike."""
    found: list[Refusal] = []
    for when in ("nan", "infinite", "beyond-float32"):
        of_kind = [refusal for refusal in refusals if refusal.when == when]
        found.extend([Refusal("*", when)] if len(of_kind) == columns else of_kind)
    return [*found, *[refusal for refusal in refusals if refusal.when in ("beyond", "unknown")]]


def _known_categories(native: Any, label: Any) -> list[Any] | None:
    """Of the encoders that a column goes through first; None when there are none."""
    for names, step in column_steps(native):
        if label not in names:
            continue
        for part in chain_of(step):
            categories = getattr(part, "categories_", None)
            if categories is not None and len(categories) == len(names):
                return list(categories[names.index(label)])
    return None


def column_steps(native: Any) -> list[tuple[list[Any], Any]]:
    """The column transformers' parts: the names that each takes, and what it does."""
    found = []
    for step in chain_of(native):
        for _, part, names in getattr(step, "transformers_", []):
            found.append(([names] if isinstance(names, str) else list(names), part))
    return found


def chain_of(step: Any) -> list[Any]:
    return [part for _, part in step.steps] if hasattr(step, "steps") else [step]


def _splits(native: Any) -> dict[int, list[float]]:
    """Feature → thresholds of the trees of the last step, when its features are the request's columns."""
    if hasattr(native, "steps"):
        return {}
    members = np.ravel(np.asarray(getattr(native, "estimators_", [native]), dtype=object))
    found: dict[int, list[float]] = {}
    for member in members:
        tree = getattr(member, "tree_", None)
        if tree is None:
            continue
        for feature, threshold in zip(tree.feature, tree.threshold):
            if feature >= 0:
                found.setdefault(int(feature), []).append(float(threshold))
    return found

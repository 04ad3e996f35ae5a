"""Every kind of scikit-learn model against its conversion: `python check_sklearn.py [WORDS…]`.

For each model of sklearn_variants.py whose name has one of the words: saved by MLflow, answered by MLflow's wrapper,
converted, answered by ONNX Runtime, on more than 1,000 rows that lie where the model decides and where numbers and
texts end. What one side refuses the other must refuse. Exit code 1 on a difference.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "python")]

import mlflow  # noqa: E402
import numpy as np  # noqa: E402
import onnx  # noqa: E402
import onnxruntime  # noqa: E402
import pandas as pd  # noqa: E402
from check_boosters import besides, compare  # noqa: E402
from converters import sklearn as converter  # noqa: E402
from converters.conversion import ArrayInput, Converted, LoadedModel, Options, Unsupported  # noqa: E402
from mlflow.models import Model, infer_signature  # noqa: E402
from mlflow.pyfunc import _enforce_schema  # noqa: E402
from sklearn_variants import VARIANTS  # noqa: E402

_LEAST_ROWS = 1_000
_NUMBERS = [0.0, -0.0, 0.5, -1, 1, 2, 3.5, 100, -1e4, 1e6, -1e9, 1e12, 5e-324, 1e-310, -1e-30, 1e-7]
_NUMBERS += [2**24 + 1, 2**31, 2**53 + 1, 1e18, 3.4e38]
_ODD_NUMBERS = [np.nan, np.inf, -np.inf, 1e39, -1e300]
_TEXTS = ["", " ", "pro", "PRO", "été", "ÉTÉ", "unseen", "wine wine Wine", "l'été—plage", "ПРИВЕТ, мир!", "a b c", "x1_y2 ß"]
_TEXTS += ["Größe größe", "it's İstanbul", "日本語 テスト", "e\u0301te\u0301 wine", "4\u00b2 \u0663\u0664 \u216b", "a\nb\tlovely wine", "__ _ _a"]
_ODD_TEXTS = [None, np.nan]


def main(words: list[str]) -> int:
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    different = 0
    for name, train in VARIANTS.items():
        if words and not any(word in name for word in words):
            continue
        found, is_equal = verdict(name, train)
        different += not is_equal
        print(f"{'ok  ' if is_equal else 'FAIL'} {name:36} {found}", flush=True)
    return 1 if different else 0


def verdict(name: str, train: Any) -> tuple[str, bool]:
    method = name.split()[-1] if name.split()[-1].startswith("predict_") else "predict"
    try:
        return check(*train(), method)
    except Unsupported as error:
        return f"not converted: {error}", True
    except Exception as error:
        return f"{type(error).__name__}: {str(error).splitlines()[:1]}", False


def check(native: Any, frame: pd.DataFrame, method: str) -> tuple[str, bool]:
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder) / "model"
        mlflow.sklearn.save_model(
            native, str(directory), pip_requirements=["scikit-learn"], pyfunc_predict_fn=method,
            signature=infer_signature(frame), input_example=frame.dropna().iloc[:3], serialization_format="cloudpickle",
        )  # fmt: skip
        original = mlflow.pyfunc.load_model(str(directory))
        model = LoadedModel(directory, "sklearn", Model.load(str(directory)))
        converted = converter.convert(model, Options("double", 26))
    onnx.checker.check_model(converted.model)
    rows = edge_rows(frame, converted, odd=False)
    is_taken = ~refused(rows, converted)
    taken = rows[is_taken].reset_index(drop=True)
    expected = np.asarray(original.predict(taken))
    found, is_equal = compare_scaled(expected, answer(converted, taken), converted)
    alone = taken.tail(60)
    wrong = wrong_refusals(original, converted, pd.concat([alone, rows[~is_taken], edge_rows(frame, converted, odd=True)]))
    return (f"{found}; refusals differ: {wrong[:4]}", False) if wrong else (found, is_equal)


def edge_rows(frame: pd.DataFrame, converted: Converted, odd: bool) -> pd.DataFrame:
    """Ordinary rows in which one cell after the other is on an edge."""
    random = np.random.default_rng(2)
    complete = frame.dropna()
    found = [] if odd else [frame, frame.sample(_LEAST_ROWS, replace=True, random_state=1)]
    for name in frame.columns:
        known = list(converted.probes.get(name, converted.probes.get(str(frame.columns.get_loc(name)), [])))
        rows = complete.iloc[random.integers(0, len(complete), 1)]
        cells: list[Any]
        if frame[name].dtype == object:
            cells = _ODD_TEXTS if odd else [*_TEXTS, *known]
        elif frame[name].dtype.kind == "f":
            numbers = np.array([value for value in known if isinstance(value, float)])
            cells = _ODD_NUMBERS if odd else [*_NUMBERS, *besides(numbers), *besides(np.array([0.0, 0.5]))]
        else:
            cells = [] if odd or frame[name].dtype == bool else [0, -1, 2**24 + 1, 2**31, 2**53 + 1, 29_999_999]
        for cell in cells:
            found.append(rows.assign(**{name: pd.Series([cell], index=rows.index, dtype=frame[name].dtype)}))
    return pd.concat(found, ignore_index=True).astype(frame.dtypes) if found else frame.iloc[:0]


def refused(rows: pd.DataFrame, converted: Converted) -> np.ndarray:
    """What src/predictor/onnx/converted/refusals.ts refuses."""
    result = np.zeros(len(rows), dtype=bool)
    for place, name in enumerate(rows.columns):
        is_text = rows[name].dtype == object
        for refusal in converted.conversion.refuses:
            if refusal.column in ("*", name, str(place)):
                result |= rows[name].map(lambda cell: is_refused(cell, refusal, is_text)).to_numpy(dtype=bool)
        missing = next((c.missing for c in getattr(converted.conversion.input, "columns", None) or [] if getattr(c, "name", c) == name and not isinstance(c, str)), "")
        if rows[name].dtype == object and missing is None:
            result |= rows[name].isna().to_numpy()
    return result


def is_refused(cell: Any, refusal: Any, is_text: bool) -> bool:
    if isinstance(cell, str) or cell is None or is_text:
        return refusal.when == "unknown" and isinstance(cell, str) and cell not in refusal.values
    if refusal.when == "nan":
        return bool(np.isnan(cell))
    if refusal.when == "infinite":
        return bool(np.isinf(cell))
    if refusal.when == "beyond":
        return bool(np.isfinite(cell) and abs(cell) >= refusal.limit)
    if refusal.when == "unknown":
        return not np.isnan(cell) and float(cell) not in refusal.values
    with np.errstate(over="ignore"):
        return bool(np.isfinite(cell) and np.isinf(np.float32(cell)))


def wrong_refusals(original: Any, converted: Converted, rows: pd.DataFrame) -> list[str]:
    """Rows that only one of both answers, or that they answer differently."""
    found = []
    flags = refused(rows, converted) if len(rows) else []
    for place, is_refused_here in enumerate(flags):
        row = rows.iloc[[place]].reset_index(drop=True)
        try:
            expected = np.asarray(original.predict(row))
        except Exception:
            expected = None
        if (expected is None) != bool(is_refused_here):
            found.append(f"{'only the original' if expected is None else 'only ours'}: {odd_cells(row)}")
        elif expected is not None and not compare_scaled(expected, answer(converted, row), converted)[1]:
            found.append(f"{expected.tolist()} became {answer(converted, row).tolist()}: {odd_cells(row)}")
    return found


def odd_cells(row: pd.DataFrame) -> dict[str, Any]:
    cells = row.iloc[0].to_dict()
    odd = {k: v for k, v in cells.items() if v is None or isinstance(v, str) or not abs(v) < 1e6}
    return odd or cells


def answer(converted: Converted, rows: pd.DataFrame) -> np.ndarray:
    """Shaped as src/predictor/onnx/converted does."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(converted.model.SerializeToString(), options)
    given, output = converted.conversion.input, converted.conversion.output
    if isinstance(given, ArrayInput):
        feeds = {given.input: rows.to_numpy(dtype=given.dtype)}
    else:
        feeds = {column.input: cells(rows[column.name], column) for column in given.columns}
    found = session.run([output.output], feeds)[0]
    return found.reshape(-1) if output.shape == "rows" else found


def cells(values: pd.Series, column: Any) -> np.ndarray:
    if column.dtype == "object":
        values = values.map(lambda cell: column.missing if cell is None else column.nan if cell != cell else cell)
        if getattr(column, "lower", None):
            values = values.map(lambda cell: cell.lower())
    return values.to_numpy(dtype=column.dtype)[:, None]


def compare_scaled(expected: np.ndarray, found: np.ndarray, converted: Converted) -> tuple[str, bool]:
    """Within 1e-6 of the number, or of the usual size of its column."""
    if expected.dtype.kind == "b":
        found = found.astype(bool)
    if expected.dtype.kind == "f" and expected.shape == found.shape and expected.dtype.name == converted.conversion.output.dtype:
        found = found.astype(np.float64)
        finite = np.where(np.isfinite(expected), np.abs(expected), 0)
        usual = np.median(finite, axis=0) if len(finite) > 1 else finite.max()
        scale = np.maximum(finite, usual)
        with np.errstate(invalid="ignore"):
            is_near = (np.abs(expected - found) <= 1e-6 * scale) | (expected == found)
        is_near |= np.isnan(expected) & np.isnan(found)
        share, worst = np.mean(expected == found), np.abs(np.where(expected == found, 0, expected - found)).max()
        return f"{len(found)} rows, {share:.1%} the same to the last bit, {np.mean(~is_near):.1%} too far, at most {worst:.1e}", bool(is_near.all())
    return compare(expected, found, converted)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

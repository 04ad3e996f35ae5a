"""Every kind of booster against its conversion: `python check_boosters.py [NAMES…]`.

For each model of booster_variants.py: saved by MLflow, answered by MLflow's wrapper, converted, answered by ONNX
Runtime, on thousands of rows that lie on thresholds, beside them, and where numbers end. Exit code 1 on a difference.
"""

from __future__ import annotations

import importlib
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
from booster_variants import COLUMNS, VARIANTS, frame  # noqa: E402
from converters.conversion import Converted, LoadedModel, Options, Unsupported  # noqa: E402
from mlflow.models import Model  # noqa: E402

_EDGES = [np.nan, 0, -0.0, 1e-36, -1e-36, 1e-35, float(np.float32(1e-35)), -float(np.float32(1e-35)), -0.5, 0.5, 1.5]
_EDGES += [0.99999999, -1, -2, 59.9, 61, 255, 1e3, 2**24, 2**24 + 1, 2**24 + 3, 2**31, 2**32 + 1, 2**53 + 1, 1e18]
_EDGES += [3.4e38, -3.4e38]
_BEYOND = [np.inf, -np.inf, 1e39, -1e39, 1e308]


def main(names: list[str]) -> int:
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    different = 0
    for name, train in VARIANTS.items():
        if names and name not in names:
            continue
        try:
            found, is_equal = check(name.split()[0], train())
        except Unsupported as error:
            found, is_equal = f"not converted: {error}", True
        different += not is_equal
        print(f"{'ok  ' if is_equal else 'FAIL'} {name:32} {found}", flush=True)
    return 1 if different else 0


def check(flavor: str, native: Any) -> tuple[str, bool]:
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder) / "model"
        options = {"serialization_format": "cloudpickle"} if flavor == "lightgbm" else {}
        module = importlib.import_module(f"mlflow.{flavor}")
        module.save_model(native, str(directory), pip_requirements=[flavor], **options)
        original = mlflow.pyfunc.load_model(str(directory))
        model = LoadedModel(directory, flavor, Model.load(str(directory)))
        converted = importlib.import_module(f"converters.{flavor}").convert(model, Options("double", 26))
    rows = edge_rows(converted)
    expected = np.asarray(original.predict(pd.DataFrame(rows, columns=COLUMNS)))
    return compare(expected, answer(converted, rows), converted)


def answer(converted: Converted, rows: np.ndarray) -> np.ndarray:
    onnx.checker.check_model(converted.model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(converted.model.SerializeToString(), options)
    with np.errstate(over="ignore"):
        feeds = {"input": rows.astype(converted.conversion.input.dtype)}
    return session.run(None, feeds)[0]


def edge_rows(converted: Converted) -> np.ndarray:
    """Ordinary rows in which one cell after the other lies on an edge, and rows with many missing values."""
    random = np.random.default_rng(1)
    ordinary, with_missing = frame().to_numpy(), frame(has_missing=True).to_numpy()
    found = [with_missing, np.full((1, len(COLUMNS)), np.nan), np.zeros((1, len(COLUMNS)))]
    for place, column in enumerate(COLUMNS):
        thresholds = converted.probes.get(column, converted.probes.get(str(place), []))
        cells = np.concatenate([besides(np.array([0.0, *thresholds])), _EDGES])
        if not converted.conversion.refuses:
            cells = np.concatenate([cells, _BEYOND])
        rows = ordinary[random.integers(0, len(ordinary), len(cells))]
        rows[:, place] = cells
        found.append(rows)
    return np.concatenate(found)


def besides(values: np.ndarray) -> np.ndarray:
    """With both neighbours among the float64 and among the float32 numbers."""
    single = values.astype(np.float32)
    pairs = [(kind, kind.dtype.type(end)) for kind in (values, single) for end in (np.inf, -np.inf)]
    neighbours = [np.nextafter(kind, end) for kind, end in pairs]
    return np.concatenate([values, *neighbours]).astype(np.float64)


def compare(expected: np.ndarray, found: np.ndarray, converted: Converted) -> tuple[str, bool]:
    output = converted.conversion.output
    dtype = "object" if expected.dtype.kind in "OU" else expected.dtype.name
    if dtype != output.dtype or expected.shape != found.shape:
        return f"{dtype} {expected.shape} became {output.dtype} {found.shape}", False
    if expected.dtype.kind != "f":
        flips = int((expected.astype(str) != found.astype(str)).sum())
        return f"{len(found)} rows, {flips} labels differ", flips == 0
    least = np.maximum(np.abs(expected), np.finfo(expected.dtype).tiny)
    difference = np.abs(expected.astype(np.float64) - found) / least
    difference[(expected == found) | (np.isnan(expected) & np.isnan(found))] = 0
    share = np.mean(difference == 0)
    worst = difference.max()
    return f"{len(found)} rows, {share:.1%} the same to the last bit, at most {worst:.1e} off", worst <= 1e-6


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Deep models against their conversion: `python check_deep.py MODELS [NAMES…]`.

MODELS is the folder of make_models.py. Each model is answered by MLflow's wrapper and by ONNX Runtime, fed as
conversion.json says: ordinary rows, edges, and batches of 0, 1, 2 and 1,000 rows. Exit code 1 on a difference.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import logging
import os
import sys
import warnings
from pathlib import Path
from typing import Any

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "python")]

import mlflow  # noqa: E402
import numpy as np  # noqa: E402
import onnx  # noqa: E402
import onnxruntime  # noqa: E402
import pandas as pd  # noqa: E402
from converters.conversion import ArrayInput, Converted, LoadedModel, Options, Unsupported  # noqa: E402
from mlflow.models import Model  # noqa: E402

_BATCHES = (1000, 1, 2, 0)
_EDGES = (0.0, -0.0, -1.0, 1e-30, 1e6, -1e6, 1e30, np.nan, np.inf, -np.inf)
_TOLERANCE = {True: 1e-4, False: 1e-6}


def main(folder: Path, names: list[str]) -> int:
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    different = 0
    for directory in sorted(path.parent for path in folder.glob("*/MLmodel")):
        if names and directory.name not in names:
            continue
        try:
            problems, found = check(directory)
        except Unsupported as error:
            problems, found = [], f"not converted: {error}"
        different += bool(problems)
        mark = "FAIL" if problems else "ok  "
        print(f"{mark} {directory.name:20} {'; '.join(problems) or found}", flush=True)
    return 1 if different else 0


def check(directory: Path) -> tuple[list[str], str]:
    meta = Model.load(str(directory))
    flavor = meta.flavors["python_function"]["loader_module"].removeprefix("mlflow.")
    model = LoadedModel(directory, flavor, meta)
    converted = importlib.import_module(f"converters.{flavor}").convert(model, Options("double", 26))
    onnx.checker.check_model(converted.model)
    session = onnxruntime.InferenceSession(converted.model.SerializeToString())
    original = mlflow.pyfunc.load_model(str(directory))
    random = np.random.default_rng(1)
    problems, worst, count = [], 0.0, 0
    for size in _BATCHES:
        asked = vary(model.example, size, random)
        problem, off = compare(original, session, converted, asked)
        problems += [f"{size} rows: {problem}"] if problem else []
        worst, count = max(worst, off), count + size
    return problems, f"{count} rows, at most {worst:.1e} off"


def vary(example: Any, size: int, random: np.random.Generator) -> Any:
    """As many rows like the example's, every tenth cell of floats on an edge."""
    if isinstance(example, dict):
        return {name: vary(value, size, random) for name, value in example.items()}
    if isinstance(example, pd.DataFrame):
        return pd.DataFrame({name: vary(example[name].to_numpy(), size, random) for name in example})
    rows = example[random.integers(0, len(example), size)]
    if rows.dtype.kind != "f":
        return rows
    rows = (rows + random.normal(size=rows.shape)).astype(rows.dtype)
    # A cell that is no number spreads over its row: half of the rows keep to those that are.
    is_edge = random.random(rows.shape) < 0.1
    is_edge[: size // 2] = False
    rows[is_edge] = random.choice(_EDGES, int(is_edge.sum()))
    return rows


def compare(original: Any, session: Any, converted: Converted, asked: Any) -> tuple[str, float]:
    """What is wrong, or nothing; and how far the worst number is off, by the largest of its column."""
    conversion = converted.conversion
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # Keras draws its progress.
            answer = original.predict(asked)
    except Exception as error:
        is_empty = len(next(iter(asked.values())) if isinstance(asked, dict) else asked) == 0
        is_known = is_empty and conversion.refuses_empty
        return ("" if is_known else f"the original refuses: {type(error).__name__}: {str(error)[:200]}"), 0.0
    kind = "frame" if isinstance(asked, pd.DataFrame) and conversion.output.kind == "frame" else "array"
    if isinstance(answer, pd.DataFrame) != (kind == "frame"):
        return f"the original answers a {type(answer).__name__}, not {kind}", 0.0
    expected = np.asarray(answer)
    (found,) = session.run([conversion.output.output], feeds(conversion.input, asked))
    if conversion.output.shape == "column":
        found = found.reshape(-1, 1)
    if expected.shape != found.shape or expected.dtype.name != conversion.output.dtype:
        return f"{expected.dtype} {expected.shape} became {conversion.output.dtype} {found.shape}", 0.0
    if not expected.size:
        return "", 0.0
    is_finite = np.isfinite(expected)
    is_alike = np.array_equal(expected[~is_finite], found[~is_finite], equal_nan=True)
    if not is_alike or not np.array_equal(is_finite, np.isfinite(found)):
        return "NaN or infinity stand elsewhere", 0.0
    ordinary = np.where(is_finite, expected, 0)[: (len(expected) + 1) // 2]
    scale = np.maximum(np.abs(np.where(is_finite, expected, 0)), np.abs(ordinary).max())
    off = float((np.abs(np.where(is_finite, expected - found, 0)) / np.maximum(scale, 1e-30)).max())
    return ("" if off <= _TOLERANCE[conversion.is_float32] else f"{off:.1e} off"), off


def feeds(asked_as: Any, asked: Any) -> dict[str, np.ndarray]:
    if isinstance(asked_as, ArrayInput):
        value = next(iter(asked.values())) if isinstance(asked, dict) else asked
        return {asked_as.input: np.asarray(value).astype(asked_as.dtype)}
    return {part.input: np.asarray(asked[part.name]).astype(part.dtype) for part in asked_as.inputs}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))

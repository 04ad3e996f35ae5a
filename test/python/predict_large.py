"""Make large CSV files for saved models and score each with `mlflow models predict`: python predict_large.py FOLDER NAME ...

For each FOLDER/<model> writes FOLDER/<model>.csv, whose columns look like another type in their first rows, and what MLflow
answers to it, FOLDER/<model>.answer.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from mlflow.models.cli import predict

rng = np.random.default_rng(5)


def late(first, last):
    """The first two thirds of one, the rest of the other, as text."""
    rows = len(first)
    return np.where(np.arange(rows) < rows * 2 // 3, first.astype(str), last.astype(str))


def mixed_columns(rows=800_000):
    numbers = np.arange(rows)
    texts = np.array(["x", 'é, "ü"', "two\nlines", " blanks ", "NA", "日本"])
    return pd.DataFrame(
        {
            "a": late(numbers % 1000, (rng.normal(size=rows) * 3).round(4)),
            "n": rng.integers(-(2**53), 2**53, rows),
            "s": late(numbers % 77, texts[numbers % len(texts)]),
            "b": np.where(numbers % 3 == 0, "True", "false"),
        }
    )


def long_columns(rows=900_000):
    return pd.DataFrame(rng.integers(-(10**12), 10**12, (rows, 2)), columns=["i", "j"])


def diabetes_double(rows=300_000):
    frame = pd.DataFrame((rng.normal(size=(rows, 10)) * 3).round(4), columns=[f"x{i}" for i in range(10)])
    return frame.assign(x3=late(np.arange(rows) % 9, frame["x3"]), x5=frame["x5"].where(frame.index % 1001 != 1000))


folder = Path(sys.argv[1])
for name in sys.argv[2:]:
    path = folder / f"{name}.csv"
    globals()[name]().to_csv(path, index=False)
    args = ["-m", str(folder / name), "-i", str(path), "-o", str(path.with_suffix(".answer")), "-t", "csv"]
    predict.main([*args, "--env-manager", "local"], standalone_mode=False)

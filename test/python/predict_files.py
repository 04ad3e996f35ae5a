"""Make files of rows for saved models and score each with `mlflow models predict`: python predict_files.py FOLDER NAME ...

For each FOLDER/<model> writes FOLDER/<model>-rows.csv, .jsonl and .json, those that MLflow can be given for it, and beside each what
MLflow answers, <file>.answer. MLflow takes no JSON Lines: it gets their objects as `dataframe_records`.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from mlflow.models.cli import predict

ROWS = 350
rng = np.random.default_rng(11)
TEXTS = ["x", "é, \"ü\"", "two\nlines", " blanks ", "0012", "a;b", "日本"]


def floats(names):
    return pd.DataFrame({name: (rng.normal(size=ROWS) * 3).round(4) for name in names})


def with_missing(column, every):
    return column.where(np.arange(ROWS) % every != 0)


def wine():
    from sklearn.datasets import load_wine

    x = load_wine(as_frame=True).data
    return (x.sample(ROWS, replace=True, random_state=1) * rng.normal(1, 0.1, (ROWS, 13))).round(4).reset_index(drop=True)


def mixed():
    return pd.DataFrame(
        {
            "a": with_missing(floats(["a"])["a"], 9),
            "n": rng.integers(-(2**62), 2**62, ROWS),
            "s": np.array(TEXTS)[np.arange(ROWS) % len(TEXTS)],
            "b": np.arange(ROWS) % 3 == 0,
        }
    )


def longs():
    return pd.DataFrame(rng.integers(-(10**12), 10**12, (ROWS, 2)), columns=["i", "j"])


def every_type():
    """Of a signature's types, with values that are missing where MLflow allows it."""
    rows = np.arange(ROWS)
    return pd.DataFrame(
        {
            "d": with_missing(floats(["d"])["d"], 7),
            "f": floats(["f"])["f"].astype(np.float32).astype(float),
            "l": rng.integers(-(2**53), 2**53, ROWS),
            "i": rows - 100,
            "s": with_missing(pd.Series(np.array(TEXTS, dtype=object)[rows % len(TEXTS)]), 5),
            "b": rows % 2 == 0,
            "t": [f"2024-{1 + row % 12:02d}-01T10:{row % 60:02d}:00.{row:06d}" for row in rows],
            "y": ["aGVsbG8="] * ROWS,
            "o": with_missing(floats(["o"])["o"], 2),
        }
    )


def image_body():
    images = rng.normal(size=(20, 1, 8, 8)).round(3)
    return {"instances": images.tolist()}


# Rows, and the formats of a file in which MLflow takes them.
FILES = {
    "wine_logistic": (wine, ["csv", "jsonl", "json"]),
    "wine_labels": (wine, ["csv", "jsonl"]),
    "diabetes_double": (lambda: floats([f"x{i}" for i in range(10)]), ["csv", "jsonl", "json"]),
    # MLflow's file of CSV has no float32 either.
    "diabetes_tensor": (lambda: floats([f"x{i}" for i in range(10)]), ["jsonl"]),
    "mixed_columns": (mixed, ["csv", "jsonl", "json"]),
    "long_columns": (longs, ["csv", "jsonl"]),
    # MLflow's file of CSV has no dates; its JSON has.
    "rows": (every_type, ["jsonl", "json"]),
    "conv_net": (None, ["json"]),
}


def write(form, rows, path):
    """Returns MLflow's content type and the file that it gets."""
    if rows is None:
        path.write_text(json.dumps(image_body()))
        return "json", path
    if form == "csv":
        rows.to_csv(path, index=False)
        return "csv", path
    records = json.loads(rows.to_json(orient="records", double_precision=15))
    if form == "json":
        path.write_text(json.dumps({"dataframe_split": json.loads(rows.to_json(orient="split", index=False, double_precision=15))}))
        return "json", path
    path.write_text("".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records))
    body = path.with_suffix(".records")
    body.write_text(json.dumps({"dataframe_records": records}))
    return "json", body


folder = Path(sys.argv[1])
for name in sys.argv[2:]:
    make, formats = FILES[name]
    for form in formats:
        path = folder / f"{name}-rows.{form}"
        content_type, given = write(form, make and make(), path)
        args = ["-m", str(folder / name), "-i", str(given), "-o", f"{path}.answer", "-t", content_type]
        predict.main([*args, "--env-manager", "local"], standalone_mode=False)
print(json.dumps({name: FILES[name][1] for name in sys.argv[2:]}))

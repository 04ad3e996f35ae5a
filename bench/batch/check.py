"""Whether all files hold the same predictions: python check.py FILE ...; the first one is MLflow's."""

import json
import sys

import numpy as np
import pandas as pd


def read(path: str) -> np.ndarray:
    if path.endswith(".json"):
        with open(path) as file:
            return np.array([row["variable"] for row in json.load(file)["predictions"]])
    if path.endswith(".csv"):
        return pd.read_csv(path, usecols=["variable"])["variable"].to_numpy()
    if path.endswith(".raw"):
        return np.fromfile(path, "<f4").astype("f8")
    return pd.read_parquet(path, columns=["variable"])["variable"].to_numpy()


first, *others = sys.argv[1:]
expected = read(first)
for path in others:
    found = read(path)
    # pandas prints a float32 with fewer digits.
    if found.shape != expected.shape or not np.allclose(found, expected, rtol=1e-6, atol=1e-6):
        sys.exit(f"{path} and {first} differ")
print(len(expected))

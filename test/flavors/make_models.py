"""Train and save the models of every flavor with the real MLflow: `python make_models.py OUT [NAMES…]`.

Each module in models/ has `MODELS`: a name → a function that saves the model in the folder it is given.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
import warnings
from pathlib import Path

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

HERE = Path(__file__).resolve().parent


def main(out: Path, names: list[str]) -> None:
    warnings.filterwarnings("ignore")
    sys.path.insert(0, str(HERE))
    found = {}
    for file in sorted((HERE / "models").glob("*.py")):
        found.update(importlib.import_module(f"models.{file.stem}").MODELS)
    unknown = set(names) - set(found)
    if unknown:
        sys.exit(f"there are no models {', '.join(sorted(unknown))}; there are {', '.join(found)}")
    out.mkdir(parents=True, exist_ok=True)
    for name in names or found:
        started = time.monotonic()
        found[name](out / name)
        print(f"saved {name} in {time.monotonic() - started:.1f} s", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])

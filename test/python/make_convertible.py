"""Models that `convert` is tried on: `make_convertible.py OUT`. Small, and the same every time."""

import sys
from pathlib import Path

import lightgbm
import mlflow.lightgbm
import numpy as np
import pandas as pd
from mlflow.models import infer_signature


def main() -> None:
    out = Path(sys.argv[1])
    random = np.random.default_rng(4)
    rows = pd.DataFrame(random.normal(size=(200, 3)) * [1, 10, 100], columns=["a", "b", "c"])
    target = 2 * rows.a - rows.b / 10 + rows.c / 100
    model = lightgbm.LGBMRegressor(n_estimators=10, num_leaves=7, verbose=-1).fit(rows, target)
    signature = infer_signature(rows, model.predict(rows))
    requirements = ["mlflow", "lightgbm", "scikit-learn"]
    common = {"pip_requirements": requirements}
    mlflow.lightgbm.save_model(model, out / "trees", signature=signature, input_example=rows[:5], **common)
    mlflow.lightgbm.save_model(model, out / "bare", **common)
    rows[:20].to_csv(out / "rows.csv", index=False)
    # Enough to be asked about for seconds.
    pd.concat([rows] * 200).to_csv(out / "many.csv", index=False)
    rows[:20].drop(columns="c").to_csv(out / "narrow.csv", index=False)


if __name__ == "__main__":
    main()

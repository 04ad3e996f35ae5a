"""A model of nested types: what it is given arrives as lists and dictionaries in the cells of a frame."""

from __future__ import annotations

import mlflow
from mlflow.pyfunc import PythonModel


class Places(PythonModel):
    def predict(self, context, model_input, params=None):
        return [self.place(row) for row in model_input.to_dict(orient="records")]

    def place(self, row: dict) -> dict:
        shop = row["shop"]
        visits = row.get("visits")
        return {
            "place": f"{row['name']} in {shop['city']}, floor {shop.get('floor')}",
            "sum": float(sum(row["sizes"]) + sum(row["weights"].values())),
            "visits": None if visits is None else [visit["at"] for visit in visits],
        }


mlflow.models.set_model(Places())

"""A model whose signature is a type hint: records."""

import mlflow
import pydantic
from mlflow.pyfunc import PythonModel


class Item(pydantic.BaseModel):
    name: str
    price: float
    tags: list[str] = []
    amounts: dict[str, int] | None = None


class Totals(PythonModel):
    def predict(self, model_input: list[Item]) -> list[dict]:
        return [self.total(item) for item in model_input]

    def total(self, item: Item) -> dict:
        amount = sum((item.amounts or {"": 1}).values())
        return {"name": item.name, "total": item.price * amount, "tags": sorted(item.tags)}


mlflow.models.set_model(Totals())

"""A model whose signature is a type hint: texts."""

import mlflow
from mlflow.pyfunc import PythonModel


class Reversed(PythonModel):
    def predict(self, model_input: list[str]) -> list[str]:
        return [text[::-1] for text in model_input]


mlflow.models.set_model(Reversed())

"""Save the models of these tests with the MLflow that is installed: `python make_models.py FOLDER [NAME…]`."""

import os
import sys

import mlflow
import numpy as np
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema, TensorSpec

from describe import describe, describe_input
from faults import act


class Echo(mlflow.pyfunc.PythonModel):
    """Answers what it was handed."""

    def predict(self, context, model_input, params=None):
        return {"saw": describe_input(model_input), "params": describe(params)}


class Rows(mlflow.pyfunc.PythonModel):
    """Answers a frame: encoding is compared, too."""

    def predict(self, context, model_input, params=None):
        return model_input


class Faults(mlflow.pyfunc.PythonModel):
    """Does what its input says."""

    def predict(self, context, model_input, params=None):
        return act(str(model_input["do"].iloc[0]))


IS_OLD = mlflow.__version__.startswith("2.9")
OPTIONAL = {"optional": True} if IS_OLD else {"required": False}
CODE_PATHS = "code_path" if IS_OLD else "code_paths"

COLUMNS = Schema(
    [
        ColSpec(DataType.double, "d"),
        ColSpec(DataType.float, "f"),
        ColSpec(DataType.long, "l"),
        ColSpec(DataType.integer, "i"),
        ColSpec(DataType.string, "s"),
        ColSpec(DataType.boolean, "b"),
        ColSpec(DataType.datetime, "t"),
        ColSpec(DataType.binary, "y"),
        ColSpec(DataType.double, "o", **OPTIONAL),
    ]
)
PARAMS = ParamSchema([ParamSpec("limit", DataType.double, 0.5), ParamSpec("names", DataType.string, ["a"], shape=(-1,))])

MODELS = {
    "echo": lambda: (Echo(), None),
    "columns": lambda: (Echo(), ModelSignature(inputs=COLUMNS, params=PARAMS)),
    "rows": lambda: (Rows(), ModelSignature(inputs=COLUMNS)),
    "tensor": lambda: (Echo(), ModelSignature(inputs=Schema([TensorSpec(np.dtype("float32"), (-1, 3), "x")]))),
    "faults": lambda: (Faults(), ModelSignature(inputs=Schema([ColSpec(DataType.string, "do")]))),
}


def main(folder, names):
    for name in names or MODELS:
        model, signature = MODELS[name]()
        here = os.path.dirname(os.path.abspath(__file__))
        code = [os.path.join(here, part) for part in ("describe.py", "faults.py")]
        path = os.path.join(folder, name)
        requirements = ["mlflow", "pandas"]
        mlflow.pyfunc.save_model(
            path, python_model=model, signature=signature, pip_requirements=requirements, **{CODE_PATHS: code}
        )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])

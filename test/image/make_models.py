"""Write the models of the image's test: `python make_models.py OUT`.

`one` and `two` have the same requirements and answer differently; `other` has one requirement more.
"""

import sys
from pathlib import Path

import mlflow
import pandas as pd
from mlflow.models import infer_signature

REQUIREMENTS = ["mlflow==3.17.2", "scikit-learn==1.9.1", "pandas<3"]


class Doubtful(mlflow.pyfunc.PythonModel):
    """Adds a constant; some numbers make it do what models should not."""

    def __init__(self, constant: float):
        self.constant = constant

    def predict(self, context, model_input, params=None):
        import os
        import socket
        from pathlib import Path

        answers = []
        for value in model_input["x"]:
            if value == 1001:
                print("printed by the model")
            if value == 1002:
                os.kill(os.getpid(), 9)
            if value == 1003:
                try:
                    socket.create_connection(("127.0.0.1", 9), timeout=1)
                except OSError as error:
                    value = error.errno
            if value == 1004:
                value = sum(_is_writable(folder) for folder in ("/", "/var/task", "/opt/model-env", Path.cwd()))
            if value == 1005:
                value = os.getuid()
            if value == 1006:
                import sklearn.ensemble  # noqa: F401  its OpenMP is loaded
            answers.append(float(value) + self.constant)
        return answers


def _is_writable(folder) -> bool:
    try:
        (Path(folder) / "written").touch()
    except OSError:
        return False
    return True


def main(out: Path) -> None:
    example = pd.DataFrame({"x": [1.0, 2.0]})
    signature = infer_signature(example, [1.0, 2.0])
    for name, constant, more in (("one", 0.0, []), ("two", 10.0, []), ("other", 20.0, ["six==1.17.0"])):
        mlflow.pyfunc.save_model(
            out / name,
            python_model=Doubtful(constant),
            signature=signature,
            input_example=example,
            pip_requirements=[*REQUIREMENTS, *more],
        )


main(Path(sys.argv[1]))

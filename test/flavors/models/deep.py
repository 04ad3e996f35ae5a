"""PyTorch and Keras 3: a torch MLP asked by frames, a torch CNN asked by arrays, Keras with one and with two inputs."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import keras
import mlflow
import numpy as np
import pandas as pd
import torch
from mlflow.models import infer_signature


def _rest(asked: Any, answer: Any, *libraries: str) -> dict[str, Any]:
    return {
        "signature": infer_signature(asked, answer),
        "input_example": asked,
        "pip_requirements": [f"{name}=={version(name)}" for name in ("mlflow", "numpy", "pandas", *libraries)],
    }


def _save_torch(path: Path, model: torch.nn.Module, asked: Any, **settings: Any) -> None:
    model.eval()
    array = asked.to_numpy(np.float32) if isinstance(asked, pd.DataFrame) else asked
    with torch.no_grad():
        answer = model(torch.from_numpy(array)).numpy()
    mlflow.pytorch.save_model(model, path, **settings, **_rest(asked, answer, "torch"))


def torch_mlp(path: Path) -> None:
    """Three numbers of four columns; batch norm and dropout as they are when nobody trains."""
    torch.manual_seed(1)
    layers = [torch.nn.Linear(4, 16), torch.nn.BatchNorm1d(16), torch.nn.Dropout(), torch.nn.ReLU(), torch.nn.Linear(16, 3)]
    frame = pd.DataFrame(np.random.default_rng(1).normal(size=(5, 4)), columns=["a", "b", "c", "d"])
    _save_torch(path, torch.nn.Sequential(*layers), frame, serialization_format="pickle")


def torch_cnn(path: Path) -> None:
    torch.manual_seed(2)
    layers = [torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(4 * 6 * 6, 2)]
    images = np.random.default_rng(2).normal(size=(3, 1, 8, 8)).astype(np.float32)
    _save_torch(path, torch.nn.Sequential(*layers), images, serialization_format="pickle")


def _save_keras(path: Path, model: keras.Model, asked: Any) -> None:
    path.mkdir(parents=True, exist_ok=True)  # mlflow.keras writes the example before it makes the folder.
    answer = model.predict(asked, verbose=0)
    mlflow.keras.save_model(model, str(path), **_rest(asked, answer, "keras", "tensorflow-cpu"))


def keras_dense(path: Path) -> None:
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(2, "softmax")])
    rows = np.random.default_rng(3).normal(size=(5, 4)).astype(np.float32)
    _save_keras(path, model, rows)


def keras_two_inputs(path: Path) -> None:
    keras.utils.set_random_seed(4)
    sizes, codes = keras.Input((3,), name="sizes"), keras.Input((2,), dtype="int32", name="codes")
    known = keras.layers.Flatten()(keras.layers.Embedding(10, 4)(codes))
    answer = keras.layers.Dense(1)(keras.layers.Concatenate()([sizes, known]))
    model = keras.Model({"sizes": sizes, "codes": codes}, answer)
    random = np.random.default_rng(4)
    asked = {
        "sizes": random.normal(size=(5, 3)).astype(np.float32),
        "codes": random.integers(0, 10, (5, 2)).astype(np.int32),
    }
    _save_keras(path, model, asked)


MODELS: dict[str, Callable[[Path], None]] = {
    "torch-mlp": torch_mlp,
    "torch-cnn": torch_cnn,
    "keras-dense": keras_dense,
    "keras-two-inputs": keras_two_inputs,
}

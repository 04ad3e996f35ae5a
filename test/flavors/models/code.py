"""Models from code (../code): a plain one, type hints, nested types, chat, every kind of answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.models import ModelSignature, infer_signature
from mlflow.types import ColSpec, DataType, Schema
from mlflow.types.schema import Array, Map, Object, Property

from models.pyfunc import pins

CODE = Path(__file__).resolve().parent.parent / "code"


def _save(path: Path, code: str, **more: Any) -> None:
    model = str(CODE / code)
    mlflow.pyfunc.save_model(path, python_model=model, pip_requirements=pins(), **more)


def from_code(path: Path) -> None:
    frame = pd.DataFrame({"zone": ["near", "far", "moon"], "weight": [1.0, 2.5, 0.0]})
    answer = pd.DataFrame({"price": [4.25], "service": ["NEAR"]})
    params = {"digits": 2}
    signature = infer_signature(frame, answer, params)
    _save(path, "from_code.py", signature=signature, input_example=(frame, params))


def typed_records(path: Path) -> None:
    items = [
        {"name": "pen", "price": 1.5, "tags": ["new", "blue"], "amounts": {"shop": 2, "web": 3}},
        {"name": "ink", "price": 4.0, "tags": [], "amounts": None},
    ]
    _save(path, "typed_records.py", input_example=items)


def typed_texts(path: Path) -> None:
    _save(path, "typed_texts.py", input_example=["one", "zwölf"])


def nested(path: Path) -> None:
    shop = Object([Property("city", DataType.string), Property("floor", DataType.long, required=False)])
    inputs = Schema(
        [
            ColSpec(DataType.string, "name"),
            ColSpec(Array(DataType.double), "sizes"),
            ColSpec(shop, "shop"),
            ColSpec(Map(DataType.double), "weights"),
            ColSpec(Array(Object([Property("at", DataType.long)])), "visits", required=False),
        ]
    )
    outputs = Schema([ColSpec(DataType.string, "place"), ColSpec(DataType.double, "sum")])
    frame = pd.DataFrame(
        {
            "name": ["a", "b"],
            "sizes": [[1.0, 2.5], [0.5]],
            "shop": [{"city": "Bern", "floor": 2}, {"city": "Genf", "floor": 0}],
            "weights": [{"x": 0.5}, {"x": 1.0, "y": 2.0}],
            "visits": [[{"at": 3}], []],
        }
    )
    signature = ModelSignature(inputs=inputs, outputs=outputs)
    _save(path, "nested.py", signature=signature, input_example=frame)


def chat(path: Path) -> None:
    messages = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hello"}]
    example = {"messages": messages, "temperature": 0.5, "max_tokens": 20, "stop": ["."]}
    _save(path, "chat.py", input_example=example)


def responses(path: Path) -> None:
    example = {"input": [{"role": "user", "content": "hello"}], "temperature": 0.5}
    _save(path, "responses.py", input_example=example)


def answers(path: Path) -> None:
    frame = pd.DataFrame({"kind": [4, 0]})
    _save(path, "answers.py", signature=infer_signature(frame), input_example=frame)


MODELS: dict[str, Callable[[Path], None]] = {
    "pyfunc-from-code": from_code,
    "pyfunc-typed-records": typed_records,
    "pyfunc-typed-texts": typed_texts,
    "pyfunc-nested": nested,
    "pyfunc-chat": chat,
    "pyfunc-responses": responses,
    "pyfunc-answers": answers,
}

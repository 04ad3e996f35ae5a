"""What a converter gets and what it gives; `Conversion` is written as src/model/conversion.ts says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

if TYPE_CHECKING:
    import onnx
    import pandas as pd
    from mlflow.models import Model, ModelSignature


class Unsupported(Exception):
    """The model cannot be converted so that it answers alike; the message is one line that says what is in the way."""


@dataclass(frozen=True)
class Options:
    # What the graph computes in where the model leaves a choice.
    numbers: Literal["double", "float32"]
    # The newest opset of the domain ai.onnx that may be used.
    max_opset: int


@dataclass(frozen=True)
class LoadedModel:
    """A model directory, opened with the functions of its own flavor. Opening it runs its code."""

    directory: Path
    flavor: str
    meta: Model

    @property
    def settings(self) -> Mapping[str, Any]:
        """Of the flavor, as the MLmodel has them."""
        return self.meta.flavors[self.flavor]

    @property
    def predict_fn(self) -> str:
        return str(self.meta.flavors["python_function"].get("predict_fn", "predict"))

    @property
    def signature(self) -> ModelSignature | None:
        return self.meta.signature

    @cached_property
    def native(self) -> Any:
        import importlib

        return importlib.import_module(f"mlflow.{self.flavor}").load_model(str(self.directory))

    @cached_property
    def example(self) -> pd.DataFrame | Any | None:
        """The saved input example, as MLflow reads it; None when there is none."""
        if self.meta.saved_input_example_info is None:
            return None
        return self.meta.load_input_example(str(self.directory))


@dataclass(frozen=True)
class Column:
    name: str
    input: str
    dtype: str
    missing: str | None = None
    nan: str | None = None
    other: str | None = None
    lower: bool | None = None


@dataclass(frozen=True)
class ArrayInput:
    kind: ClassVar[str] = "array"
    input: str
    dtype: str
    rank: int | None = None
    columns: Sequence[str] | None = None
    names: Literal["pick", "same", "strict"] | None = None
    arrays: Literal["cast", "same", "refuse"] | None = None
    text_arrays: Literal["parse", "refuse"] | None = None
    objects: Literal["parse", "refuse"] | None = None
    name: str | None = None


@dataclass(frozen=True)
class ColumnsInput:
    kind: ClassVar[str] = "columns"
    columns: Sequence[Column]


@dataclass(frozen=True)
class NamedInput:
    kind: ClassVar[str] = "named"
    inputs: Sequence[Column]


@dataclass(frozen=True)
class Output:
    output: str
    dtype: str
    shape: Literal["rows", "column", "keep"]
    kind: Literal["array", "frame"] = "array"


@dataclass(frozen=True)
class Refusal:
    column: str
    when: Literal["nan", "infinite", "beyond-float32", "beyond", "unknown"]
    values: Sequence[str | float] | None = None
    limit: float | None = None


@dataclass(frozen=True)
class Conversion:
    # Name and version, for people: `skl2onnx 1.20.0`.
    converter: str
    input: ArrayInput | ColumnsInput | NamedInput
    output: Output
    is_float32: bool
    refuses: Sequence[Refusal] = ()
    refuses_empty: bool = False

    def to_json(self, model: LoadedModel) -> dict[str, Any]:
        found = {"format": 1, "flavor": model.flavor, "predict_fn": model.predict_fn, **_plain(self)}
        if found["predict_fn"] == "predict":
            del found["predict_fn"]
        return found


@dataclass(frozen=True)
class Converted:
    model: onnx.ModelProto
    conversion: Conversion
    # Column → values where the model decides: the proof asks for rows there. Keys are the frame's labels.
    probes: Mapping[str, Sequence[Any]] = field(default_factory=dict)


def _plain(value: Any) -> Any:
    """As JSON: what is None stays out."""
    if is_dataclass(value) and not isinstance(value, type):
        kind = getattr(value, "kind", None)
        pairs = {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
        kept = {name: item for name, item in pairs.items() if item is not None}
        return {"kind": kind, **kept} if kind is not None else kept
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.item() if hasattr(value, "item") else value

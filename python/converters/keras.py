"""Keras 3 models on TensorFlow, by tf2onnx; also those that the `tensorflow` flavor holds."""

from __future__ import annotations

from typing import Any

import numpy as np

from converters.conversion import (
    ArrayInput, Column, Conversion, Converted, LoadedModel, NamedInput, Options, Output, Unsupported,
)  # fmt: skip
from converters.keras_kernels import imitate_kernels

# The newest opset that tf2onnx writes.
_OPSET = 18


def convert(model: LoadedModel, options: Options) -> Converted:
    """Arrays, or a dict of them by the names of Keras; cells are cast to what the model's inputs take."""
    if model.settings.get("save_exported_model"):
        raise Unsupported("exported Keras models (save_exported_model) are not converted; save the .keras model")
    return convert_keras(model, model.native, options)


def convert_keras(model: LoadedModel, native: Any, options: Options) -> Converted:
    import tensorflow as tf
    import tf2onnx

    _check(native)
    # A Sequential has one tensor in and out, and no `input` and `output` before it is called.
    asked = native.inputs[0] if _is_sequential(native) else native.input
    tensors = list(native.inputs)
    names = [tensor.name.split(":")[0] for tensor in tensors]
    specs = [
        tf.TensorSpec(tensor.shape, tensor.dtype, name=f"input_{index}") for index, tensor in enumerate(tensors)
    ]

    def call(*values: Any) -> Any:
        if isinstance(asked, dict):
            by_name = {key: values[_index(tensors, tensor)] for key, tensor in asked.items()}
            return native(by_name, training=False)
        return native(list(values) if isinstance(asked, (list, tuple)) else values[0], training=False)

    keys = list(asked) if isinstance(asked, dict) else names
    if isinstance(asked, dict):
        specs_of = {key: specs[_index(tensors, tensor)] for key, tensor in asked.items()}
    else:
        specs_of = dict(zip(keys, specs))
    graph, _ = tf2onnx.convert.from_function(
        tf.function(call), input_signature=specs, opset=min(options.max_opset, _OPSET)
    )
    dtype = np.dtype(native.outputs[0].dtype).name
    if dtype == "float32":
        imitate_kernels(graph)
    signature = model.signature.inputs if model.signature else None
    is_frame = signature is None or not signature.is_tensor_spec()
    return Converted(
        graph,
        Conversion(
            converter=f"tf2onnx {tf2onnx.__version__}",
            input=_input(signature, specs_of),
            output=Output(graph.graph.output[0].name, dtype, "keep", "frame" if is_frame else "array"),
            is_float32=dtype != "float64",
            refuses_empty=True,  # Keras's predict has no batch to run.
        ),
    )


def _check(native: Any) -> None:
    import keras

    if keras.backend.backend() != "tensorflow":
        raise Unsupported(f"Keras runs on {keras.backend.backend()} here; models on tensorflow are converted")
    if not getattr(native, "inputs", None) or not getattr(native, "outputs", None):
        raise Unsupported("the Keras model is a subclass whose inputs are not known before it is called")
    if len(native.outputs) != 1 or (not _is_sequential(native) and isinstance(native.output, (dict, list))):
        raise Unsupported("the Keras model has several outputs, or a dict of them; one array is converted")
    text = [tensor.name for tensor in native.inputs if str(tensor.dtype) == "string"]
    if text:
        raise Unsupported(f"the Keras model takes text ({', '.join(text)}); its look-up tables have no form in ONNX")


def _is_sequential(native: Any) -> bool:
    import keras

    return isinstance(native, keras.Sequential)


def _input(signature: Any, specs: dict[str, Any]) -> ArrayInput | NamedInput:
    if len(specs) == 1:
        (spec,) = specs.values()
        named = signature is not None and signature.is_tensor_spec() and signature.has_input_names()
        name = signature.input_names()[0] if named else None
        return ArrayInput(spec.name, spec.dtype.name, name=name)
    if signature is None or not signature.has_input_names() or set(signature.input_names()) != set(specs):
        raise Unsupported(f"the signature does not name the model's inputs {', '.join(specs)}")
    return NamedInput([Column(key, spec.name, spec.dtype.name) for key, spec in specs.items()])


def _index(tensors: list[Any], wanted: Any) -> int:
    return next(index for index, tensor in enumerate(tensors) if tensor is wanted)

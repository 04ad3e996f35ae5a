"""The `tensorflow` flavor: Keras models, and tf.Module with one tensor in and out."""

from __future__ import annotations

from typing import Any

from converters.conversion import ArrayInput, Conversion, Converted, LoadedModel, Options, Output, Unsupported
from converters.keras import convert_keras

_OPSET = 18


def convert(model: LoadedModel, options: Options) -> Converted:
    kind = model.settings.get("model_type", "")
    if kind == "keras":
        return convert_keras(model, model.native, options)
    if kind == "tf2-module":
        return _convert_module(model, options)
    raise Unsupported(f"TensorFlow models of type {kind or 'unknown'} are not converted")


def _convert_module(model: LoadedModel, options: Options) -> Converted:
    import tensorflow as tf
    import tf2onnx

    signature = model.signature.inputs if model.signature else None
    if signature is None or not signature.is_tensor_spec() or signature.has_input_names():
        raise Unsupported("a tf.Module needs a signature of one tensor without a name")
    (tensor,) = signature.inputs
    shape = [None if size < 0 else size for size in tensor.shape]
    call = tf.function(lambda value: model.native(value))
    spec = tf.TensorSpec(shape, tensor.type, name="input")
    answer: Any = call.get_concrete_function(spec).structured_outputs
    if not isinstance(answer, (tf.Tensor, tf.TensorSpec)):
        raise Unsupported(f"the tf.Module answers a {type(answer).__name__}; one tensor is converted")
    graph, _ = tf2onnx.convert.from_function(call, input_signature=[spec], opset=min(options.max_opset, _OPSET))
    return Converted(
        graph,
        Conversion(
            converter=f"tf2onnx {tf2onnx.__version__}",
            input=ArrayInput("input", tensor.type.name),
            output=Output(graph.graph.output[0].name, answer.dtype.name, "keep"),
            is_float32=answer.dtype != tf.float64,
        ),
    )

"""PyTorch's modules, pickled or exported: one tensor in, one tensor out, as MLflow's wrapper asks for it."""

from __future__ import annotations

from typing import Any

import numpy as np

from converters.conversion import ArrayInput, Conversion, Converted, LoadedModel, Options, Output, Unsupported

# The newest opset that torch.onnx writes without converting back and forth.
_OPSET = 18
_ROWS = 3


def convert(model: LoadedModel, options: Options) -> Converted:
    """Frames become float32 and answer as frames; arrays keep their dtype. Modules decide the rest."""
    import torch

    is_frame, dtype, shape = _input_of(model)
    native = model.native
    sample = torch.from_numpy(_sample(model, is_frame, dtype, shape))
    with torch.no_grad():
        answer = native(sample)
    if not isinstance(answer, torch.Tensor):
        raise Unsupported(f"the model answers a {type(answer).__name__}; MLflow takes one tensor only")
    if is_frame and answer.ndim not in (1, 2):
        raise Unsupported(f"the model answers {answer.ndim} dimensions, which do not fit into the frame that MLflow makes")
    graph = _export(native, sample, shape, min(options.max_opset, _OPSET))
    return Converted(
        graph,
        Conversion(
            converter=f"torch.onnx {torch.__version__}",
            input=ArrayInput(graph.graph.input[0].name, np.dtype(dtype).name, arrays="same"),
            output=Output(
                graph.graph.output[0].name,
                answer.numpy().dtype.name,
                "column" if is_frame and answer.ndim == 1 else "keep",
                "frame" if is_frame else "array",
            ),
            is_float32=answer.dtype != torch.float64,
            refuses_empty=_refuses_empty(native, sample),
        ),
    )


def _input_of(model: LoadedModel) -> tuple[bool, np.dtype, list[int]]:
    """Whether frames are asked, the tensor's dtype, and its shape with -1 for what varies."""
    signature = model.signature
    if signature is None or signature.inputs is None:
        raise Unsupported("the model has no signature that says the tensor's type and shape")
    if signature.params is not None:
        raise Unsupported("the model takes params, which an ONNX graph has no place for")
    inputs = signature.inputs.inputs
    if not signature.inputs.is_tensor_spec():
        return True, np.dtype(np.float32), [-1, len(inputs)]
    if len(inputs) != 1 or inputs[0].name:
        raise Unsupported("the signature names its tensors; MLflow's wrapper of PyTorch refuses dicts")
    return False, inputs[0].type, list(inputs[0].shape)


def _sample(model: LoadedModel, is_frame: bool, dtype: np.dtype, shape: list[int]) -> np.ndarray:
    """The rows that the export follows: of the input example where there is one. More than one, or the axis is fixed."""
    example = model.example
    if example is None:
        sizes = [_ROWS if index == 0 else 4 if size < 0 else size for index, size in enumerate(shape)]
        return np.zeros(sizes, dtype)
    array = example.to_numpy(dtype) if is_frame else np.asarray(example, dtype)
    return np.ascontiguousarray(np.resize(array, (_ROWS, *array.shape[1:])) if shape[0] < 0 else array)


def _export(native: Any, sample: Any, shape: list[int], opset: int) -> Any:
    import torch

    if isinstance(native, torch.jit.ScriptModule):
        raise Unsupported("TorchScript modules are not converted; save the model as pt2 or as a module")
    varying = {index: torch.export.Dim.AUTO for index, size in enumerate(shape) if size < 0}
    program = torch.onnx.export(
        native, (sample,), dynamo=True, dynamic_shapes=(varying,), opset_version=opset,
        input_names=["input"], output_names=["output"], verbose=False,
    )  # fmt: skip
    graph = program.model_proto
    sizes = graph.graph.input[0].type.tensor_type.shape.dim
    if shape[0] < 0 and not sizes[0].dim_param:
        raise Unsupported(f"the model works for {sizes[0].dim_value} rows at a time only")
    # They hold the source lines and paths of the machine that exported.
    del graph.metadata_props[:]
    for part in (graph.graph, *graph.graph.node, *graph.graph.input, *graph.graph.output, *graph.graph.value_info):
        del part.metadata_props[:]
    return graph


def _refuses_empty(native: Any, sample: Any) -> bool:
    import torch

    try:
        with torch.no_grad():
            native(sample[:0])
    except Exception:
        return True
    return False

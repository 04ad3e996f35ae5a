"""scikit-learn's models by skl2onnx, in doubles as scikit-learn computes; trees by sklearn_trees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from converters import sklearn_estimators, sklearn_steps, sklearn_text, sklearn_trees
from converters.conversion import (
    ArrayInput,
    Column,
    ColumnsInput,
    Conversion,
    Converted,
    LoadedModel,
    Options,
    Output,
    Unsupported,
)
from converters.sklearn_parts import prefer_doubles
from converters.sklearn_probing import Probing

_ML_DOMAIN = "ai.onnx.ml"
# The newest forms that our graphs use; TreeEnsemble came with ai.onnx.ml 5.
_OPSET = 18
_ML_OPSET = 5
_NUMBERS = {"boolean", "integer", "long", "float", "double"}
_METHODS = ("predict", "predict_proba", "predict_log_proba")


def convert(model: LoadedModel, options: Options) -> Converted:
    """Columns of numbers become one input [N][C], others one input [N][1] for each column."""
    import skl2onnx

    if model.predict_fn not in _METHODS:
        raise Unsupported(f"pyfunc_predict_fn {model.predict_fn} is not converted; {', '.join(_METHODS)} are")
    for part in (sklearn_trees, sklearn_steps, sklearn_estimators, sklearn_text):
        part.register()
    prefer_doubles()
    native = _without_search(model.native)
    inputs = _Inputs.of(model, native, options.numbers)
    _check_parts(native, model.predict_fn)
    graph, label, scores = _to_onnx(native, inputs, model.predict_fn)
    probing = Probing(model, native)
    answer = probing.answer
    is_label = model.predict_fn == "predict" and label is not None
    output = label if is_label else scores
    if model.predict_fn == "predict_log_proba":
        output = _append(graph, "Log", output)
    missing = probing.missing()
    return Converted(
        graph,
        Conversion(
            converter=f"skl2onnx {skl2onnx.__version__}",
            input=inputs.described(missing, probing.others(), sklearn_text.lowered_columns(native)),
            output=Output(output, _dtype_name(answer), "rows" if answer.ndim == 1 else "keep"),
            refuses=probing.refusals(missing),
            refuses_empty=True,
            is_float32=False,
        ),
        probing.probes(),
    )


class _Inputs:
    """How the columns of a request reach the graph."""

    def __init__(self, columns: Sequence[tuple[str, str]] | None, width: int, numbers: str, names: Any) -> None:
        # Name and dtype of each column, when they go apart.
        self._columns = columns
        self._width = width
        self._dtype = "float64" if numbers == "double" else "float32"
        self._names = names

    @classmethod
    def of(cls, model: LoadedModel, native: Any, numbers: str) -> _Inputs:
        schema = model.signature.inputs if model.signature is not None else None
        if schema is None:
            raise Unsupported("the model has no signature: log it with signature=infer_signature(inputs, outputs)")
        names = [str(name) for name in getattr(native, "feature_names_in_", [])] or None
        if schema.is_tensor_spec():
            width = int(getattr(native, "n_features_in_", schema.inputs[0].shape[-1]))
            return cls(None, width, numbers, names)
        types = [str(column.type) for column in schema.inputs]
        labels = [column.name for column in schema.inputs]
        is_plain = all(kind in ("DataType." + name for name in _NUMBERS) or kind in _NUMBERS for kind in types)
        if is_plain and not _selects_columns(native):
            return cls(None, len(types), numbers, names)
        if any(label is None for label in labels):
            raise Unsupported("columns of text need names in the signature")
        dtypes = [_column_dtype(column, numbers) for column in schema.inputs]
        return cls(list(zip(map(str, labels), dtypes)), len(types), numbers, names)

    def initial_types(self) -> list[tuple[str, Any]]:
        from skl2onnx.common import data_types as types

        kinds = {
            "float64": types.DoubleTensorType,
            "float32": types.FloatTensorType,
            "int64": types.Int64TensorType,
            "bool": types.BooleanTensorType,
            "object": types.StringTensorType,
        }
        if self._columns is None:
            return [("input", kinds[self._dtype]([None, self._width]))]
        return [(name, kinds[dtype]([None, 1])) for name, dtype in self._columns]

    def described(
        self, missing: Mapping[str, tuple[str, str | None]], others: Mapping[str, str], lowered: Sequence[str]
    ) -> ArrayInput | ColumnsInput:
        if self._columns is None:
            return ArrayInput(
                input="input",
                dtype=self._dtype,
                rank=2,
                columns=self._names,
                names="same" if self._names is not None else None,
                arrays="cast",
                objects="parse",
                text_arrays="refuse",
            )
        columns = []
        for name, dtype in self._columns:
            none, nan = missing.get(name, (None, None))
            lower = True if name in lowered else None
            columns.append(Column(name, name, dtype, none, nan, others.get(name), lower))
        return ColumnsInput(columns)


def _column_dtype(column: Any, numbers: str) -> str:
    kind = str(column.type).removeprefix("DataType.")
    if kind == "string":
        return "object"
    if kind in ("double", "float", "integer", "long", "boolean"):
        return "float64" if numbers == "double" else "float32"
    raise Unsupported(f"columns of type {kind} are not converted (column {column.name!r})")


def _without_search(native: Any) -> Any:
    """A search answers with the best of its candidates."""
    return getattr(native, "best_estimator_", native)


def _selects_columns(native: Any) -> bool:
    """Whether a step asks for columns by name: then they must reach the graph apart."""
    from sklearn.compose import ColumnTransformer

    return any(isinstance(part, ColumnTransformer) for part in _parts(native))


def _parts(native: Any) -> list[Any]:
    """The model, and the estimators that it is put together from."""
    found = [native]
    for part in found:
        for name in ("steps", "transformers_", "estimators"):
            entries = getattr(part, name, None)
            if isinstance(entries, (list, tuple)):
                found.extend(entry[1] for entry in entries if isinstance(entry, tuple) and hasattr(entry[1], "get_params"))
    return found


def _check_parts(native: Any, predict_fn: str) -> None:
    """What skl2onnx converts without a word, to something that answers otherwise."""
    for part in _parts(native):
        kind = type(part).__name__
        if kind in ("SVC", "NuSVC") and (predict_fn != "predict" or part is not _last(native)):
            raise Unsupported("probabilities of support vector machines (libsvm's couplings) are not converted")
        if predict_fn == "predict_log_proba" and hasattr(part, "coef_") and len(getattr(part, "classes_", ())) == 2:
            raise Unsupported("logarithms of two probabilities are not converted: near 0 and 1 they are all rounding")
        if kind.startswith(("KNeighbors", "RadiusNeighbors")):
            raise Unsupported("nearest neighbours are not converted: which of equally near ones count depends on their order")
        if kind == "MLPRegressor" and part.n_outputs_ > 1:
            raise Unsupported("MLPRegressor with several targets is not converted")
        if getattr(part, "method", None) == "isotonic":
            raise Unsupported("isotonic calibration is not converted")
        if kind == "OneVsRestClassifier" and predict_fn == "predict" and len(part.classes_) > 2:
            raise Unsupported("labels of OneVsRestClassifier are not converted; its predict_proba is")


def _last(native: Any) -> Any:
    return native.steps[-1][1] if hasattr(native, "steps") else native


def _to_onnx(native: Any, inputs: _Inputs, predict_fn: str) -> tuple[Any, str | None, str]:
    """The graph, its output of labels (None without), and that of numbers."""
    from skl2onnx import convert_sklearn
    from skl2onnx.common.exceptions import MissingConverter, MissingShapeCalculator

    settings = {id(part): {"zipmap": False} for part in (native, _last(native))} if hasattr(native, "classes_") else None

    def run(options: Any) -> Any:
        opset = {"": _OPSET, _ML_DOMAIN: 3}
        return convert_sklearn(native, initial_types=inputs.initial_types(), target_opset=opset, options=options)

    try:
        try:
            graph = run(settings)
        except NameError:  # some classifiers know no zipmap
            graph = run(None)
    except Unsupported:
        raise
    except (MissingConverter, MissingShapeCalculator) as error:
        raise Unsupported(f"skl2onnx has no converter for a part of the model: {str(error).splitlines()[0]}") from error
    except Exception as error:
        first = (str(error).splitlines() or [""])[0]
        raise Unsupported(f"skl2onnx cannot take this model: {type(error).__name__}: {first}") from error
    _declare_opsets(graph)
    _check_types(graph)
    graph.ir_version = max(graph.ir_version, 9)
    names = [output.name for output in graph.graph.output]
    is_labelled = len(names) > 1 or hasattr(native, "classes_") or names[0].startswith("label")
    return graph, names[0] if is_labelled else None, names[-1]


def _declare_opsets(graph: Any) -> None:
    """skl2onnx declares the least that its own nodes need; ours need more, and it writes for this opset anyway."""
    known = {"": _OPSET, _ML_DOMAIN: _ML_OPSET, "com.microsoft": 1}
    used = {"" if node.domain == "ai.onnx" else node.domain for node in graph.graph.node}
    declared = {opset.domain: opset.version for opset in graph.opset_import if opset.domain != "ai.onnx"}
    versions = {domain: known.get(domain, declared.get(domain, 1)) for domain in {"", _ML_DOMAIN, *used}}
    del graph.opset_import[:]
    for domain, version in sorted(versions.items()):
        graph.opset_import.add(domain=domain, version=version)


def _check_types(graph: Any) -> None:
    """skl2onnx writes graphs that mix float and double, which no runtime takes."""
    import onnx

    has_own_nodes = any(opset.domain == "com.microsoft" for opset in graph.opset_import)
    try:
        onnx.shape_inference.infer_shapes(graph, check_type=True, strict_mode=not has_own_nodes)
    except Exception as error:
        first = str(error).splitlines()[0]
        raise Unsupported(f"what skl2onnx makes of this model is no valid graph: {first}") from error


def _append(graph: Any, operator: str, value: str) -> str:
    from onnx import helper

    result = f"{value}_{operator.lower()}"
    found = next(output for output in graph.graph.output if output.name == value)
    graph.graph.node.append(helper.make_node(operator, [value], [result]))
    added = graph.graph.output.add()
    added.CopyFrom(found)
    added.name = result
    return result


def _dtype_name(answer: np.ndarray) -> str:
    return "object" if answer.dtype.kind in "OUS" else answer.dtype.name

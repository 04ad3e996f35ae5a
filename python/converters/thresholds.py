"""The numbers where a model's trees decide, for the proof to ask at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from converters.conversion import LoadedModel

_PER_COLUMN = 50


def threshold_probes(
    model: LoadedModel, thresholds: Mapping[int, Iterable[float]], names: Sequence[str] | None
) -> dict[str, list[float]]:
    """At most 50 for each column, spread over its thresholds; keys are the labels that requests have."""
    inputs = model.signature.inputs if model.signature is not None else None
    if inputs is not None and inputs.has_input_names() and not inputs.is_tensor_spec():
        names = inputs.input_names()
    probes = {}
    for feature, values in sorted(thresholds.items()):
        finite = np.unique([value for value in values if np.isfinite(value)])
        places = np.unique(np.linspace(0, len(finite) - 1, min(len(finite), _PER_COLUMN)).astype(int))
        label = str(names[feature]) if names is not None and feature < len(names) else str(feature)
        probes[label] = [float(value) for value in finite[places]] if len(finite) else []
    return probes

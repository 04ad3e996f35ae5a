"""The signature that a recording was made with."""

import json

from mlflow.models import ModelSignature
from mlflow.types import ParamSchema, Schema


def use_signature(metadata, case):
    inputs = case.get("signatureInputs")
    params = case.get("signatureParams")
    signature = None
    if inputs is not None or params is not None:
        signature = ModelSignature(
            inputs=Schema.from_json(json.dumps(inputs)) if inputs is not None else None,
            params=ParamSchema.from_json(json.dumps(params)) if params is not None else None,
        )
    metadata.signature = signature

"""Replay recordings through the worker's scoring and through MLflow's own server function, in one process.

`python replay.py PYTHON_FOLDER MODEL FILE…` prints a JSON line for each case: what was recorded, what MLflow answers
now, and what the worker answers. One process for all signatures: a start each would take minutes.
"""

import json
import logging
import os
import sys

from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.pyfunc import scoring_server
from mlflow.types import ParamSchema, Schema


def main(python_folder, model, files):
    sys.path.insert(0, python_folder)
    from mlflow_serverless_worker.frames import Request
    from mlflow_serverless_worker.log import Log
    from mlflow_serverless_worker.scoring import Scorer

    logging.disable(logging.WARNING)
    scorer = Scorer(model, Log())
    loaded = scorer._model._model
    for path in files:
        with open(path) as file:
            cases = json.load(file)
        for case in cases:
            use_signature(loaded.metadata, case)
            scorer._schema = loaded.metadata.get_input_schema()
            body = case["body"].encode("utf-8")
            request = Request({"contentType": case["contentType"], "maxRows": 1000}, body)
            outcome = {
                "file": os.path.basename(path),
                "group": case["group"],
                "name": case["name"],
                "recorded": recorded(case),
                "mlflow": ask_mlflow(body, case["contentType"], loaded),
                "worker": from_worker(*scorer.score(request)),
            }
            print(json.dumps(outcome), flush=False)


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


def recorded(case):
    if case["status"] != 200:
        return refusal(case["status"], case.get("errorCode"), case.get("errorClass"), case.get("sqlstate"))
    return {"status": 200, "saw": case["modelSaw"], "params": case["paramsSeen"], "wrapped": case["wrapped"]}


def refusal(status, code, error_class, sqlstate):
    return {"status": status, "code": code, "class": error_class, "sqlstate": sqlstate}


def answer(text):
    value = json.loads(text)
    wrapped = "predictions" in value
    inner = value["predictions"] if wrapped else value
    return {"status": 200, "saw": inner["saw"], "params": inner["params"], "wrapped": wrapped}


def ask_mlflow(body, content_type, model):
    try:
        response = scoring_server.invocations(body, content_type, model, model.metadata.get_input_schema())
    except MlflowException as error:
        told = json.loads(error.serialize_as_json())
        return refusal(
            error.get_http_status_code(), told["error_code"], told.get("error_class"), told.get("sqlstate")
        )
    return answer(response.response) if response.status == 200 else {"status": response.status}


def from_worker(head, body):
    if head["status"] == 200:
        return answer(body)
    return refusal(head["status"], head["code"], head.get("class"), head.get("sqlstate"))


main(sys.argv[1], sys.argv[2], sys.argv[3:])

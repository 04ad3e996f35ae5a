"""What the installed MLflow answers to recorded requests: `python replay.py MODEL FILE…`, a JSON line for each."""

import json
import logging
import sys

from mlflow.exceptions import MlflowException
from mlflow.pyfunc import scoring_server
from signatures import use_signature


def main(model, files):
    logging.disable(logging.WARNING)
    loaded = scoring_server.load_model_with_mlflow_config(model)
    for path in files:
        with open(path) as file:
            cases = json.load(file)
        for case in cases:
            use_signature(loaded.metadata, case)
            print(json.dumps(ask(case["body"].encode("utf-8"), case["contentType"], loaded)), flush=False)


def ask(body, content_type, model):
    try:
        response = scoring_server.invocations(body, content_type, model, model.metadata.get_input_schema())
    except MlflowException as error:
        told = json.loads(error.serialize_as_json())
        keys = {"error_code": "code", "error_class": "class", "sqlstate": "sqlstate"}
        refusal = {name: told.get(key) for key, name in keys.items()}
        return {"status": error.get_http_status_code(), **refusal}
    if response.status != 200:
        return {"status": response.status}
    value = json.loads(response.response)
    wrapped = "predictions" in value
    inner = value["predictions"] if wrapped else value
    return {"status": 200, "saw": inner["saw"], "params": inner["params"], "wrapped": wrapped}


main(sys.argv[1], sys.argv[2:])

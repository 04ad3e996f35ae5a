"""Call two servers of the same model through MLflow's own Python clients and compare the answers.

    python clients.py MLFLOW_URL OUR_URL EXAMPLE

EXAMPLE is the model's `serving_input_example.json`. ScoringServerClient waits for the ping, reads the
version and invokes with a frame, a list, an array and params; the HTTP client of mlflow.deployments
(which calls /endpoints/<name>/invocations, a path `mlflow models serve` does not have) must get
what MLflow's server answers on /invocations. Exit code 1 and a line for what differs.
"""

import json
import sys
from pathlib import Path

import pandas as pd
import requests
from mlflow.deployments import get_deploy_client
from mlflow.pyfunc.scoring_server.client import ScoringServerClient


def main(mlflow_url, our_url, example):
    body = json.loads(Path(example).read_text())
    split = body["dataframe_split"]
    frame = pd.DataFrame(split["data"], columns=split["columns"])
    theirs = through_scoring_client(mlflow_url, frame)
    ours = through_scoring_client(our_url, frame)
    answer = requests.post(f"{mlflow_url}/invocations", json=body, timeout=30)
    theirs["deployments"] = answer.json() if answer.ok else f"status {answer.status_code}"
    ours["deployments"] = through_deployments_client(our_url, body)
    different = [key for key in theirs if theirs[key] != ours[key]]
    for key in different:
        print(f"{key}: {ours[key]}, MLflow {theirs[key]}")
    print(f"{len(theirs) - len(different)} of {len(theirs)} calls through MLflow's clients agree")
    return 1 if different else 0


def through_scoring_client(url, frame):
    host, port = url.removeprefix("http://").split(":")
    client = ScoringServerClient(host, int(port))
    client.wait_server_ready(timeout=30)
    return {
        "version": client.get_version(),
        "frame": rows(lambda: client.invoke(frame)),
        "list": rows(lambda: client.invoke(frame.to_numpy().tolist())),
        "array": rows(lambda: client.invoke(frame.to_numpy())),
        "params": rows(lambda: client.invoke(frame, params={"unknown": 1})),
    }


def through_deployments_client(url, body):
    try:
        return get_deploy_client(url).predict(endpoint="any", inputs=body)
    except requests.exceptions.HTTPError as error:
        return f"status {error.response.status_code}"


def rows(call):
    """The predictions, or the status and error code that the client reports."""
    try:
        return call().get_predictions().to_dict(orient="records")
    except Exception as error:
        text = str(error)
        return text[: text.index('"message"')] if '"message"' in text else text


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

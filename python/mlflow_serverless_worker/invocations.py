"""`invocations(data, content_type, model, input_schema)` of MLflow's scoring server, or its equal for older releases."""

import inspect
from io import StringIO
from typing import Any, Callable, Dict, List, NamedTuple

GENERAL = (
    "Encountered an unexpected error while evaluating the model. Verify that the serialized input Dataframe is"
    " compatible with the model for inference."
)


class Response(NamedTuple):
    response: str
    status: int
    mimetype: str


Invocations = Callable[[Any, str, Any, Any], Any]


def find_invocations(server: Any) -> Invocations:
    """Since MLflow 2.6 the server has this function; before, its parts were in Flask's route."""
    own = getattr(server, "invocations", None)
    if own is None:
        return _assembled(server)
    if not hasattr(server, "flask"):
        return own  # type: ignore[no-any-return]

    def without_flask(data: Any, content_type: str, model: Any, schema: Any) -> Any:
        mime_type = content_type.split(";")[0].strip()
        parameters = _parameters(content_type)
        # Flask's releases ask the current request for the text of their refusal, and there is none here.
        if mime_type not in server.CONTENT_TYPES and _are_accepted(parameters):
            return _unknown_type(server, content_type)
        return own(data, content_type, model, schema)

    return without_flask


def _assembled(server: Any) -> Invocations:
    from mlflow.exceptions import MlflowException
    from mlflow.protos.databricks_pb2 import BAD_REQUEST

    def invocations(data: str, content_type: str, model: Any, schema: Any) -> Response:
        parameters = _parameters(content_type)
        if parameters.get("charset", "utf-8").lower() != "utf-8":
            return Response("The scoring server only supports UTF-8", 415, "text/plain")
        unexpected = set(parameters) - {"charset"}
        if unexpected:
            text = "Unrecognized content type parameters: {}. {}"
            told = text.format(", ".join(unexpected), server.SCORING_PROTOCOL_CHANGE_INFO)
            return Response(told, 415, "text/plain")
        mime_type = content_type.split(";")[0].strip()
        params = None
        if mime_type == server.CONTENT_TYPE_CSV:
            parsed = server.parse_csv_input(csv_input=StringIO(data), schema=schema)
        elif mime_type == server.CONTENT_TYPE_JSON:
            if hasattr(server, "_split_data_and_params"):
                parsed, params = server._split_data_and_params(data)
                parsed = server.infer_and_parse_data(parsed, schema)
            else:
                parsed = server.infer_and_parse_json_input(data, schema)
        else:
            return _unknown_type(server, content_type)
        takes_params = "params" in inspect.signature(model.predict).parameters and params is not None
        try:
            predictions = model.predict(parsed, params=params) if takes_params else model.predict(parsed)
        except MlflowException:
            raise
        except Exception as error:
            raise MlflowException(message=GENERAL, error_code=BAD_REQUEST) from error
        result = StringIO()
        server.predictions_to_json(predictions, result)
        return Response(result.getvalue(), 200, "application/json")

    return invocations


def _unknown_type(server: Any, content_type: str) -> Response:
    types: List[str] = server.CONTENT_TYPES
    text = "This predictor only supports the following content types: Types: {}. Got '{}'."
    return Response(text.format(types, content_type), 415, "text/plain")


def _parameters(content_type: str) -> Dict[str, str]:
    pairs = [part.strip().partition("=") for part in content_type.split(";")[1:]]
    return {key: value for key, _, value in pairs}


def _are_accepted(parameters: Dict[str, str]) -> bool:
    return parameters.get("charset", "utf-8").lower() == "utf-8" and not set(parameters) - {"charset"}

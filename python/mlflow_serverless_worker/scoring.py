"""One request, answered by the functions of MLflow's own scoring server, of whatever release is installed."""

import inspect
import json
import os
import traceback
from typing import Any, Dict, Optional, Tuple

from .failure import GENERAL, describe_refusal, is_from
from .frames import Request
from .invocations import find_invocations
from .log import Log

Answer = Tuple[Dict[str, Any], bytes]


class TooManyRows(BaseException):
    """Not an Exception: MLflow turns every one of those into a general sentence."""

    def __init__(self, rows: int) -> None:
        super().__init__(rows)
        self.rows = rows


class Scorer:
    def __init__(self, model: str, log: Log) -> None:
        import mlflow
        from mlflow.exceptions import MlflowException
        from mlflow.pyfunc import scoring_server

        load = getattr(scoring_server, "load_model_with_mlflow_config", scoring_server.load_model)
        self._server = scoring_server
        self._error = MlflowException
        self._log = log
        self._package = os.path.dirname(os.path.abspath(mlflow.__file__))
        self._model = _Watched(load(model), self)
        self._schema = self._model.metadata.get_input_schema()
        self._invocations = find_invocations(scoring_server)
        self.version = str(mlflow.__version__)
        # Flask's servers answer on the process's main thread, FastAPI's on another one.
        self.uses_flask = hasattr(scoring_server, "flask")
        self.runs_in_thread = not self.uses_flask
        self._announce_serving()

    def _announce_serving(self) -> None:
        from mlflow import environment_variables

        name = getattr(environment_variables, "_MLFLOW_IS_IN_SERVING_ENVIRONMENT", None)
        if name is not None:
            os.environ[name.name] = "true"

    def score(self, request: Request) -> Answer:
        watched = self._model
        watched.begin(int(request.head["maxRows"]))
        try:
            return self._score(request)
        except TooManyRows as error:
            message = "the request has {} rows; this server takes at most {} at once: send it in parts"
            return _refusal(413, "REQUEST_TOO_LARGE", message.format(error.rows, watched.max_rows))
        except self._error as error:
            return self._mlflow_error(error, request.body)
        except Exception as error:
            if not watched.was_reached:
                return _refusal(400, "BAD_REQUEST", _parse_problem(error))
            self._log.write(traceback.format_exc())
            problem = "the model's answer cannot be written as JSON; the log says why"
            return _refusal(500, "INTERNAL_ERROR", problem)
        except BaseException as error:
            self._log.write(traceback.format_exc())
            problem = "the model's code tried to end the process ({}); the log says where"
            return _refusal(500, "INTERNAL_ERROR", problem.format(type(error).__name__))
        finally:
            watched.end()

    def _score(self, request: Request) -> Answer:
        content_type = request.head.get("contentType")
        if content_type is None:
            return _refusal(415, "UNSUPPORTED_MEDIA_TYPE", "the Content-Type header is missing")
        is_csv = content_type.split(";")[0].strip() == "text/csv"
        schema = None if is_csv and not request.head.get("typedCsv", True) else self._schema
        data: Any = request.body.decode("utf-8") if self.uses_flask else request.body
        answer = self._invocations(data, content_type, self._model, schema)
        if answer.status != 200:
            return _refusal(answer.status, "UNSUPPORTED_MEDIA_TYPE", str(answer.response)[:1000])
        return {"status": 200, "rows": self._model.rows}, answer.response.encode("utf-8")

    def _mlflow_error(self, error: Any, body: bytes) -> Answer:
        watched = self._model
        told = json.loads(error.serialize_as_json())
        message = GENERAL if watched.failed_in_model else describe_refusal(watched.message or error.message, body)
        head = {
            "status": error.get_http_status_code(),
            "code": told.get("error_code"),
            "class": told.get("error_class"),
            "sqlstate": told.get("sqlstate"),
            "message": message,
        }
        return head, b""


class _Watched:
    """The model as MLflow's server sees it; notes how far a request came."""

    def __init__(self, model: Any, scorer: Scorer) -> None:
        self._model = model
        self._scorer = scorer
        self.metadata = model.metadata
        self.takes_params = "params" in inspect.signature(model.predict).parameters
        if not self.takes_params:
            self.predict = self._predict_alone  # type: ignore[method-assign]
        self.begin(0)

    def begin(self, max_rows: int) -> None:
        self.max_rows = max_rows
        self.rows = 0
        self.was_reached = False
        self.failed_in_model = False
        self.message: Optional[str] = None

    def end(self) -> None:
        self.message = None

    def predict(self, data: Any, params: Any = None) -> Any:
        return self._watch(data, {"params": params})

    def _predict_alone(self, data: Any) -> Any:
        return self._watch(data, {})

    def _watch(self, data: Any, more: Dict[str, Any]) -> Any:
        self.rows = count_rows(data)
        if self.rows > self.max_rows:
            raise TooManyRows(self.rows)
        self.was_reached = True
        try:
            return self._model.predict(data, **more)
        except Exception as error:
            is_mlflow = isinstance(error, self._scorer._error) and is_from(self._scorer._package, error)
            self.failed_in_model = not is_mlflow
            self.message = getattr(error, "message", None) if is_mlflow else None
            if not is_mlflow:
                self._scorer._log.write(traceback.format_exc())
            raise


def count_rows(data: Any) -> int:
    """Of a frame or a list its length, of arrays the first dimension, of anything else one."""
    shape = getattr(data, "shape", None)
    if shape is not None:
        return int(shape[0]) if len(shape) else 1
    if isinstance(data, list):
        return len(data)
    if isinstance(data, dict) and data:
        first = next(iter(data.values()))
        return count_rows(first) if hasattr(first, "shape") else 1
    return 1


def _refusal(status: int, code: str, message: str) -> Answer:
    return {"status": status, "code": code, "message": message}, b""


def _parse_problem(error: Exception) -> str:
    """MLflow answers these with 500 and Python's exception; the mistake is the caller's."""
    if isinstance(error, RecursionError):
        return "the body is nested too deeply to be read"
    if isinstance(error, UnicodeDecodeError):
        return "the body is not valid UTF-8"
    if isinstance(error, MemoryError):
        return "the body takes more memory to read than there is: send fewer rows at once"
    return "the body cannot be read ({})".format(type(error).__name__)

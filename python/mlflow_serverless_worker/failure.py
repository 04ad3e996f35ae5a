"""What a caller may read of a failure: one line, bounded, without paths and without what was sent."""

import os
import re
import traceback
from typing import Optional

MAX_CHARACTERS = 400

GENERAL = (
    "Encountered an unexpected error while evaluating the model. Verify that the serialized input Dataframe is"
    " compatible with the model for inference."
)
"""MLflow's own sentence."""

_PATH = re.compile(r"(?<![\w<:/.])(?:/[\w.@+~-]+){2,}/?")
_QUOTED = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"")
_ENFORCE = re.compile(r"^Failed to enforce schema of data .*?(?= Error: )", re.DOTALL)


def describe_load_failure(error: BaseException, model: str) -> str:
    """Why the model cannot be loaded, for the one who deploys it."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        return (
            "the model needs the Python module {!r}, which its environment does not have;"
            " add it to the model's requirements".format(error.name)
        )
    if isinstance(error, SystemExit):
        return "the model's code ended the process (sys.exit) while it was loaded"
    text = str(error).replace(model, "<model>")
    return one_line("{}: {}".format(type(error).__name__, text) if text else type(error).__name__)


def describe_refusal(message: str, body: bytes) -> str:
    """MLflow's message about a request, without the request: it repeats the data and the signature."""
    message = message.split("\nInput:")[0]
    message = re.sub(_ENFORCE, "the input does not fit the model's signature.", message, count=1)

    def hide(match: "re.Match[str]") -> str:
        inner = match.group(1) if match.group(1) is not None else match.group(2)
        return "'…'" if len(inner) > 80 or _was_sent_as_value(inner, body) else match.group(0)

    return one_line(re.sub(_QUOTED, hide, message))


def _was_sent_as_value(text: str, body: bytes) -> bool:
    """Names of columns may be repeated: keys of an object, and what stands in a list of columns."""
    raw = text.encode("utf-8", "replace")
    if not raw or raw not in body:
        return False
    quoted = b'"' + re.escape(raw) + b'"'
    return re.search(quoted + rb"\s*:", body) is None and re.search(
        rb'"columns"\s*:\s*\[[^\]]*' + quoted, body[:20_000]
    ) is None and not body.split(b"\n", 1)[0].count(raw)


def one_line(text: str) -> str:
    text = " ".join(_PATH.sub("<path>", text).split())
    return text if len(text) <= MAX_CHARACTERS else text[: MAX_CHARACTERS - 1] + "…"


def is_from(folder: Optional[str], error: BaseException) -> bool:
    """Whether the innermost frame that raised lies in that folder."""
    frames = traceback.extract_tb(error.__traceback__)
    return bool(folder and frames) and os.path.abspath(frames[-1].filename).startswith(str(folder) + os.sep)

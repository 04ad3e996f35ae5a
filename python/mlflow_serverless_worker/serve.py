"""Load the model, then answer one request after the other until the parent closes its end."""

import faulthandler
import os
import platform
import sys
import threading
import traceback
from typing import List

from .allocation import keep_freed_memory, spare_loaded_objects
from .failure import describe_load_failure
from .frames import Channel, FrameTooLarge
from .log import Log
from .scoring import Scorer


def serve(channel: Channel, log: Log, model: str, network: str) -> int:
    """Returns the exit code."""
    try:
        faulthandler.enable()
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    except Exception:  # started without a stdout or stderr
        pass
    keep_freed_memory()
    try:
        scorer = Scorer(model, log)
        spare_loaded_objects()
    except BaseException as error:  # sys.exit() in a model's module must be told, too
        log.write(traceback.format_exc())
        channel.send({"ready": False, "message": describe_load_failure(error, model)})
        return 1
    ready = {"ready": True, "mlflow": scorer.version, "python": platform.python_version(), "network": network}
    channel.send(ready)
    if not scorer.runs_in_thread:
        return _answer_all(channel, scorer, log)
    codes: List[int] = []
    thread = threading.Thread(target=lambda: codes.append(_answer_all(channel, scorer, log)), name="scoring")
    thread.start()
    thread.join()
    return codes[0] if codes else 1


def _answer_all(channel: Channel, scorer: Scorer, log: Log) -> int:
    pid = os.getpid()
    try:
        while True:
            request = channel.receive()
            if request is None:
                return 0
            head, body = scorer.score(request)
            if os.getpid() != pid:
                os._exit(0)  # a fork of the model's that came back from predict: the answer is its parent's to give
            if len(body) > channel.max_frame_bytes:
                message = "the answer has {} bytes; at most {} can be passed on: send fewer rows at once"
                text = message.format(len(body), channel.max_frame_bytes)
                head, body = {"status": 413, "code": "REQUEST_TOO_LARGE", "message": text}, b""
            head["id"] = request.head.get("id")  # Node asks one at a time, and takes only the answer to that one
            channel.send(head, body)
            del request, body
    except FrameTooLarge as error:
        channel.send({"status": 413, "code": "REQUEST_TOO_LARGE", "message": str(error), "last": True})
        return 1
    except (BrokenPipeError, ConnectionResetError):
        return 0  # the parent is gone
    except Exception:
        log.write(traceback.format_exc())
        return 1

"""Answer scoring requests for one MLflow model: `python worker.py MODEL_DIR`, requests on fd 3, answers on fd 4.

Runs in the model's own environment. Everything a model decides or prints stays clear of the two channels; what each
frame holds is said in mlflow_serverless_worker/frames.py, and the whole in docs/python-runtime.md.
"""

import argparse
import os
import sys

from mlflow_serverless_worker.frames import Channel, take_channel
from mlflow_serverless_worker.isolation import Isolation, isolate
from mlflow_serverless_worker.log import Log
from mlflow_serverless_worker.serve import serve


def main() -> int:
    options = parse_options()
    os.closerange(5, 1024)  # whatever the parent of our parent forgot to close
    log = Log()
    channel = take_channel(3, 4, options.max_frame_bytes)
    if channel is None:
        log.write("worker.py is started by mlflow-serverless: file descriptors 3 and 4 must be its sockets")
        return 2
    isolation = isolate(
        Isolation(
            parent=options.parent,
            deny_network=options.network == "deny",
            data_bytes=options.data_bytes,
            requests=channel.requests,
            answers=channel.answers,
        )
    )
    hide_from_model()
    return run(channel, log, options.model, isolation)


def run(channel: Channel, log: Log, model: str, network: str) -> int:
    try:
        return serve(channel, log, model, network)
    finally:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:  # closed by the model, or gone with the parent: nothing to save
                pass


def hide_from_model() -> None:
    """A model must find neither our modules by its imports (it may have a `worker` of its own) nor our arguments."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    del sys.argv[1:]


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="worker.py")
    parser.add_argument("model", help="an MLflow model directory")
    parser.add_argument("--network", choices=["deny", "allow"], default="deny")
    parser.add_argument("--parent", type=int, default=0, help="process to die with")
    parser.add_argument("--max-frame-bytes", type=int, default=512 * 2**20)
    parser.add_argument("--data-bytes", type=int, default=0, help="RLIMIT_DATA; 0 for none")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

"""worker.py, whole, with one difference: a request that names a recording (`…; recording=NUMBER`) is asked of a model
with that recording's signature, under its own content type. A process for each signature would take minutes.
"""

import glob
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "python"))

import worker  # noqa: E402
from mlflow_serverless_worker import scoring  # noqa: E402

MARK = "; recording="


def read_recordings():
    recordings = []
    for path in sorted(glob.glob(os.path.join(HERE, "golden", "*.json"))):
        with open(path) as file:
            recordings += json.load(file)
    return recordings


def main():
    recordings = read_recordings()
    score = scoring.Scorer.score

    def replay(self, request):
        content_type, _, number = request.head["contentType"].partition(MARK)
        if number:
            from signatures import use_signature

            metadata = self._model.metadata
            use_signature(metadata, recordings[int(number)])
            self._schema = metadata.get_input_schema()
        return score(self, request._replace(head={**request.head, "contentType": content_type}))

    scoring.Scorer.score = replay
    sys.path.append(HERE)
    return worker.main()


sys.exit(main())

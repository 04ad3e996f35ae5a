"""Run a script without network, bound to its parent: `python isolated.py [options] SCRIPT ARGUMENTS…`.

For code of models that runs once, as a conversion does; worker.py isolates itself in the same way.
"""

import argparse
import resource
import runpy
import sys

from mlflow_serverless_worker.isolation import die_with_parent
from mlflow_serverless_worker.network import deny_network


def main() -> None:
    parser = argparse.ArgumentParser(prog="isolated.py")
    parser.add_argument("--parent", type=int, default=0, help="process to die with")
    parser.add_argument("--data-bytes", type=int, default=0, help="RLIMIT_DATA; 0 for none")
    parser.add_argument("script")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    die_with_parent(options.parent)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the model
    if options.data_bytes > 0 and sys.platform == "linux":
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        bound = options.data_bytes if hard == resource.RLIM_INFINITY else min(options.data_bytes, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (bound, hard))
    deny_network()
    sys.argv[:] = [options.script, *options.arguments]
    runpy.run_path(options.script, run_name="__main__")


if __name__ == "__main__":
    main()

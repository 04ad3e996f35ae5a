"""Run a command and print what it took as JSON: python measure.py COMMAND ..."""

import json
import resource
import subprocess
import sys
import time

started = time.perf_counter()
ended = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
seconds = time.perf_counter() - started
if ended.returncode != 0:
    sys.exit(f"{' '.join(sys.argv[1:])} failed:\n{ended.stderr[-2000:]}")
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = usage.ru_utime + usage.ru_stime
# Linux counts KiB, of the largest process among them.
print(json.dumps({"seconds": seconds, "cpuSeconds": cpu, "peakBytes": usage.ru_maxrss * 1024}))

"""Everything a model may do wrong, by name."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time


def act(name):
    what, _, argument = name.partition(" ")
    return ACTS[what](argument)


def crash(_):
    os.kill(os.getpid(), signal.SIGSEGV)
    time.sleep(5)


def hang(_):
    """Deaf to every signal that can be ignored, with a program beside it."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        libc().signal(number, 1)
    subprocess.Popen(["sleep", "611"])
    time.sleep(611)


def libc():
    return ctypes.CDLL(None)


def print_everywhere(_):
    print("printed")
    sys.stdout.write("written\n")
    os.write(1, b"by descriptor\n")
    libc().puts(b"from C")
    libc().fflush(None)
    os.system("echo from a program")
    return "printed"


def close_output(_):
    sys.stdout.close()
    sys.stderr.close()
    for fd in (1, 2):
        try:
            os.close(fd)
        except OSError:
            pass
    return "closed"


def flood(megabytes):
    line = b"x" * 99 + b"\n"
    for _ in range(int(megabytes) * 100):
        os.write(2, line * 100)
    return "flooded"


def connect(_):
    found = {}
    for name, family in (("inet", socket.AF_INET), ("inet6", socket.AF_INET6), ("unix", socket.AF_UNIX)):
        try:
            socket.socket(family, socket.SOCK_STREAM).close()
            found[name] = "open"
        except OSError as error:
            found[name] = type(error).__name__
    program = "import socket; socket.socket()"
    found["program"] = subprocess.run([sys.executable, "-c", program], capture_output=True).returncode
    return found


def descriptors(_):
    """What a program and a fork of ours find open."""
    listed = subprocess.run(["ls", "/proc/self/fd"], capture_output=True, text=True, close_fds=False).stdout
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        links = [os.path.join("/proc/self/fd", fd) for fd in os.listdir("/proc/self/fd")]
        sockets = [link for link in links if os.path.exists(link) or os.path.islink(link)]
        names = [os.readlink(link) for link in sockets if os.path.islink(link)]
        os.write(write, str(sum(name.startswith("socket:") for name in names)).encode())
        os._exit(0)
    os.waitpid(pid, 0)
    return {"program": sorted(int(fd) for fd in listed.split()), "sockets in fork": int(os.read(read, 10))}


def grow(megabytes):
    kept = []
    for _ in range(int(megabytes)):
        kept.append(bytearray(os.urandom(1024) * 1024))
        time.sleep(0.0005)
    return len(kept)


def raise_(name):
    errors = {"memory": MemoryError, "exit": SystemExit, "interrupt": KeyboardInterrupt, "value": ValueError}
    raise errors[name]("secret-of-the-model in /home/somebody/model.py")


def raise_mlflow(_):
    from mlflow.exceptions import MlflowException
    from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST

    raise MlflowException("secret-of-the-model", error_code=RESOURCE_DOES_NOT_EXIST)


def parent_environment(_):
    try:
        with open("/proc/{}/environ".format(os.getppid()), "rb") as file:
            return len(file.read())
    except OSError as error:
        return type(error).__name__


ACTS = {
    "ok": lambda argument: argument,
    "pid": lambda _: os.getpid(),
    "crash": crash,
    "_exit": lambda _: os._exit(9),
    "hang": hang,
    "print": print_everywhere,
    "close": close_output,
    "flood": flood,
    "connect": connect,
    "descriptors": descriptors,
    "grow": grow,
    "reserve": lambda _: len(bytearray(2**50)),
    "raise": raise_,
    "raise-mlflow": raise_mlflow,
    "object": lambda _: object(),
    "environment": lambda _: dict(os.environ),
    "parent-environment": parent_environment,
    "arguments": lambda _: {"argv": sys.argv[1:], "path": sys.path},
    "long": lambda megabytes: "x" * (int(megabytes) * 2**20),
}

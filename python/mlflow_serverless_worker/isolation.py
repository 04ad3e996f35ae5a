"""What the process gives up before any code of the model runs."""

import os
import resource
import select
import signal
import socket
import sys
import time
from typing import NamedTuple

from .landlock import hide_other_processes
from .network import deny_network, prctl

PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 2.0
"""From the parent's end to the end of everybody whom the model started."""


class Isolation(NamedTuple):
    parent: int
    """The process to die with; 0 for whichever is the parent now."""
    deny_network: bool
    data_bytes: int
    requests: socket.socket
    answers: socket.socket


def isolate(options: Isolation) -> str:
    """Bind this process to its parent, bound its memory, close the network and the parent's memory.

    Returns how the network is closed: "denied" by the kernel, "denied in Python" by an audit hook, or "allowed".
    """
    die_with_parent(options.parent)
    start_guard(options.requests, options.answers)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold what callers sent
    if options.data_bytes > 0 and sys.platform == "linux":
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        bound = options.data_bytes if hard == resource.RLIM_INFINITY else min(options.data_bytes, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (bound, hard))
    hide_other_processes()
    return deny_network() if options.deny_network else "allowed"


def die_with_parent(parent: int) -> None:
    if sys.platform == "linux":
        prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if parent and os.getppid() != parent:  # it died before the line above
        os._exit(1)


def start_guard(requests: socket.socket, answers: socket.socket) -> None:
    """Fork a process that waits for the parent's end and then ends the whole process group.

    The kernel ends only this process with the parent; programs and workers that the model started would go on.
    Forked before anything large is imported, it sleeps in one system call and costs next to nothing.
    """
    if os.getpgrp() != os.getpid():
        return  # not a group of our own: there are others in it
    watched = os.dup(requests.fileno())  # the fork closes the other one
    if os.fork() != 0:
        os.close(watched)
        return
    try:
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        os.closerange(3, watched)
        os.closerange(watched + 1, 1024)
        poll = select.poll()
        poll.register(watched, 0)  # asks for nothing but the hang-up, which is always told
        poll.poll()
        time.sleep(GRACE_SECONDS)
        os.killpg(0, signal.SIGKILL)
    finally:
        os._exit(0)

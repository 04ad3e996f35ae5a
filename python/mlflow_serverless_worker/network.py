"""No network for this process and all that it starts: a filter of system calls in the kernel (seccomp).

Sockets of one machine (AF_UNIX) stay possible: multiprocessing and asyncio need them. Not a sandbox against an
attacker, but a model that phones home, or waits a minute for a host that it cannot reach, is told so at once.
"""

import ctypes
import errno
import platform
import socket
import struct
import sys
from typing import Any, List, Optional, Tuple

PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
ALLOW = 0x7FFF0000
ERRNO = 0x00050000
AF_UNIX = 1

LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
"""BPF: load a word of `struct seccomp_data`, compare and jump, return."""
NUMBER_AT, ARCHITECTURE_AT, FIRST_ARGUMENT_AT = 0, 4, 16

IO_URING_SETUP = 425
"""Its rings open sockets without the system call; the same number everywhere."""
ARCHITECTURES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
"""Name → the kernel's constant, and the number of socket(2)."""
X32 = 0x40000000
"""Numbers from here on are another way to call the same kernel functions on x86-64."""


def deny_network() -> str:
    """Close the network for good; returns "denied", or "denied in Python" where the kernel offers no filter."""
    if sys.platform == "linux" and _install_filter() and _is_denied():
        return "denied"
    sys.addaudithook(_refuse_sockets)
    return "denied in Python"


def _install_filter() -> bool:
    known = ARCHITECTURES.get(platform.machine())
    if known is None:
        return False
    program = _program(*known)
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    filter_program = struct.pack("@HP", len(program), ctypes.addressof(buffer))
    if prctl(PR_SET_NO_NEW_PRIVS, 1) != 0:
        return False
    address = ctypes.create_string_buffer(filter_program, len(filter_program))
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(address)) == 0


def prctl(option: int, *arguments: int) -> int:
    """The C function; every argument as wide as the kernel reads it."""
    padded = [ctypes.c_ulong(value) for value in (*arguments, 0, 0, 0, 0)[:4]]
    return int(ctypes.CDLL(None, use_errno=True).prctl(option, *padded))


def _program(architecture: int, socket_number: int) -> List[Tuple[int, int, int, int]]:
    """(code, skip when true, skip when false, operand): allow all but sockets of other families than AF_UNIX."""
    return [
        (LOAD, 0, 0, ARCHITECTURE_AT),
        (EQUAL, 0, 7, architecture),  # a program of another architecture: nothing of it is understood
        (LOAD, 0, 0, NUMBER_AT),
        (AT_LEAST, 5, 0, X32),
        (EQUAL, 4, 0, IO_URING_SETUP),
        (EQUAL, 0, 2, socket_number),
        (LOAD, 0, 0, FIRST_ARGUMENT_AT),
        (EQUAL, 0, 1, AF_UNIX),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, ERRNO | errno.EACCES),
    ]


def _is_denied() -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.socket(family, socket.SOCK_STREAM).close()
            return False
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EAFNOSUPPORT):
                return False
    return True


def _refuse_sockets(event: str, arguments: Tuple[Any, ...]) -> None:
    """Only Python's own sockets are seen here; compiled code goes past it."""
    family: Optional[int] = arguments[1] if event == "socket.__new__" else None
    if family is not None and family not in (-1, AF_UNIX):
        raise PermissionError(errno.EACCES, "the network is closed for this model")

"""Other processes of the same user stay closed: their environment and memory in /proc are refused by the kernel.

The parent's environment has the credentials that were kept out of this one's, and /proc would show it. A process in a
Landlock domain may look into those of its own domain only; the domain here forbids nothing else that a model does.
"""

import ctypes
import os
import struct
import sys

from .network import PR_SET_NO_NEW_PRIVS, prctl

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
"""The same numbers on every architecture."""
ASK_VERSION = 1
PATH_BENEATH = 1
MAKE_BLOCK = 1 << 11
"""Making block devices: a domain must forbid something, and nobody misses this."""
CAP_SYS_ADMIN, CAP_PERFMON = 21, 38
"""Who has one of them (root, outside of most containers) reads all of /proc in spite of a domain."""
CAPABILITY_VERSION = 0x20080522
REFER = 1 << 13
"""Moving files between folders: forbidden unless it is named and allowed, which version 2 can."""


def hide_other_processes() -> bool:
    """True when the kernel does it."""
    if sys.platform != "linux" or _syscall(CREATE_RULESET, 0, 0, ASK_VERSION) < 2:
        return False
    attributes = ctypes.create_string_buffer(struct.pack("=Q", MAKE_BLOCK | REFER), 8)
    ruleset = _syscall(CREATE_RULESET, ctypes.addressof(attributes), 8, 0)
    if ruleset < 0:
        return False
    root = os.open("/", getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
    try:
        rule = ctypes.create_string_buffer(struct.pack("=Qi", REFER, root), 12)
        return (
            _syscall(ADD_RULE, ruleset, PATH_BENEATH, ctypes.addressof(rule), 0) == 0
            and prctl(PR_SET_NO_NEW_PRIVS, 1) == 0
            and _drop_capabilities(CAP_SYS_ADMIN, CAP_PERFMON)
            and _syscall(RESTRICT_SELF, ruleset, 0) == 0
        )
    finally:
        os.close(root)
        os.close(ruleset)


def _drop_capabilities(*dropped: int) -> bool:
    """For good, as no program that is started later can gain any (PR_SET_NO_NEW_PRIVS)."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = struct.pack("=Ii", CAPABILITY_VERSION, 0)
    sets = ctypes.create_string_buffer(24)  # effective, permitted, inheritable of the lower half, then of the upper
    if libc.capget(header, sets) != 0:
        return False
    masks = [0xFFFFFFFF, 0xFFFFFFFF]
    for number in dropped:
        masks[number // 32] &= ~(1 << number % 32)
    values = [value & masks[i // 3] for i, value in enumerate(struct.unpack("=6I", sets.raw[:24]))]
    return bool(libc.capset(header, struct.pack("=6I", *values)) == 0)


def _syscall(number: int, *arguments: int) -> int:
    padded = [ctypes.c_ulong(value) for value in (number, *arguments)]
    return int(ctypes.CDLL(None, use_errno=True).syscall(*padded))

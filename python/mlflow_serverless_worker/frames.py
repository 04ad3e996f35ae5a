"""Frames over a socket: two lengths, a small JSON head, and a body of bytes.

    u32 head length, u32 body length (both little-endian), head, body

A request's head: {"contentType": text or null, "maxRows": n, "typedCsv": bool}; its body is the HTTP body.
An answer's head: {"status": n, "rows": n} with the answer's text as body, or {"status": n, "code", "class"?, "message"}.
Before the first answer: {"ready": true, "mlflow", "python", "network"} or {"ready": false, "message"}.
"""

import fcntl
import json
import os
import socket
import struct
from typing import Any, Dict, NamedTuple, Optional, Tuple

from .log import HIGH

PREFIX = struct.Struct("<II")
MAX_HEAD_BYTES = 64 * 1024


class FrameTooLarge(Exception):
    """What comes after such a prefix cannot be read, so the channel is of no use any more."""


class Request(NamedTuple):
    head: Dict[str, Any]
    body: bytes


class Channel:
    """Both directions. Used by one thread at a time."""

    def __init__(self, requests: socket.socket, answers: socket.socket, max_frame_bytes: int) -> None:
        self.requests = requests
        self.answers = answers
        self.max_frame_bytes = max_frame_bytes

    def receive(self) -> Optional[Request]:
        """The next request, waiting for it; None when the parent has closed its end."""
        prefix = self._read(PREFIX.size)
        if prefix is None:
            return None
        head_bytes, body_bytes = PREFIX.unpack(prefix)
        if head_bytes > MAX_HEAD_BYTES or body_bytes > self.max_frame_bytes:
            raise FrameTooLarge(
                "a request of {} bytes is larger than a frame may be ({})".format(
                    head_bytes + body_bytes, self.max_frame_bytes
                )
            )
        head, body = self._read(head_bytes), self._read(body_bytes)
        if head is None or body is None:
            return None
        return Request(json.loads(head), body)

    def send(self, head: Dict[str, Any], body: bytes = b"") -> None:
        text = json.dumps(head).encode("ascii")
        start = PREFIX.pack(len(text), len(body)) + text
        if len(body) < MAX_HEAD_BYTES:
            self.answers.sendall(start + body)
        else:
            self.answers.sendall(start)
            self.answers.sendall(body)

    def _read(self, size: int) -> Optional[bytes]:
        """Exactly `size` bytes, received where they stay: MSG_WAITALL fills one object in one system call."""
        data = self.requests.recv(size, socket.MSG_WAITALL) if size else b""
        if len(data) == size:
            return data
        parts = [data]  # a signal came in between
        missing = size - len(data)
        while missing:
            more = self.requests.recv(missing, socket.MSG_WAITALL)
            if not more:
                return None
            parts.append(more)
            missing -= len(more)
        return b"".join(parts)


def take_channel(requests: int, answers: int, max_frame_bytes: int) -> Optional[Channel]:
    """Move both descriptors out of the model's way; None when they are not sockets.

    No program that the model starts inherits them (close-on-exec), and no process that it forks keeps them: an answer
    written there by anybody else would be taken for the model's.
    """
    sockets: Tuple[socket.socket, ...] = ()
    try:
        for fd in (requests, answers):
            moved = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, HIGH)
            sockets += (socket.socket(fileno=moved),)
    except OSError:
        return None
    for fd, end in zip((requests, answers), sockets):
        os.close(fd)
        end.setblocking(True)
        os.register_at_fork(after_in_child=end.close)
    return Channel(sockets[0], sockets[1], max_frame_bytes)

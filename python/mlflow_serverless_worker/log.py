"""Lines for the log of the parent process, whatever the model does to sys.stderr."""

import fcntl
import os

MAX_CHARACTERS = 20_000
"""A traceback through deep recursion has thousands of lines that say the same."""

HIGH = 200
"""Descriptors of ours begin here: code that closes or reuses small numbers does not meet them."""


class Log:
    def __init__(self) -> None:
        try:
            self._fd = fcntl.fcntl(2, fcntl.F_DUPFD_CLOEXEC, HIGH)
        except OSError:  # started without a stderr
            self._fd = -1
            return
        os.register_at_fork(after_in_child=self._close)

    def _close(self) -> None:
        """In a fork: who waits for the end of this process's output must not wait for that of a fork."""
        os.close(self._fd)
        self._fd = -1

    def write(self, text: str) -> None:
        if len(text) > MAX_CHARACTERS:
            half = MAX_CHARACTERS // 2
            text = text[:half] + "\n[…]\n" + text[-half:]
        data = (text.rstrip("\n") + "\n").encode("utf-8", "backslashreplace")
        try:
            while data and self._fd >= 0:
                data = data[os.write(self._fd, data) :]
        except OSError:  # nobody reads any more: the parent is gone, and this process with it soon
            self._fd = -1

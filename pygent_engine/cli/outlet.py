"""Writes to a descriptor whose reader may stall or go away. Holds the writer up as long as the reader is slow, never for good."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable

_CHUNK = 4096  # a pipe that is ready takes this much without blocking (POSIX: PIPE_BUF)
_POLL_MS = 100
_HURRY_S = 1.0


class Outlet:
    """One descriptor; one thread writes at a time. `gone` is called once, with why nothing can be written any more."""

    def __init__(self, descriptor: int, gone: Callable[[OSError], None] = lambda _: None) -> None:
        self._descriptor = descriptor
        self._gone = gone
        self._open = True
        self._deadline: float | None = None
        self._ready = select.poll()
        self._ready.register(descriptor, select.POLLOUT)

    def hurry(self) -> None:
        """From now on a reader that stalls is given up after a second in all; callable from a signal handler."""
        if self._deadline is None:
            self._deadline = time.monotonic() + _HURRY_S

    def write(self, data: bytes) -> None:
        """Write all of `data`; drop it when the reader is gone or given up."""
        rest = memoryview(data)
        while rest and self._open:
            if self._ready.poll(_POLL_MS):
                rest = rest[self._write_some(rest) :]
            elif self._deadline is not None and time.monotonic() > self._deadline:
                self._open = False

    def _write_some(self, rest: memoryview) -> int:
        try:
            return os.write(self._descriptor, rest[:_CHUNK])
        except BlockingIOError:
            return 0
        except OSError as error:
            self._open = False
            self._gone(error)
            return 0

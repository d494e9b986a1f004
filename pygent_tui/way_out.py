"""The way out by signal, with a deadline: also while the terminal takes nothing more, or the UI's thread stands still."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from socket import socketpair
from threading import Event, Thread
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from .app import PygentApp

_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
_NUMBERS = 256  # of signals that are taken note of at once
_LEAVE_S = 1.0
_ANSWER_S = 3.0


class WayOut:
    """While it is entered, on the UI's thread, a signal n has `app` leave with 128 + n.

    Any signal wakes the loop, a change of the terminal's size too: one that comes just before the loop begins to wait would
    else be heard only after. Not by the event loop's own handlers: a loop that waits for the terminal would never come to
    them. When the app has not left after a second it waits no longer for its terminal; when that does not help, `end` is
    called with the code, from another thread, and must not return.
    """

    def __init__(self, app: PygentApp, end: Callable[[int], object]) -> None:
        self._app = app
        self._end = end
        self._loop = asyncio.get_running_loop()
        self._over = Event()
        self._wake = socketpair()
        self._woken_before = -1
        self._before: dict[signal.Signals, Any] = {}
        self._watch: Thread | None = None

    def __enter__(self) -> Self:
        for end in self._wake:
            end.setblocking(False)
        self._loop.add_reader(self._wake[0], self._wake[0].recv, _NUMBERS)
        self._woken_before = signal.set_wakeup_fd(self._wake[1].fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, self._signalled) for number in _SIGNALS}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._woken_before)
        self._loop.remove_reader(self._wake[0])
        for end in self._wake:
            end.close()

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        code = 128 + number
        if self._watch is None:
            self._watch = Thread(target=self._see_out, args=(code,), name="pygent-way-out", daemon=True)
            self._watch.start()
            self._loop.call_soon_threadsafe(self._app.leave, code)

    def _see_out(self, code: int) -> None:
        if self._over.wait(_LEAVE_S):
            return
        if self._app.terminal is not None:
            self._app.terminal.release()
        if not self._over.wait(_ANSWER_S):
            self._end(code)

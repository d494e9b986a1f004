"""The terminal as the app writes to it: one that is gone or takes nothing more never holds the app for ever.

Textual's own writer ends at the first error, and whoever writes after that waits for it without end.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any

from textual import constants
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from .terminal_input import read_events

if TYPE_CHECKING:
    from textual.app import App

_AHEAD = 30  # frames and orders that wait for a terminal that is slow
_LAST_S = 2.0
_DRAWN_ON = 2  # standard error, as Textual has it
LOST = 128 + signal.SIGHUP
_KEEP_TITLE, _TITLE_BACK = "\x1b[22;0t", "\x1b[23;0t"
_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


def driver_class() -> type[LinuxDriver] | None:
    """The driver for a terminal; None where the environment names another one, as in a browser."""
    return None if constants.DRIVER else TerminalDriver


class TerminalLost(Message):
    """The terminal went away."""


class TerminalOutput:
    """Writes what is `put`, in order, on a thread of its own; `put` waits while a slow terminal is too far behind.

    `on_lost` is called once, from that thread, when the terminal is gone. From then on what is put is dropped.
    """

    def __init__(self, descriptor: int, on_lost: Callable[[], object]) -> None:
        self._descriptor = descriptor
        self._on_lost = on_lost
        self._changed = Condition()  # guards the five below
        self._waiting: deque[bytes] = deque()
        self._holding = False
        self._hurried = False
        self._dropping = False
        self._ended = False
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        self._thread = Thread(target=self._run, name="pygent-terminal", daemon=True)
        self._thread.start()

    def put(self, data: bytes) -> None:
        with self._changed:
            while len(self._waiting) >= _AHEAD and not (self._hurried or self._dropping):
                self._holding = True
                self._changed.wait()
            self._holding = False
            if not self._dropping:
                self._waiting.append(data)
        self._stir()

    def hurry(self) -> None:
        """Let no `put` wait any longer: the app is about to leave."""
        with self._changed:
            self._hurried = True
            self._changed.notify_all()

    def release(self) -> None:
        """Give up on a terminal that a `put` waits for."""
        with self._changed:
            if self._holding:
                self._drop()

    def stop(self, timeout: float = _LAST_S) -> bool:
        """End after what was put is written; False when the terminal did not take it within `timeout` seconds."""
        with self._changed:
            self._ended = self._hurried = True
            timeout = 0.1 if self._dropping else timeout
        self._stir()
        self._thread.join(timeout)
        if self._thread.is_alive():  # in a write that only the terminal ends, or the process
            with self._changed:
                self._drop()
            return False
        os.close(self._wake)
        os.close(self._woken)
        return True

    def _stir(self) -> None:
        with suppress(BlockingIOError):
            os.write(self._wake, b"\0")

    def _run(self) -> None:
        """Blocks in a write for as long as the terminal likes, with no lock in hand."""
        poll = select.poll()
        poll.register(self._woken, select.POLLIN)
        poll.register(self._descriptor, 0)  # a hang-up is told unasked
        try:
            while not self._done():
                if any(number == self._descriptor and event & _GONE for number, event in poll.poll()):
                    raise OSError
                os.read(self._woken, 4096)
                while data := self._next():
                    _write(self._descriptor, data)
        except OSError:
            with self._changed:
                self._drop()
            self._on_lost()

    def _drop(self) -> None:
        """Drop what was not written, and all that is still put."""
        self._dropping = True
        self._waiting.clear()
        self._changed.notify_all()

    def _done(self) -> bool:
        with self._changed:
            return self._ended and not self._waiting

    def _next(self) -> bytes:
        """All that waits, at once; empty when there is nothing."""
        with self._changed:
            data = b"".join(self._waiting)
            self._waiting.clear()
            self._changed.notify_all()
            return data


def _write(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


class TerminalDriver(LinuxDriver):
    """Textual's driver with an output that has a way out. `stalled` says that the terminal left unread what was written last."""

    def __init__(self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._output: TerminalOutput | None = None
        self._encoding: str = getattr(sys.__stderr__, "encoding", "utf-8")
        self.stalled = False
        self._title = ""

    def entitle(self, title: str) -> None:
        """Give the terminal a title, until it is given back; the caller answers for every character of it."""
        if title == self._title:
            return
        if not self._title:
            self.write(_KEEP_TITLE)
        self._title = title
        self.write(f"\x1b]0;{title}\x07")

    def write(self, data: str) -> None:
        if self._output is not None:
            self._output.put(data.encode(self._encoding, "replace"))

    def start_application_mode(self) -> None:
        self._output = TerminalOutput(_DRAWN_ON, self._lost)
        super().start_application_mode()  # type: ignore[no-untyped-call] # Textual's own
        title, self._title = self._title, ""
        if title:  # it comes back from the shell
            self.entitle(title)

    def stop_application_mode(self) -> None:
        if self._output is not None:
            self._output.hurry()
            if self._title:
                self.write(_TITLE_BACK)
        super().stop_application_mode()

    def close(self) -> None:
        output, self._output = self._output, None
        if output is not None:
            self.stalled = not output.stop()
        super().close()

    def release(self) -> None:
        """Wait no longer for a terminal that takes nothing; from any thread."""
        if self._output is not None:
            self._output.release()

    def leave(self) -> None:
        """Give the terminal back for good, from any thread."""
        self._disable_mouse_support()  # where Textual's own way to the end stumbles: it wants the main thread
        self.stop_application_mode()
        self.close()

    def run_input_thread(self) -> None:
        try:
            read_events(self.fileno, self.process_message, self.exit_event, debug=self._debug)
        except OSError:  # nothing can be read from a terminal that is gone
            self._lost()

    def _lost(self) -> None:
        self._app.post_message(TerminalLost())

"""What signals do while the terminal is another program's: the editor's, or a shell's.

The app's event loop stands still meanwhile, so it would hear of a signal only when the user leaves that program.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

_ENDING = (signal.SIGTERM, signal.SIGHUP)
_NOT_OURS = (signal.SIGINT, signal.SIGQUIT)  # typed in the other program, they reach the app too


class End:
    """Of the other program first, and of the app after it; a signal may come before it is known how that is ended."""

    def __init__(self) -> None:
        self.received: list[int] = []
        self._end: Callable[[], object] | None = None

    def first(self, end: Callable[[], object]) -> None:
        """A signal calls `end`, on the main thread, between any two of its steps."""
        self._end = end
        if self.received:
            end()

    def hear(self, number: int, frame: FrameType | None) -> None:
        self.received.append(number)
        if self._end is not None:
            self._end()


@contextlib.contextmanager
def signals_kept() -> Iterator[End]:
    """What would end the app ends the other program first, and the app after it; the keys that interrupt are the other's alone."""
    end = End()
    loop = signal.set_wakeup_fd(-1)
    before: dict[signal.Signals, Any] = {number: signal.signal(number, end.hear) for number in _ENDING}
    before |= {number: signal.signal(number, lambda number, frame: None) for number in _NOT_OURS}
    try:
        yield end
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(loop)
        for first in end.received[:1]:
            os.kill(os.getpid(), first)

"""Cancelling: one flag a turn, seen by everything that waits in it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from .values import INTERRUPTED


class Cancel(threading.Event):
    """An event that says why it was set, and wakes those who wait on something else.

    `reason` is the first one given; a later `because` changes nothing.
    """

    def __init__(self) -> None:
        super().__init__()
        self.reason = ""
        self._guard = threading.Lock()  # of reason and _listeners
        self._listeners: list[Callable[[], object]] = []

    def set(self) -> None:
        """As an interrupt; whoever is handed the flag as a plain event wakes the listeners too."""
        self.because(INTERRUPTED)

    def because(self, reason: str) -> None:
        """Set the flag for `reason` and wake every listener, each once."""
        with self._guard:
            if self.is_set():
                return
            self.reason = reason
            listeners, self._listeners = self._listeners, []
            super().set()
        for listener in listeners:
            listener()

    def listen(self, listener: Callable[[], object]) -> None:
        """Call `listener` when the flag is set, at once if it is set already. It must not block."""
        with self._guard:
            if not self.is_set():
                self._listeners.append(listener)
                return
        listener()

    def unlisten(self, listener: Callable[[], object]) -> None:
        """Forget `listener`; it may be running at this moment."""
        with self._guard:
            if listener in self._listeners:
                self._listeners.remove(listener)

"""The places of the tasks that run: never more at once than allowed, given to those that wait in their order."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from itertools import count

Go = Callable[[], bool]
"""Begins what waited for its slot, which it has from now on; False when it wants it no longer."""


class Slots:
    """`most` places. Nothing is called under the lock: `go` may ask, leave and report."""

    def __init__(self, most: int) -> None:
        self._guard = threading.Lock()  # of the fields below
        self._free = most
        self._arrivals = count()
        self._waiting: list[tuple[int, int, int, Go]] = []  # a heap: how urgent, the task's number, the arrival
        self._filling = False
        self._closed = False

    def ask(self, number: int, go: Go, *, resumed: bool = False) -> None:
        """Call `go` once there is a slot: first those who `resumed`, as they came, then by number; on any thread."""
        with self._guard:
            arrival = next(self._arrivals)
            heapq.heappush(self._waiting, (0 if resumed else 1, arrival if resumed else number, arrival, go))
        self._fill()

    def leave(self) -> None:
        """Give a slot back."""
        with self._guard:
            self._free += 1
        self._fill()

    def close(self) -> None:
        """Give no slot any more."""
        with self._guard:
            self._closed = True
            self._waiting.clear()

    def _fill(self) -> None:
        with self._guard:
            if self._filling:
                return  # whoever fills looks once more before it stops
            self._filling = True
        while (go := self._next()) is not None:
            if not go():
                with self._guard:
                    self._free += 1

    def _next(self) -> Go | None:
        with self._guard:
            if self._closed or not self._free or not self._waiting:
                self._filling = False
                return None
            self._free -= 1
            return heapq.heappop(self._waiting)[-1]

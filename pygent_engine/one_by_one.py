"""What is done one after the other, on a thread that lasts as long as there is something to do."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

_END_S = 10.0


class OneByOne(Generic[T]):
    """Does each thing that is `put`, in that order, on a thread of the name `name`. `do` must not raise.

    `begins` is called under the lock when a thing is taken, so that who asks afterwards knows of it.
    """

    def __init__(self, name: str, do: Callable[[T], object], begins: Callable[[], object] = lambda: None) -> None:
        self._name = name
        self._do = do
        self._begins = begins
        self._guard = threading.Lock()  # of the fields below
        self._waiting: deque[T] = deque()
        self._thread: threading.Thread | None = None  # the last one, which may have ended
        self._at_work = False
        self._closed = False

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def waiting(self) -> tuple[T, ...]:
        """What is not begun."""
        with self._guard:
            return tuple(self._waiting)

    def put(self, thing: T) -> None:
        """Do `thing` after those that came before; nothing happens once this is closed."""
        with self._guard:
            if self._closed:
                return
            self._waiting.append(thing)
            if not self._at_work:
                thread = threading.Thread(target=self._work, name=self._name, daemon=True)
                thread.start()
                self._thread, self._at_work = thread, True

    def close(self) -> None:
        """Begin none of those that wait, and no others."""
        with self._guard:
            self._closed = True
            self._waiting.clear()

    def join(self) -> None:
        """Wait for the end of what is being done; longer than ten seconds for nothing."""
        thread = self._thread
        if thread is not None:
            thread.join(_END_S)

    def _work(self) -> None:
        while (taken := self._next()) is not None:
            self._do(taken[0])

    def _next(self) -> tuple[T] | None:
        with self._guard:
            if not self._waiting:
                self._at_work = False
                return None
            self._begins()
            return (self._waiting.popleft(),)

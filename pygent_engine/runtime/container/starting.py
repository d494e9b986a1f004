"""Makes something slow on a thread of its own, so that who waits for it can give it up at once; and few such things at a time."""

from __future__ import annotations

import contextvars
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Generic, TypeVar

from ...errors import RuntimeUnavailable
from ..backend import POLL_S

_GRACE_S = 0.5  # for what was given up to end by itself, and to report so
_AT_ONCE = 4  # an engine starts many together no sooner than one after the other, and answers each of them later
_LOOK_S = 0.25

T = TypeVar("T")


class Start(Generic[T]):
    """One making of a T. `make` gets a function that says whether it was given up; what then comes too late is `undone`."""

    def __init__(self, make: Callable[[Callable[[], bool]], T], undo: Callable[[T], None]) -> None:
        self._make = make
        self._undo = undo
        self._guard = threading.Lock()  # of _given_up, _made and _error
        self._given_up = False
        self._made: T | None = None
        self._error: BaseException | None = None
        self._ended = threading.Event()
        context = contextvars.copy_context()  # what is made reports to whom the caller reports to
        self.thread = threading.Thread(target=context.run, args=(self._run,), name="pygent-start", daemon=True)
        self.thread.start()

    def wait(self, is_cancelled: Callable[[], bool]) -> T | None:
        """What was made, None when it was cancelled before. Raises what the making raised, but not what it raised on being given up."""
        ended = False
        try:
            while not (ended := self._ended.wait(POLL_S)) and not is_cancelled():
                pass
        finally:
            with self._guard:
                self._given_up = self._made is None
        if self._made is None and not ended:
            self.thread.join(_GRACE_S)
            return None
        if self._error is not None:
            raise self._error
        return self._made

    def _run(self) -> None:
        try:
            made = self._make(lambda: self._given_up)
        except BaseException as error:
            self._error = error
        else:
            with self._guard:
                self._made = None if self._given_up else made
            if self._made is None:
                self._undo(made)
        self._ended.set()


def within(seconds: float, act: Callable[[], T]) -> T | None:
    """What `act` returns or raises; None when that takes longer than `seconds`, and `act` is left behind."""
    deadline = time.monotonic() + seconds
    return Start(lambda is_over: act(), lambda late: None).wait(lambda: time.monotonic() > deadline)


class Turnstile:
    """Lets a few through at a time; who gave up before it was let in raises RuntimeUnavailable."""

    def __init__(self, at_once: int) -> None:
        self._free = threading.BoundedSemaphore(at_once)

    @contextmanager
    def passing(self, is_given_up: Callable[[], bool]) -> Iterator[None]:
        """The block has a place of its own."""
        while not self._free.acquire(timeout=_LOOK_S):
            if is_given_up():
                raise RuntimeUnavailable("It was given up before its turn came.")
        try:
            yield
        finally:
            self._free.release()


@cache
def _turnstile_of(process: int) -> Turnstile:
    return Turnstile(_AT_ONCE)


def turnstile() -> Turnstile:
    """The one before all starts of containers of this program; a fork is a program of its own."""
    return _turnstile_of(os.getpid())

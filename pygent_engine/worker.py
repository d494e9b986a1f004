"""A thread for calls that may block for ever: they are waited for with a deadline and a cancel, and left behind after that.

Models, tools and approvers are other people's code and cannot be stopped from outside; the loop that called them can
still go on. A call that was left behind keeps its thread until it returns, and nobody hears its result.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, TypeVar, cast

from .cancel import Cancel
from .errors import described

T = TypeVar("T")
_Done = SimpleQueue[Any]
_Jobs = SimpleQueue[tuple[Callable[[], Any], _Done] | None]

IDLE_S = 1.0
_GIVEN_UP = object()


class LeftBehind(Exception):
    """The call did not return in time after its cancel or deadline; its thread was left behind."""


class Crashed(Exception):
    """The call raised something that is not an Exception, such as SystemExit."""


class _Raised:
    __slots__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        self.error = error


class Worker:
    """Makes one blocking call after another on a daemon thread of its own, which ends when it was idle for `idle_s` seconds."""

    def __init__(self, name: str, idle_s: float = IDLE_S) -> None:
        self._name = name
        self._idle_s = idle_s
        self._guard = threading.Lock()  # of _jobs and _thread
        self._jobs: _Jobs | None = None
        self._thread: threading.Thread | None = None

    def call(self, job: Callable[[], T], cancel: Cancel, deadline: float | None = None, *, late: str = "", grace_s: float = 0.0) -> T:
        """The result of `job()`, or the exception that it raised; Crashed for what is not an Exception.

        `deadline` is in `time.monotonic` seconds; when it passes, `cancel` is set because of `late`. Once the cancel is
        set, the job has `grace_s` seconds to return by itself; raises LeftBehind when it does not.
        """
        done: _Done = SimpleQueue()

        def give_up() -> None:
            done.put(_GIVEN_UP)

        cancel.listen(give_up)
        try:
            self._submit(job, done)
            outcome = _next(done, None if deadline is None else deadline - time.monotonic())
            if outcome is _GIVEN_UP:
                cancel.because(late)
                outcome = _returned(done, grace_s)
        except BaseException:
            self.release()
            raise
        finally:
            cancel.unlisten(give_up)
        if isinstance(outcome, _Raised):
            if isinstance(outcome.error, Exception):
                raise outcome.error
            raise Crashed(described(outcome.error)) from outcome.error
        return cast(T, outcome)

    def release(self) -> None:
        """Let the thread end as soon as its call returns; the next call gets another one."""
        with self._guard:
            if self._jobs is not None:
                self._jobs.put(None)
                self._jobs = None

    def _submit(self, job: Callable[[], Any], done: _Done) -> None:
        with self._guard:
            if self._jobs is None or self._thread is None or not self._thread.is_alive():  # a fork inherits no thread
                self._jobs = SimpleQueue()
                self._thread = threading.Thread(target=self._serve, args=(self._jobs,), name=self._name, daemon=True)
                self._thread.start()
            self._jobs.put((job, done))

    def _serve(self, jobs: _Jobs) -> None:
        while True:
            try:
                task = jobs.get(timeout=self._idle_s)
            except Empty:
                with self._guard:
                    if not jobs.empty():
                        continue
                    if self._jobs is jobs:
                        self._jobs = None
                return
            if task is None:
                return
            job, done = task
            try:
                done.put(job())
            except BaseException as error:  # a crash or SystemExit belongs to the caller, who waits for it
                done.put(_Raised(error))
            del task, job, done  # an idle thread keeps nothing alive


def _next(done: _Done, timeout: float | None) -> Any:
    try:
        return done.get(timeout=None if timeout is None else min(max(timeout, 0.0), threading.TIMEOUT_MAX))
    except Empty:
        return _GIVEN_UP


def _returned(done: _Done, grace_s: float) -> Any:
    limit = time.monotonic() + grace_s
    while (outcome := _next(done, limit - time.monotonic())) is _GIVEN_UP:
        if time.monotonic() >= limit:
            raise LeftBehind
    return outcome

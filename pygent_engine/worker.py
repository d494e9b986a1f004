"""A thread for work that makes calls which may block for ever: it is waited for, and such a call is left behind in the end.

Models, tools and approvers are other people's code and cannot be stopped from outside. Work is therefore a generator that
yields each call of theirs as a `Blocking`. The worker's thread runs the generator and makes the calls; whoever waits for
the work watches the deadline and the cancel. When a call does not come back in time, another thread takes the generator
over, which just then stands still, and goes on with LeftBehind as the call's outcome. The thread in the call ends when the
call returns, and nobody hears its result. That costs two changes of threads for all the work, not for each call.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Generator
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, Protocol, TypeVar, cast

from .cancel import Cancel
from .errors import described
from .values import INTERRUPTED

T = TypeVar("T")
_Jobs = SimpleQueue[Callable[[], None] | None]

IDLE_S = 1.0
_HEAR_S = 0.5
_NONE_YET = object()


class LeftBehind(Exception):
    """The call did not return in time after its cancel or deadline; its thread was left behind."""


class Crashed(Exception):
    """The call raised something that is not an Exception, such as SystemExit."""


class Movable(Protocol):
    """A deadline that may be moved while a call lasts, as `Blocking` has it; who moves it has the worker `look`."""

    @property
    def deadline(self) -> float | None: ...

    @property
    def late(self) -> str: ...


class Blocking(NamedTuple):
    """A call that may block for ever. The work gets its result, or its exception, or LeftBehind.

    `until` is in `time.monotonic` seconds; when it passes, the cancel of the work is set because of `reason`. Once the
    cancel is set, the call has `grace_s` seconds to return by itself.
    """

    job: Callable[[], Any]
    until: float | Movable | None = None
    reason: str = ""
    grace_s: float = 0.0

    @property
    def deadline(self) -> float | None:
        """When it must be back."""
        until = self.until
        return until if until is None or isinstance(until, float | int) else until.deadline

    @property
    def late(self) -> str:
        """Why it is cancelled then."""
        return self.reason if self.until is None or isinstance(self.until, float | int) else self.until.late


Work = Generator[Blocking, Any, T]


class Worker:
    """Does one piece of work after another on a daemon thread of its own, which ends when it was idle for `idle_s` seconds."""

    def __init__(self, name: str, idle_s: float = IDLE_S) -> None:
        self._name = name
        self._idle_s = idle_s
        self._guard = threading.Lock()  # of _jobs and _thread
        self._jobs: _Jobs | None = None
        self._thread: threading.Thread | None = None
        self._relay: _Relay | None = None  # of the work under way

    def do(self, work: Work[T], cancel: Cancel) -> T:
        """What `work` returns or raises.

        When the waiting itself is struck, by Ctrl+C say, the work is interrupted and waited for, then the strike goes on up.
        """
        relay = self._relay = _Relay(work, cancel, self)
        cancel.listen(relay.look)
        try:
            relay.start()
            try:
                outcome = relay.outcome()
            except BaseException:
                cancel.because(INTERRUPTED)
                relay.outcome()
                raise
        except BaseException:
            self.release()
            raise
        finally:
            cancel.unlisten(relay.look)
            self._relay = None
        if isinstance(outcome, _Raised):
            raise outcome.error
        return cast(T, outcome)

    def look(self) -> None:
        """Have who waits for the work look at the deadline of its call again."""
        relay = self._relay
        if relay is not None:
            relay.look()

    def call(
        self, job: Callable[[], T], cancel: Cancel, deadline: float | Movable | None = None, *, late: str = "", grace_s: float = 0.0
    ) -> T:
        """The result of one Blocking, or the exception that it raised; Crashed for what is not one, or LeftBehind."""

        def work() -> Work[T]:
            return cast(T, (yield Blocking(job, deadline, late, grace_s)))

        return self.do(work(), cancel)

    def release(self) -> None:
        """Let the thread end as soon as its work is done; the next work gets another one."""
        with self._guard:
            if self._jobs is not None:
                self._jobs.put(None)
                self._jobs = None

    def submit(self, job: Callable[[], None]) -> None:
        """Have the thread do `job`, after what it does now."""
        with self._guard:
            if self._jobs is None or self._thread is None or not self._thread.is_alive():  # a fork inherits no thread
                self._jobs = SimpleQueue()
                self._thread = threading.Thread(target=self._serve, args=(self._jobs,), name=self._name, daemon=True)
                self._thread.start()
            self._jobs.put(job)

    def _serve(self, jobs: _Jobs) -> None:
        while True:
            try:
                job = jobs.get(timeout=self._idle_s)
            except Empty:
                with self._guard:
                    if not jobs.empty():
                        continue
                    if self._jobs is jobs:
                        self._jobs = None
                return
            if job is None:
                return
            job()
            del job  # an idle thread keeps nothing alive


class _Raised:
    __slots__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        self.error = error


class _Relay:
    """Work under way: the call that it is in, and which of the threads that ran it may go on with it."""

    def __init__(self, work: Work[Any], cancel: Cancel, worker: Worker) -> None:
        self._work = work
        self._cancel = cancel
        self._worker = worker
        self._told: SimpleQueue[None] = SimpleQueue()  # only wakes: what a strike swallows with it must not be the outcome
        self._outcome: Any = _NONE_YET
        self._guard = threading.Lock()  # of the three below
        self._runner = 0
        self._call: Blocking | None = None
        self._watched: float | None = None  # when the waiting thread wakes to look after the call

    def look(self) -> None:
        """Wake the waiting thread."""
        self._told.put(None)

    def start(self) -> None:
        """Begin the work on the worker's thread."""
        self._worker.submit(lambda: self._run(0, lambda: next(self._work)))

    def outcome(self) -> Any:
        """Wait for the end of the work, and leave behind what does not come back in time."""
        patience: tuple[Blocking, float] | None = None  # the call whose grace runs, and until when
        while True:
            until = patience[1] if patience else None if self._cancel.is_set() else self._watched
            if self._outcome is _NONE_YET:
                _await(self._told, until)
            if self._outcome is not _NONE_YET:
                return self._outcome
            call = self._due()
            if call is None:
                patience = None
            elif patience is None or patience[0] is not call:
                patience = (call, time.monotonic() + call.grace_s)
            if patience is not None and time.monotonic() >= patience[1]:
                self._take_over(patience[0])
                patience = None

    def _due(self) -> Blocking | None:
        """The call that must come back now; None while there is no hurry. Sets the cancel when its deadline has passed."""
        with self._guard:
            call = self._call
            deadline = self._watched = None if call is None else call.deadline
        if call is None or self._cancel.is_set():
            return call
        if deadline is None or time.monotonic() < deadline:
            return None
        self._cancel.because(call.late)
        return call

    def _take_over(self, late: Blocking) -> None:
        with self._guard:
            if self._call is not late:
                return
            self._call = None
            self._runner += 1
            runner = self._runner
        self._worker.release()
        self._worker.submit(lambda: self._run(runner, lambda: self._work.throw(LeftBehind())))

    # ------------------------------------------------------------ on the worker's thread

    def _run(self, runner: int, step: Callable[[], Blocking]) -> None:
        while True:
            try:
                call = step()
            except StopIteration as end:
                self._end(end.value)
                return
            except BaseException as error:  # a fault belongs to whoever waits for the work
                self._end(_Raised(error))
                return
            if self._begins(call):
                self.look()
            step = self._made(call)
            with self._guard:
                if self._runner != runner:
                    return
                self._call = None

    def _end(self, outcome: Any) -> None:
        self._outcome = outcome
        self.look()

    def _begins(self, call: Blocking) -> bool:
        """Note the call; whether the waiting thread must look after it sooner than it would by itself."""
        with self._guard:
            self._call = call
            if self._cancel.is_set():
                return True
            deadline = call.deadline
            if deadline is None or (self._watched is not None and self._watched <= deadline):
                return False
            self._watched = deadline
            return True

    def _made(self, call: Blocking) -> Callable[[], Blocking]:
        """Make the call; returns how the work goes on."""
        try:
            return partial(self._work.send, call.job())
        except Exception as error:
            return partial(self._work.throw, error)
        except BaseException as error:
            crash = Crashed(described(error))
            crash.__cause__ = error
            return partial(self._work.throw, crash)


def _await(told: SimpleQueue[None], until: float | None) -> None:
    """Return when something was told, at the time `until` (`time.monotonic` seconds) at the latest; sooner on the main thread:
    a signal that comes just before it begins to wait is heard only after."""
    pause = threading.TIMEOUT_MAX if until is None else min(max(until - time.monotonic(), 0.0), threading.TIMEOUT_MAX)
    if threading.current_thread() is threading.main_thread():
        pause = min(pause, _HEAR_S)
    with contextlib.suppress(Empty):
        told.get(timeout=pause)

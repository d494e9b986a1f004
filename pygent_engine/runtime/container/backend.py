"""Runs commands in a container over the workspace, made when the first one comes. What the engine does stands in `engine`."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ...errors import RuntimeLost, RuntimeUnavailable, WorkspaceError
from ...events import ContainerReplaced, ContainerStarted
from ...scope import current_scope
from ...untrusted import clean_line
from ...values import ExecResult, Resources
from ..backend import POLL_S, Command, Watch
from .attached import LaneEnded
from .container import SILENT, Container
from .grant import granted
from .lane import JOBS, JOBS_PART, LANE
from .making import Connect, Maker
from .starting import Start

_JOBS_S = 2.0
_LONGEST_JOB = 200
_REMOVAL_S = 0.5
_STOP_S = 20.0
_TURN_S = 5.0
_SETTLE_S = 4.0
_NO_JOBS = ("", " ".join(LANE), "".join(LANE))
_REPLACED = "another folder took the place of the workspace"
_OUTLIVED = "a command in it could not be ended"
_LISTENS = "A container runs one command at a time: what listens to a command cannot run another there."
_CONNECTED = "it could not be cut off from the network"


class ContainerBackend:
    """Commands in one container over `folder`, started at the first command; commands run one after the other."""

    def __init__(
        self, folder: Path, env: Mapping[str, str], connect: Connect, *, image: str, network: bool, resources: Resources, pull: bool = False
    ) -> None:
        self._folder = folder
        self._maker = Maker(folder, env, connect, image=image, network=network, resources=resources, pull=pull)
        self._halt = threading.Event()
        # Who holds it runs a command, starts or removes; it guards all that follows.
        self._turn = threading.Lock()
        self._holder = 0  # the thread that does
        self._container: Container | None = None
        self._mounted = (0, 0)  # the folder that the container has
        self._loss = ""  # why there is no container any more, when it was not stopped
        self._ending: list[threading.Thread] = []

    @property
    def container_id(self) -> str | None:
        container = self._container
        return None if container is None else container.id[:12]

    def run(self, command: Command) -> ExecResult:
        halt = self._halt
        watch = Watch(command, halt)
        if self._holder == threading.get_ident():
            raise RuntimeUnavailable(_LISTENS)
        while not self._turn.acquire(timeout=POLL_S):
            if watch.is_cancelled:
                return watch.result("cancelled", None)
        with self._own_turn():
            try:
                return self._in_turn(command, halt, watch)
            finally:
                if halt.is_set():
                    self._discard("")

    def jobs(self) -> tuple[str, ...]:
        if self._container is None or self._holder == threading.get_ident() or not self._turn.acquire(timeout=_JOBS_S):
            return ()
        command, halt = Command(JOBS, _JOBS_S), self._halt
        try:
            with self._own_turn():
                listed = self._in_turn(command, halt, Watch(command, halt)).output.split(JOBS_PART)
        except (RuntimeLost, RuntimeUnavailable):
            return ()
        lines = (clean_line(line.strip(), _LONGEST_JOB) for line in listed)
        return tuple(line for line in lines if line not in _NO_JOBS)

    def stop(self, for_good: bool = False) -> None:
        halt = self._halt
        if not for_good:
            self._halt = threading.Event()
        halt.set()
        listens = self._holder == threading.get_ident()
        container = self._container
        if container is not None:
            if not listens:
                self._settle(container)
            container.lanes.shut()
        # A listener that stops what it listens to, or never returns: its command removes what is left when it ends.
        if listens or not self._turn.acquire(timeout=_TURN_S):
            return
        with self._own_turn():
            self._discard("")
            ending, self._ending = self._ending, []
        deadline = time.monotonic() + _STOP_S
        for thread in ending:
            thread.join(max(0.0, deadline - time.monotonic()))
        if not self._turn.acquire(timeout=_TURN_S):
            return  # a command that came after the stop is at work: the volume is its own
        with self._own_turn():
            if self._container is None:
                self._maker.remove_volume()

    @contextmanager
    def _own_turn(self) -> Iterator[None]:
        """The turn, which this thread has, until the end of the block."""
        self._holder = threading.get_ident()
        try:
            yield
        finally:
            self._holder = 0
            self._turn.release()

    def _settle(self, container: Container) -> None:
        """Of a workspace that is elsewhere, bring back what changed there: first what the halted command did."""
        if container.exchange is None or not self._turn.acquire(timeout=_SETTLE_S):
            return
        try:
            if self._container is container:
                container.exchange.finish()
        finally:
            self._turn.release()

    # ------------------------------------------------------------ one command

    def _in_turn(self, command: Command, halt: threading.Event, watch: Watch) -> ExecResult:
        container = None if halt.is_set() else self._current(watch)
        if container is None:
            return watch.result("cancelled", None)
        if not command.network:
            return self._run(container, command, halt)

        def lose() -> None:
            if self._container is container:
                self._discard("" if halt.is_set() else _CONNECTED)

        try:
            with granted(container.engine, container.id, lambda: watch.is_cancelled, lose) as connected:
                return self._run(container, command, halt) if connected else watch.result("cancelled", None)
        except RuntimeUnavailable:
            if watch.is_cancelled:
                return watch.result("cancelled", None)
            raise

    def _run(self, container: Container, command: Command, halt: threading.Event) -> ExecResult:
        watch = Watch(command, halt)
        exchange = container.exchange

        def run() -> ExecResult:
            # A watch of its own: neither the wait for a turn nor what comes before the command is its time.
            return container.lanes.run(command, self._maker.next_marker(), Watch(command, halt))

        try:
            return run() if exchange is None else exchange.around(run, command, halt)
        except (LaneEnded, RuntimeUnavailable) as error:
            reason = "" if halt.is_set() else container.fate(error)
            kept = "the workspace is still there" if exchange is None else exchange.rescue(reason != SILENT)
            self._discard(reason)
            if halt.is_set():
                return watch.result("cancelled", None)
            raise RuntimeLost(f"The container is gone: {reason}; {kept}.") from error
        finally:
            if not container.lanes.usable and self._container is container:
                self._discard(_OUTLIVED)

    # ------------------------------------------------------------ the container

    def _current(self, watch: Watch) -> Container | None:
        """The container, started when there is none; None when that was cancelled."""
        folder = self._identity()
        container = self._container
        if container is not None and not container.lanes.is_open():
            self._discard(container.fate(None))
        elif not self._maker.mirrors and folder != self._mounted:
            self._discard(_REPLACED)
        if self._container is None:
            self._mounted = folder
            start = Start(self._maker.make, Container.remove)
            try:
                self._container = container = start.wait(lambda: watch.is_cancelled)
            finally:
                if self._container is None:
                    self._ending.append(start.thread)
            if container is not None:
                self._report(container)
        return container

    def _identity(self) -> tuple[int, int]:
        """Which folder stands there now: a container goes on seeing the one that it was started with."""
        try:
            status = self._folder.stat()
        except OSError as error:
            raise WorkspaceError(f"The workspace {self._folder} is gone: {error.strerror}.") from error
        return status.st_dev, status.st_ino

    def _report(self, container: Container) -> None:
        reason, self._loss = self._loss, ""
        scope = current_scope()
        if scope is None:
            return
        if reason:
            lost = "what was in /tmp and in the home folder, and background jobs, are lost"
            scope.post(ContainerReplaced(container.id[:12], f"The container was replaced, for {reason}; {lost}, the workspace is kept."))
        else:
            scope.post(ContainerStarted(container.id[:12]))

    def _discard(self, reason: str) -> None:
        """Remove the container; when it stops for no `reason`, nobody misses it."""
        container, self._container = self._container, None
        if container is None:
            self._loss = self._loss if reason else ""
            return
        self._loss = reason
        container.lanes.close()
        thread = threading.Thread(target=container.remove, name="pygent-remove", daemon=True)
        thread.start()
        thread.join(_REMOVAL_S)
        self._ending = [known for known in [*self._ending, thread] if known.is_alive()]

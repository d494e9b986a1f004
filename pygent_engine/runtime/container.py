"""Runs commands in a container over the workspace, made when the first one comes. What the engine does stands in `engine`."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import RuntimeLost
from ..values import ExecResult, Resources
from .attached import AttachedLane
from .backend import POLL_S, QUIET_ENVIRONMENT, Command, Watch
from .lane import KEEPER
from .owner import labels_of
from .pull import PullCancelled, require
from .reaper import reap

if TYPE_CHECKING:
    from .connection import Connection
    from .engine import Engine, Plan

# Opens a connection to the engine. Handed in, for importing docker costs 0.1 s that nobody pays before a container is wanted.
Connect = Callable[[], "Engine"]


class ContainerBackend:
    """Commands in one container over `folder`, started at the first command; commands run one after the other."""

    def __init__(
        self, folder: Path, env: Mapping[str, str], connect: Connect, *, image: str, network: bool, resources: Resources, pull: bool = False
    ) -> None:
        self._folder = folder
        self._env = {**QUIET_ENVIRONMENT, "HOME": "/tmp", **env}
        self._connect = connect
        self._image = image
        self._network = network
        self._resources = resources
        self._pull = pull
        self._marker = secrets.token_hex(8)
        self._numbers = count(1)
        self._halt = threading.Event()
        self._turn = threading.Lock()  # guards _container: who holds it runs a command, starts or removes
        self._container: _Container | None = None
        self._prepare()

    @property
    def container_id(self) -> str | None:
        container = self._container
        return None if container is None else container.id[:12]

    def run(self, command: Command) -> ExecResult:
        halt = self._halt
        watch = Watch(command, halt)
        while not self._turn.acquire(timeout=watch.pause() or POLL_S):
            if verdict := watch.verdict():
                return watch.result(verdict, None)
        try:
            return self._run(command, halt)
        except PullCancelled:
            return watch.result("cancelled", None)
        except RuntimeLost:
            self._discard()
            if halt.is_set():
                return watch.result("cancelled", None)
            raise
        finally:
            self._turn.release()

    def jobs(self) -> tuple[str, ...]:
        return ()

    def stop(self) -> None:
        halt, self._halt = self._halt, threading.Event()
        halt.set()
        container = self._container
        if container is not None:
            container.lane.shut()
        with self._turn:
            self._discard()

    def _run(self, command: Command, halt: threading.Event) -> ExecResult:
        if self._container is None:
            patience = Watch(Command("", cancel=command.cancel), halt)  # without a deadline: a pull is not the command's time
            self._container = self._start(lambda: patience.verdict() is not None)
        lane = self._container.lane
        try:
            # A watch of its own: neither the wait for a turn nor the start is the command's time.
            return lane.run(command, f"{self._marker}.{next(self._numbers)}.", Watch(command, halt))
        finally:
            if not lane.usable:
                self._discard()

    def _discard(self) -> None:
        container, self._container = self._container, None
        if container is not None:
            container.remove()

    def _prepare(self) -> None:
        engine = self._connect()
        try:
            reap(engine)
            if not self._pull:
                engine.require_image(self._image)
        finally:
            engine.close()

    def _start(self, cancelled: Callable[[], bool]) -> _Container:
        engine = self._connect()
        made = ""
        try:
            if self._pull:
                require(engine, self._image, cancelled)
            made = engine.create(self._plan())
            connection = engine.attach(made)
            engine.start(made)
            return _Container(engine, made, connection)
        except BaseException:
            if made:
                engine.remove(made)
            engine.close()
            raise

    def _plan(self) -> Plan:
        from .engine import Plan  # noqa: PLC0415 - loaded by now, for there is a connection

        return Plan(
            self._image,
            ("sh", "-c", KEEPER),
            self._folder,
            self._env,
            f"{os.getuid()}:{os.getgid()}",
            labels_of(self._marker),
            self._network,
            self._resources,
        )


class _Container:
    """One running container with its lane and the connection that keeps it alive."""

    def __init__(self, engine: Engine, name: str, connection: Connection) -> None:
        self.id = name
        self._engine = engine
        self._connection = connection
        self.lane = AttachedLane(connection, secrets.token_hex(16))

    def remove(self) -> None:
        self.lane.shut()
        self._connection.close()
        self._engine.remove(self.id)
        self._engine.close()

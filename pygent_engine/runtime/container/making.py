"""Makes the containers of one runtime over its folder; what a failure or a cancel leaves half made is undone."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import RuntimeUnavailable
from ...values import Resources
from ..backend import QUIET_ENVIRONMENT
from ..engine.owner import labels_of
from ..engine.plan import HOME, INSIDE, Plan
from ..engine.pull import require
from ..engine.reaper import reap
from ..mirror.mirror import Mirror
from .attached import LaneEnded
from .container import Container
from .exchange import Exchange
from .lane import KEEPER
from .starting import turnstile

if TYPE_CHECKING:
    from ..engine.engine import Engine

# Opens a connection to the engine. Handed in, for importing docker costs 0.1 s that nobody pays before a container is wanted.
Connect = Callable[[], "Engine"]


class Maker:
    """Makes containers, one after the other. Raises RuntimeUnavailable when the engine cannot be used, ImageMissing without `pull`."""

    def __init__(
        self, folder: Path, env: Mapping[str, str], connect: Connect, *, image: str, network: bool, resources: Resources, pull: bool
    ) -> None:
        self._folder = folder
        self._env = {**QUIET_ENVIRONMENT, **env}
        self._connect = connect
        self._image = image
        self._network = network
        self._resources = resources
        self._pull = pull
        self._marker = secrets.token_hex(8)
        self._numbers = count(1)
        self._mirror: Mirror | None = None  # of an engine that cannot see the folder
        self._prepare()

    @property
    def mirrors(self) -> bool:
        """Whether the workspace is carried to an engine that cannot see the folder."""
        return self._mirror is not None

    def next_marker(self) -> str:
        """What the end of a command is known by."""
        return f"{self._marker}.{next(self._numbers)}."

    def make(self, is_given_up: Callable[[], bool]) -> Container:
        """A container that runs. Raises RuntimeUnavailable when it cannot be had, or `is_given_up` says so."""
        with contextlib.ExitStack() as undo:
            engine = self._connect()
            undo.callback(engine.close)
            if self._pull:
                require(engine, self._image, is_given_up)
            volume = "" if self._mirror is None else self._mirror.open(engine.storage, self._image, is_given_up)
            with turnstile().passing(is_given_up):
                container = self._begin(engine, self._plan(volume))
            if self._mirror is not None:
                container.exchange = Exchange(self._mirror, engine.storage, container.lanes, self.next_marker)
            undo.pop_all()
        return container

    def remove_volume(self) -> None:
        """Remove the remote engine's copy of the workspace, if there is one; no container may have it any more."""
        if self._mirror is not None and self._mirror.volume:
            with contextlib.suppress(RuntimeUnavailable), contextlib.closing(self._connect()) as engine:
                self._mirror.end(engine.storage)

    def _prepare(self) -> None:
        engine = self._connect()
        try:
            reap(engine)
            if engine.remote:
                self._mirror = Mirror(self._folder, INSIDE, labels_of(self._marker), self._resources.file_mb << 20)
            if not self._pull:
                engine.require_image(self._image)
        finally:
            engine.close()

    def _begin(self, engine: Engine, plan: Plan) -> Container:
        with contextlib.ExitStack() as undo:
            made = engine.create(plan)
            undo.callback(engine.remove, made)
            attached = engine.attach(made)
            undo.callback(attached.close)
            engine.start(made, plan.image)
            try:
                container = Container(engine, made, attached, self._resources)
            except LaneEnded as error:
                raise RuntimeUnavailable("The container ended as soon as it had started.") from error
            undo.pop_all()
        return container

    def _plan(self, volume: str) -> Plan:
        return Plan(
            self._image,
            ("sh", "-c", KEEPER),
            self._folder,
            {"HOME": HOME, **self._env},
            f"{os.getuid()}:{os.getgid()}",
            labels_of(self._marker),
            self._network,
            self._resources,
            volume,
        )

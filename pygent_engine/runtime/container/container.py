"""One running container, as the host holds it: its lanes, and why it ended."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ...errors import RuntimeUnavailable
from ...untrusted import clean_line
from ...values import Resources
from .exchange import Exchange
from .lane import LANE
from .lanes import Lanes
from .starting import within

if TYPE_CHECKING:
    from ..engine.connection import Connection
    from ..engine.engine import Engine

SILENT = "the Docker engine does not answer any more"
_FATE_S = 2.0


class Container:
    """One running container: its lanes, and the engine's connection that serves it alone."""

    def __init__(self, engine: Engine, name: str, attached: Connection, resources: Resources) -> None:
        self.id = name
        self.engine = engine
        self._memory_mb = resources.memory_mb
        self.lanes = Lanes(attached, lambda: engine.open_lane(name, LANE))
        self.exchange: Exchange | None = None  # of a workspace that is elsewhere

    def fate(self, error: BaseException | None) -> str:
        """Why the container takes no commands, as far as it can be known."""
        try:
            happened = within(_FATE_S, lambda: self.engine.happened(self.id))
        except RuntimeUnavailable:
            happened = None
        if happened is None:
            return SILENT
        if "kill" in happened:
            return "it was killed or removed from outside"
        if "oom" in happened:
            return f"its memory limit of {self._memory_mb} MB was reached"
        if "die" in happened or "destroy" in happened:
            return "its main process was killed"
        return clean_line(str(error)).rstrip(".") or "the connection to it broke"

    def remove(self) -> None:
        self.lanes.close()
        with contextlib.suppress(RuntimeUnavailable):
            self.engine.remove(self.id)
        self.engine.close()

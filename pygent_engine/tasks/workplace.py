"""Where a task works: a runtime of its own, and the hand-over of what is made there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..task_events import ChangesFound
from ..values import Flag
from .handover import Handover

if TYPE_CHECKING:
    from ..runtime import Runtime

MOST_FOUND = 200  # paths by name


class Workplace:
    """The runtime of a task, over a workspace that begins with `files` of its parent's. `handover` takes over what it made."""

    def __init__(self, runtime: Runtime, handover: Handover) -> None:
        self.runtime = runtime
        self.handover = handover

    @property
    def folder(self) -> str:
        """The workspace on this machine."""
        return str(self.runtime.base_dir)

    @property
    def container(self) -> str | None:
        """The short id of its container, once one runs."""
        return self.runtime.container_id

    def start(self, cancel: Flag) -> None:
        """Have its container run, unless `cancel` is set first."""
        self.runtime.start(cancel)

    def stop(self) -> None:
        """End what runs there; the files stay."""
        self.runtime.stop()

    def found(self) -> ChangesFound:
        """What differs now from what the task began with."""
        return found(self.handover.found())

    def close(self) -> None:
        """Delete the files."""
        self.handover.close()
        self.runtime.cleanup()


def found(paths: Iterable[str]) -> ChangesFound:
    """So many paths, the first by name."""
    listed = tuple(paths)
    return ChangesFound(len(listed), listed[:MOST_FOUND])

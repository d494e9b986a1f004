"""Where a task works: a runtime of its own, and the hand-over of what is made there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..task_events import ChangesFound, ChangesTakenBack
from ..task_values import FileChange
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
        return found(self.handover.found(), self.handover.renewed())

    def found_in(self, changes: Iterable[FileChange]) -> ChangesFound:
        """The same, read off a diff."""
        return found((change.path for change in changes if not change.ignored), self.handover.renewed())

    def take_back(self) -> ChangesTakenBack:
        """Take back what was last applied, and what of it stands from before."""
        report = self.handover.unapply()
        standing = self.handover.standing
        return ChangesTakenBack(report, tuple(path for path in report.applied if path in standing))

    def close(self) -> None:
        """Delete the files."""
        self.handover.close()
        self.runtime.cleanup()


def found(paths: Iterable[str], renewed: tuple[str, ...] = ()) -> ChangesFound:
    """So many paths, the first by name; those of them that were applied in another version."""
    listed = tuple(paths)
    return ChangesFound(len(listed), listed[:MOST_FOUND], renewed)

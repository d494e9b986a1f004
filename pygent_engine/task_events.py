"""What is reported of a delegated task, always under the task's own id. A part of the vocabulary, whose door is `events`."""

from __future__ import annotations

from .frozen import frozen
from .task_values import ApplyReport, FileChange, TaskState
from .values import UNLIMITED, Limits, Mode, Persona, Usage

__all__ = [
    "ChangesApplied",
    "ChangesCompared",
    "ChangesFound",
    "ChangesListed",
    "ChangesTakenBack",
    "FileCollected",
    "TaskCreated",
    "TaskEnded",
    "TaskLimited",
    "TaskPausing",
    "TaskRemoved",
    "TaskRetried",
    "TaskStateChanged",
]


@frozen
class TaskCreated:
    """A task was accepted; it is queued until its first TaskStateChanged. The fields are those of TaskView."""

    title: str
    prompt: str
    persona: Persona | None
    model: str
    parent_id: str
    mode: Mode
    files: tuple[str, ...] = ()
    limits: Limits = UNLIMITED
    network: bool = False
    group: str = ""


@frozen
class TaskStateChanged:
    """A task moved to another state that is not final. `reason` says why it is paused, `resumes_at` (Unix seconds) when it goes
    on by itself; `workspace` is its folder, once it has one."""

    state: TaskState
    container: str | None = None
    reason: str = ""
    resumes_at: float | None = None
    workspace: str = ""


@frozen
class TaskPausing:
    """A running task was asked to pause: it does before its next step, unless `on` says that it was told to go on first."""

    on: bool = True


@frozen
class TaskLimited:
    """What the task may spend was changed."""

    limits: Limits


@frozen
class TaskEnded:
    """A task is over; no event of its agent follows, unless it is retried. `error` is empty when it finished."""

    state: TaskState
    status: str
    error: str
    steps: int
    usage: Usage


@frozen
class TaskRetried:
    """A task that was over is queued again. `clean`: in a new workspace and without its history."""

    prompt: str
    persona: Persona | None
    model: str
    limits: Limits
    clean: bool = False


@frozen
class TaskRemoved:
    """A task that was over was forgotten, and its files were deleted. The last event of a task."""


@frozen
class ChangesFound:
    """The paths that differ now from what the task began with: `count` of them, the first ones by name. `renewed`: those that were
    applied and are another version now."""

    count: int
    paths: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()


@frozen
class ChangesListed:
    """The answer to a DiffTask."""

    changes: tuple[FileChange, ...]


@frozen
class ChangesCompared:
    """The answer to a CompareTasks: from what the task made to what the task `other` made, of every path that either of them changed.
    "added" is what only the other has, "deleted" what it has not; what .gitignore names is left out."""

    other: str
    changes: tuple[FileChange, ...]


@frozen
class ChangesApplied:
    """The answer to an ApplyTask, or what a tool applied."""

    report: ApplyReport


@frozen
class ChangesTakenBack:
    """The answer to an UnapplyTask. `earlier`: of what was taken back, the paths of which an earlier version was applied, and stays."""

    report: ApplyReport
    earlier: tuple[str, ...] = ()


@frozen
class FileCollected:
    """A file or folder of the task's was copied to the parent's workspace: from `path` to `to`, both relative, "." for all of it."""

    path: str
    to: str


TaskEvent = (
    TaskCreated
    | TaskStateChanged
    | TaskPausing
    | TaskLimited
    | TaskEnded
    | TaskRetried
    | TaskRemoved
    | ChangesFound
    | ChangesListed
    | ChangesCompared
    | FileCollected
    | ChangesApplied
    | ChangesTakenBack
)

"""The frozen values of delegated tasks: their states and which may follow which, a task as it stands, what it changed."""

from __future__ import annotations

from enum import StrEnum

from .frozen import frozen
from .values import ROOT_TASK, UNLIMITED, ChangeKind, FileDiff, Limits, Mode, Persona, Usage


class TaskState(StrEnum):
    """The states of a delegated task; `ended` ones are final, but for a retry."""

    queued = "queued"
    starting = "starting"
    running = "running"
    waiting = "waiting"
    paused = "paused"
    finished = "finished"
    failed = "failed"
    cancelled = "cancelled"
    timed_out = "timed_out"
    lost = "lost"

    @property
    def ended(self) -> bool:
        """Whether the task is over."""
        return self in _ENDED


_ENDED = frozenset({TaskState.finished, TaskState.failed, TaskState.cancelled, TaskState.timed_out, TaskState.lost})

NEXT_STATES: dict[TaskState, frozenset[TaskState]] = {
    TaskState.queued: _ENDED | {TaskState.starting, TaskState.running},
    TaskState.starting: _ENDED | {TaskState.running},
    TaskState.running: _ENDED | {TaskState.waiting, TaskState.paused},
    TaskState.waiting: _ENDED | {TaskState.running},
    TaskState.paused: _ENDED | {TaskState.queued, TaskState.running},
} | {state: frozenset({TaskState.queued}) for state in _ENDED}
"""Which states may follow a state. A resumed task waits for its slot as `queued`; an ended one is queued again by a retry alone."""


@frozen
class TaskView:
    """A task as it stands: a snapshot, folded from its events. Times are Unix seconds (UTC), None when not yet."""

    id: str
    title: str
    state: TaskState
    status: str
    """The state in words: "queued", "paused: why", "failed: why", "timeout after 5s" ..."""
    prompt: str
    persona: Persona | None
    model: str
    steps: int
    usage: Usage
    last_action: str
    created_at: float
    started_at: float | None
    ended_at: float | None
    error: str
    mode: Mode
    container: str | None
    parent_id: str = ROOT_TASK
    files: tuple[str, ...] = ()
    """The paths of the parent's workspace that it was given."""
    limits: Limits = UNLIMITED
    network: bool = False
    """Whether its container has the network throughout; the network of single calls is asked for."""
    group: str = ""
    """What the copies of one prompt have in common."""
    attempt: int = 1
    workspace: str = ""
    """Its folder on this machine, "" before there is one."""
    recent: tuple[str, ...] = ()
    """Its last three actions, oldest first."""
    asks: tuple[str, ...] = ()
    """The ids of its calls that wait for the user."""
    answer: str = ""
    """The last words of its model, the beginning of them when they are many."""
    active_at: float = 0.0
    """Its last sign of life: a word of the model, output, a step, a change of its state."""
    pausing: bool = False
    """It will pause before its next step."""
    resumes_at: float | None = None
    """When a task that a passing fault has paused goes on by itself."""
    changes: int = 0
    """How many paths differ from what it began with, as far as was looked."""
    changed: tuple[str, ...] = ()
    """These paths, the first of them when they are many."""
    applied: tuple[str, ...] = ()
    """The paths whose changes were applied to the parent's workspace and not taken back."""
    renewed: tuple[str, ...] = ()
    """Of these, what the task changed once more since."""
    collected: tuple[str, ...] = ()
    """The changed paths that were copied to the parent's workspace since the task ended."""

    @property
    def stands(self) -> str:
        """What it waits for, when it goes on only after somebody did something; "" otherwise."""
        return self.state.value if self.state in (TaskState.waiting, TaskState.paused) else ""


@frozen
class FileChange:
    """One path that a task changed, relative and POSIX.

    What .gitignore names is `ignored`, and collapsed: a folder of such files is one change whose path ends in a slash, with
    `files` of them in it; it is applied only when it is named. A mode or the target of a link that changed is "modified".
    """

    path: str
    kind: ChangeKind
    ignored: bool = False
    files: int = 1
    diff: FileDiff | None = None
    """How, where it is text and was asked for."""
    also: tuple[str, ...] = ()
    """The ids of other tasks that changed it too."""
    note: str = ""
    """What it is, or became, where that is more than text: "a link", "may be run now" ..."""


@frozen
class ApplyReport:
    """What came of taking changes over, or back: all of `applied`, or nothing when there are `conflicts`."""

    applied: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    clashes: tuple[FileDiff, ...] = ()
    """For each conflict what both sides made of it, as a diff from the parent's file to one with conflict marks, where it is text."""
    unchanged: tuple[str, ...] = ()
    """Of what was `applied` the paths of which the parent's workspace had everything already."""

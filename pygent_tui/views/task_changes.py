"""Folds what each delegated task was found to have changed, and what came of applying it. Pure; only the last of each task is kept."""

from __future__ import annotations

from dataclasses import field, replace

from pygent_engine.events import (
    ChangesApplied,
    ChangesCompared,
    ChangesListed,
    ChangesTakenBack,
    Envelope,
    TaskRemoved,
    TaskRetried,
    Warned,
)
from pygent_engine.frozen import frozen
from pygent_engine.task_values import ApplyReport, FileChange
from pygent_engine.values import ROOT_TASK

_TOLD = frozenset({ChangesListed, ChangesCompared, ChangesApplied, ChangesTakenBack, Warned, TaskRetried, TaskRemoved})


@frozen
class TaskChanges:
    """What is known of one task. `listed`, `compared`, `applied`, `returned` and `warned` are the numbers of the envelopes that said so,
    0 for none: an answer is what has a greater one than there was when it was asked for."""

    changes: tuple[FileChange, ...] = ()
    listed: int = 0
    report: ApplyReport = field(default_factory=ApplyReport)
    """What came of the last attempt to apply changes."""
    applied: int = 0
    back: ApplyReport = field(default_factory=ApplyReport)
    """What came of the last attempt to take them back."""
    returned: int = 0
    warning: str = ""
    warned: int = 0
    other: str = ""
    """The task that its result was compared with last."""
    apart: tuple[FileChange, ...] = ()
    """From what it made to what that one made."""
    compared: int = 0


UNKNOWN = TaskChanges()


@frozen
class Work:
    """What is known of all tasks, by their ids."""

    tasks: dict[str, TaskChanges] = field(default_factory=dict)

    def of(self, task_id: str) -> TaskChanges:
        return self.tasks.get(task_id, UNKNOWN)


EMPTY = Work()


def fold(state: Work, envelope: Envelope) -> Work:
    """`state` after `envelope`; the same object when nothing changed."""
    if type(envelope.event) not in _TOLD or envelope.task_id == ROOT_TASK:
        return state
    before = state.of(envelope.task_id)
    after = _told(before, envelope)
    if after is before:
        return state
    tasks = {task_id: known for task_id, known in state.tasks.items() if task_id != envelope.task_id}
    return Work(tasks if after is UNKNOWN else {**tasks, envelope.task_id: after})


def _told(known: TaskChanges, envelope: Envelope) -> TaskChanges:
    match envelope.event:
        case ChangesListed(changes):
            return replace(known, changes=changes, listed=envelope.seq)
        case ChangesCompared(other, changes):
            return replace(known, other=other, apart=changes, compared=envelope.seq)
        case ChangesApplied(report):
            return replace(known, report=report, applied=envelope.seq)
        case ChangesTakenBack(report):
            return replace(known, back=report, returned=envelope.seq)
        case Warned(text):
            return replace(known, warning=text, warned=envelope.seq)
        case TaskRemoved() | TaskRetried(clean=True):
            return UNKNOWN
        case _:
            return known

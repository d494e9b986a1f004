"""Folds what tools changed in the workspace, change by change. Pure. What commands changed is known to nobody here."""

from __future__ import annotations

from dataclasses import dataclass

from pygent_engine.events import Envelope, FilesChanged
from pygent_engine.values import ROOT_TASK, FileDiff

MOST = 2_000


@dataclass(frozen=True, slots=True)
class Change:
    """One file that a tool of the task `task_id` wrote at `at` (Unix seconds)."""

    task_id: str
    at: float
    diff: FileDiff


@dataclass(frozen=True, slots=True)
class Changes:
    """The last changes, oldest first; `dropped` before them are no longer kept."""

    changes: tuple[Change, ...] = ()
    dropped: int = 0


EMPTY = Changes()


def fold(state: Changes, envelope: Envelope) -> Changes:
    """`state` after `envelope`; the same object when nothing changed."""
    match envelope.event:
        case FilesChanged(paths, diffs):
            known = {diff.path for diff in diffs}
            told = (*diffs, *(FileDiff(path, "modified") for path in paths if path not in known))
            changes = (*state.changes, *(Change(envelope.task_id, envelope.at, diff) for diff in told))
            kept = changes[-MOST:]
            return Changes(kept, state.dropped + len(changes) - len(kept))
    return state


def by_file(state: Changes) -> dict[str, tuple[Change, ...]]:
    """The changes of each file, the file that was first changed first."""
    files: dict[str, list[Change]] = {}
    for change in state.changes:
        files.setdefault(change.diff.path, []).append(change)
    return {path: tuple(changes) for path, changes in files.items()}


def patch(state: Changes) -> str:
    """All of it as text: one unified diff after the other, grouped by file."""
    return "".join(_file(path, changes) for path, changes in by_file(state).items())


def _file(path: str, changes: tuple[Change, ...]) -> str:
    old = "/dev/null" if changes[0].diff.kind == "added" else f"a/{path}"
    return f"--- {old}\n+++ b/{path}\n" + "".join(_hunks(change) for change in changes)


def _hunks(change: Change) -> str:
    by = "" if change.task_id == ROOT_TASK else f" by {change.task_id}"
    text = change.diff.text or f"# changed{by}; the text is not known\n"
    return text if text.endswith("\n") else f"{text}\n"

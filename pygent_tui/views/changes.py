"""Folds what tools changed in the workspace, change by change. Pure. What commands changed is known to nobody here."""

from __future__ import annotations

from itertools import chain

from pygent_engine.events import Envelope, FilesChanged
from pygent_engine.frozen import frozen
from pygent_engine.values import ROOT_TASK, FileDiff

from .diffs import patch
from .entries import Call, Notice
from .entry_list import EntryList
from .talk import Transcript

MOST = 2_000
NOT_LISTED = "Changes that commands made are not listed; with git in the workspace !git diff shows them."
NOTHING = f"No tool has changed a file in this session. {NOT_LISTED}"


@frozen
class Change:
    """One file that a tool of the task `task_id` wrote at `at` (Unix seconds)."""

    task_id: str
    at: float
    diff: FileDiff


@frozen
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


def patches(state: Changes) -> str:
    """All of it as text: one patch after the other, grouped by file."""
    made = (change.diff for changes in by_file(state).values() for change in changes)
    return "".join(patch(diff) for diff in made if diff.text)


def told(state: Changes) -> Transcript:
    """The changes as a conversation tells them, grouped by file: each a card that folds, can be searched and copied."""
    dropped = [Notice("warning", f"The first {state.dropped:,} changes are no longer kept.")] if state.dropped else []
    cards = [_card(number, change) for number, change in enumerate(chain.from_iterable(by_file(state).values()), 1)]
    return Transcript(entries=EntryList([Notice("info", NOT_LISTED if cards else NOTHING), *dropped, *cards]))


def _card(number: int, change: Change) -> Call:
    by = "" if change.task_id == ROOT_TASK else f" by {change.task_id}"
    return Call(f"change-{number}", f"{change.diff.kind}{by}", change.diff.path, status="ok", diffs=(change.diff,))

"""Takes back what is noted in a journal: after a failure, and for a program that was gone in the middle.

A path that is neither as it was nor as it was to be has been changed by somebody since, and is left alone.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from ..errors import PygentError
from ..frozen import frozen
from ..runtime.files.exact import Exact
from ..untrusted import clean_line, clean_path, clean_text
from .journal import Damaged, Journal, Note, Noted, Unknown, Was, journals_in
from .merging import Version, checked
from .noting import is_same_content
from .reading import read_version

_NAMED = 20
_LONGEST_ID = 80
_FAULTS = (OSError, PygentError, ValueError, OverflowError)  # the latter two of a note that was edited


@frozen
class Outcome:
    """The paths that were changed since, and those that the system did not let be put back, each with its reason."""

    changed: tuple[str, ...]
    stuck: Mapping[str, str]


def mend(folder: Path, root: Path) -> list[str]:
    """Take back what programs that are gone left half written in the workspace `root`, by their journals in `folder`; a sentence
    for each. What a living one writes is its own."""
    ours = Journal.of(folder, root)
    try:
        found = journals_in(folder)
        for journal in found:
            if journal != ours:
                _forget_if_over(journal)
        return [sentence] if ours in found and (sentence := _mended(ours, root)) else []
    except Unknown as error:
        return [f"{error} Start that version here, or, to leave the files as they are, remove {clean_path(str(ours.folder))}."]
    except _FAULTS as error:
        return [f"Whether an apply was cut off here cannot be told: {clean_text(str(error))}."]


def _forget_if_over(journal: Journal) -> None:
    """Forget what has nothing to take back, or whose workspace is gone. Who has something to take back finds it free at any moment."""
    with contextlib.suppress(*_FAULTS):  # whatever it is, it is not ours
        if _is_over(journal):
            with journal.held(wait=False) as is_mine:
                if is_mine and _is_over(journal):
                    journal.clear()


def _is_over(journal: Journal) -> bool:
    note = journal.read()
    return note is None or _is_gone(Path(note.root))


def _mended(journal: Journal, root: Path) -> str:
    with journal.held(wait=False) as is_mine:
        if not is_mine:
            return ""
        try:
            note = journal.read()
        except Damaged:
            journal.clear()
            return "An apply was cut off here, and what is noted of it cannot be read; look at what it left."
        if note is None:
            journal.clear()
            return ""
        return _told(journal, note, Exact(root))


def _told(journal: Journal, note: Note, exact: Exact) -> str:
    outcome = take_back(exact, journal, note)
    task = clean_line(note.task_id, _LONGEST_ID) or "a task"
    what = f"Pygent ended in the middle of {'applying' if note.deed == 'apply' else 'taking back'} what {task} changed"
    if outcome.stuck:
        why = listed([clean_text(reason).removesuffix(".") for reason in outcome.stuck.values()], "; ")
        return (
            f"{what}, and that cannot be undone yet: {why}. It is tried again at the next start; "
            f"to leave the files as they are, remove {clean_path(str(journal.folder))}."
        )
    journal.clear()
    now = "nothing of it is in this folder" if note.deed == "apply" else "all of it is in this folder still"
    left = f" Changed since, and left alone: {listed([*map(clean_path, outcome.changed)])}." if outcome.changed else ""
    return f"{what}; that was undone, and {now}.{left}"


def listed(names: Sequence[str], between: str = ", ") -> str:
    """So many of them as can be read, and how many more there are."""
    more = len(names) - _NAMED
    return between.join(names[:_NAMED]) + (f"{between}and {more:,} more" if more > 0 else "")


def take_back(exact: Exact, journal: Journal, note: Note) -> Outcome:
    """Put everything as it was: what was written goes first, then what was removed comes back."""
    changed: list[str] = []
    stuck: dict[str, str] = {}

    def undo(steps: Iterable[Noted]) -> None:
        for step in steps:
            try:
                if not _undo(exact, journal, step):
                    changed.append(step.path)
            except _FAULTS as error:
                stuck[step.path] = str(error)

    for step in note.steps:
        exact.discard(step.staged)
    undo(step for step in reversed(note.steps) if step.after is not None)
    remove_folders(exact, note.made)
    undo(step for step in reversed(note.steps) if step.after is None)
    for folder in note.emptied:
        with contextlib.suppress(PygentError):
            exact.make_folders(folder)
    exact.settle([step.path for step in note.steps])
    return Outcome(tuple(changed), stuck)


def _undo(exact: Exact, journal: Journal, step: Noted) -> bool:
    """Have the path be as it was; False when somebody else changed it."""
    before, path = step.before, step.path
    now = read_version(exact, path)
    if now == _version(before):
        return True
    if now != _version(step.after) or (now is None and _is_taken(exact, path)):
        return False
    if before is None:
        exact.remove(path)
    elif is_same_content(before, step.after):
        exact.set_mode(path, before.mode)
    else:
        exact.make_folders(path.rpartition("/")[0])
        _stage(exact, journal, step, before)
        exact.place(step.staged, path)
    return True


def _stage(exact: Exact, journal: Journal, step: Noted, before: Was) -> None:
    kept = Version(before.kind, before.size, before.oid, pieces=lambda: journal.kept(before))
    pieces = checked(kept, f"{step.path}: what was kept of it is damaged.")
    if before.kind == "link":
        exact.stage_link(step.staged, step.path, os.fsdecode(b"".join(pieces)))
    else:
        exact.stage(step.staged, step.path, pieces, before.kind == "exec", before.mode)


def _version(was: Was | None) -> Version | None:
    return None if was is None else Version(was.kind, was.size, was.oid)


def _is_taken(exact: Exact, path: str) -> bool:
    """Whether something that is no content of ours is at `path`, or where a folder on the way to it would have to be."""
    above = (exact.sight(str(folder)) for folder in PurePosixPath(path).parents if str(folder) != ".")
    return exact.sight(path) is not None or any(seen is not None and not stat.S_ISDIR(seen.st_mode) for seen in above)


def remove_folders(exact: Exact, folders: Sequence[str]) -> None:
    """Remove those that are empty, the innermost first."""
    for folder in sorted(folders, reverse=True):
        exact.remove_folder(folder)


def _is_gone(root: Path) -> bool:
    """Whether the folder was deleted. With what it is in, it may only not be there now, as a disk that is away."""
    return root.parent.is_dir() and not os.path.lexists(root)

"""What is noted of steps before the first of them is taken."""

from __future__ import annotations

import secrets
import stat
from collections.abc import Sequence
from pathlib import PurePosixPath

from ..frozen import frozen
from ..runtime.files.exact import Exact
from .journal import Deed, Note, Noted, Was
from .merging import Version


@frozen
class Step:
    """What is at a path, and what is to be there; None for nothing."""

    path: str
    before: Version | None
    after: Version | None


def noted(exact: Exact, steps: Sequence[Step], deed: Deed, task_id: str) -> Note:
    """The steps, in that order, with where each version lies until it is put in place: in a folder of the same disk."""
    token = secrets.token_hex(8)
    begins = 0
    found: list[Noted] = []
    made: dict[str, None] = {}
    emptied: list[str] = []
    for number, step in enumerate(steps):
        ground = _ground(exact, step.path)
        before = None
        if step.before is not None:
            keeps = not is_same_content(step.before, step.after)
            before = _was(step.before, begins if keeps else -1)
            begins += step.before.size if keeps else 0
        if step.after is not None:
            made |= dict.fromkeys(_missing(step.path, ground))
            if _is_empty_folder(exact, step.path):
                emptied.append(step.path)
        after = None if step.after is None else _was(step.after)
        found.append(Noted(step.path, before, after, f"{ground}.pygent-{token}-{number}"))
    return Note(str(exact.root), deed, task_id, tuple(found), tuple(made), tuple(emptied))


def is_same_content(before: Version | Was | None, after: Version | Was | None) -> bool:
    """Whether both are files that differ in their mode alone."""
    return before is not None and after is not None and "link" not in (before.kind, after.kind) and before.oid == after.oid


def _was(version: Version, begins: int = -1) -> Was:
    mode = stat.S_IMODE(version.stamp[2]) if version.stamp else 0
    return Was(version.kind, version.size, version.oid, mode, begins)


def _ground(exact: Exact, path: str) -> str:
    """The innermost folder on the way to `path` that is one now, ending in a slash; "" for the workspace itself."""
    for folder in map(str, PurePosixPath(path).parents):
        if folder != "." and exact.is_folder(folder):
            return f"{folder}/"
    return ""


def _missing(path: str, ground: str) -> list[str]:
    """The folders from `ground` to `path`, the outermost first."""
    between = path[len(ground) :].split("/")[:-1]
    return [ground + "/".join(between[:depth]) for depth in range(1, len(between) + 1)]


def _is_empty_folder(exact: Exact, path: str) -> bool:
    if not exact.is_folder(path):
        return False
    with exact.scan(path) as entries:
        return next(iter(entries), None) is None

"""Works out what a folder becomes when another side's versions of some paths join it. Nothing is written."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import PurePosixPath

from ..frozen import frozen
from ..runtime.files.exact import Exact
from .merging import Merge, Version, three_way
from .noting import Step
from .reading import read_version
from .store import Store
from .tree import beneath


@frozen
class Change:
    """What the other side made of a path: from `base` to `theirs`; `also` is another base that serves when ours is still it."""

    base: Version | None
    theirs: Version | None
    also: Version | None = None


@frozen
class Joined:
    """The steps that lead there, of those paths that change, and for each path that clashes what is there and what became of it."""

    steps: tuple[Step, ...]
    clashes: Mapping[str, tuple[Version | None, Merge]]


def joined(exact: Exact, changes: Mapping[str, Change], store: Store) -> Joined:
    """Three-way merges of all `changes` with what the folder holds now. Raises PygentError when something cannot be read."""
    ours = {path: read_version(exact, path) for path in changes}
    merges = {path: _merge(ours[path], change, store) for path, change in changes.items()}
    clashes = {path: (ours[path], merge) for path, merge in merges.items() if merge.clash}
    steps = tuple(
        Step(path, ours[path], merge.version) for path, merge in merges.items() if not merge.clash and merge.version != ours[path]
    )
    going = {step.path for step in steps if step.after is None}
    for step in steps:
        if step.after is not None and _is_in_the_way(exact, step.path, going):
            clashes[step.path] = (None, Merge(clash=True))
    return Joined(steps, clashes)


def _merge(ours: Version | None, change: Change, store: Store) -> Merge:
    if ours == change.also:
        return Merge(change.theirs)
    return three_way(change.base, ours, change.theirs, store)


def _is_in_the_way(exact: Exact, path: str, going: set[str]) -> bool:
    """Whether something that stays is where a folder on the way to `path` would have to be, or a folder or pipe at `path` itself."""
    for folder in map(str, PurePosixPath(path).parents):
        seen = exact.sight(folder) if folder != "." else None
        if seen is not None and not stat.S_ISDIR(seen.st_mode) and folder not in going:
            return True
    seen = exact.sight(path)
    if seen is None or stat.S_ISREG(seen.st_mode) or stat.S_ISLNK(seen.st_mode):
        return False
    return not stat.S_ISDIR(seen.st_mode) or any(inner not in going for inner in beneath(exact.root, f"{path}/"))

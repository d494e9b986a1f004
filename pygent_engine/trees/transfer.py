"""Writes versions into a folder: all of them, or none when one cannot be written."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..errors import PygentError, WorkspaceError
from ..runtime.files.exact import Exact, pieces_of
from .merging import Version, checked, content_of
from .store import HUGE, LARGE, Store, blob_id, blob_id_of
from .tree import kind_of, stamp_of

_SMALL = 1 << 16
"""Bytes. What is larger is not held in memory, but read again when it is needed."""
_GROUP = 16 << 20


@dataclass(frozen=True, slots=True)
class Step:
    """What is at a path, and what is to be there; None for nothing."""

    path: str
    before: Version | None
    after: Version | None


@dataclass(frozen=True, slots=True)
class Written:
    """The steps that were done, in order, and the folders that were made for them."""

    steps: tuple[Step, ...]
    folders: tuple[str, ...]


def read_version(exact: Exact, path: str) -> Version | None:
    """What is at `path` now; None for nothing, or what is no content (a folder, a pipe). Raises WorkspaceError when it cannot be read."""
    seen = exact.sight(path)
    if seen is None or not (stat.S_ISREG(seen.st_mode) or stat.S_ISLNK(seen.st_mode)):
        return None
    if stat.S_ISLNK(seen.st_mode):
        target = os.fsencode(exact.target(path))
        return Version("link", len(target), blob_id(target), target, stamp=stamp_of(seen))
    if seen.st_size > HUGE:
        raise WorkspaceError(f"{path} is {seen.st_size:,} bytes, too many to be carried over; choose other paths, or copy it by hand.")
    with exact.open(path) as file:
        seen = os.fstat(file.fileno())
        if seen.st_size <= _SMALL:
            content = b"".join(pieces_of(file))
            return Version(kind_of(seen), len(content), blob_id(content), content, stamp=stamp_of(seen))
        try:
            oid = blob_id_of(pieces_of(file), seen.st_size)
        except ValueError:
            raise WorkspaceError(f"{path} changes while it is read; try again when nothing writes to it.") from None
    return Version(kind_of(seen), seen.st_size, oid, pieces=lambda: _pieces(exact, path), stamp=stamp_of(seen))


def keep(version: Version | None, store: Store) -> Version | None:
    """The same version, with content that outlives the file: that of a LARGE one is kept now, other was put already."""
    if version is None:
        return None
    if version.size > LARGE:
        store.put_large(version.oid, checked(version))
        return replace(version, pieces=lambda: _stored(version.oid, store))
    return replace(version, content=None, pieces=None)


def write_all(exact: Exact, steps: Sequence[Step], store: Store, may_go: Callable[[str], bool]) -> Written:
    """Take all the steps, removals first. A folder that a removal leaves empty goes too, where it `may_go`.

    Raises PygentError when one cannot be taken; those taken before it are taken back then.
    """
    ordered = sorted(steps, key=lambda step: (step.after is not None, step.path))
    done: list[Step] = []
    folders: list[str] = []
    try:
        for step in _loaded(ordered, store):
            now = exact.sight(step.path)
            if (step.before.stamp if step.before else ()) != (stamp_of(now) if now and not stat.S_ISDIR(now.st_mode) else ()):
                raise WorkspaceError(f"{step.path!r} was changed at this very moment; nothing was done, try again.")
            done.append(step)
            _take(exact, step, store, folders, may_go)
    except BaseException as error:
        if stuck := take_back(exact, Written(tuple(done), tuple(folders)), store):
            raise PygentError(f"{error} What was in its place before could not be put back: {', '.join(stuck)}.") from error
        raise
    return Written(tuple(done), tuple(folders))


def take_back(exact: Exact, written: Written, store: Store) -> list[str]:
    """Put back what was before, and remove the folders that were made; the paths where the system did not let it."""
    stuck = [step.path for step in reversed(written.steps)]
    with contextlib.suppress(PygentError):  # the store is gone: what it held stays as it is
        for step in _loaded([Step(step.path, step.after, step.before) for step in reversed(written.steps)], store):
            with contextlib.suppress(PygentError):
                if read_version(exact, step.path) != step.after:
                    _take(exact, step, store, [], written.folders.__contains__)
                stuck.remove(step.path)
    remove_folders(exact, written.folders)
    return stuck


def _loaded(steps: Sequence[Step], store: Store) -> Iterator[Step]:
    """The same steps, with the content from the store that they put there; fetched for many at once, but never too much."""
    group: list[Step] = []
    size = 0
    for step in steps:
        group.append(step)
        size += step.after.size if step.after is not None and _is_stored(step.after) else 0
        if size > _GROUP:
            yield from _fetched(group, store)
            group, size = [], 0
    yield from _fetched(group, store)


def _fetched(steps: Sequence[Step], store: Store) -> Iterator[Step]:
    contents = store.get_all({step.after.oid: step.after.size for step in steps if step.after is not None and _is_stored(step.after)})
    for step in steps:
        if step.after is not None and _is_stored(step.after):
            yield replace(step, after=replace(step.after, content=contents[step.after.oid]))
        else:
            yield step


def _is_stored(version: Version) -> bool:
    return version.content is None and version.pieces is None and version.size <= LARGE


def remove_folders(exact: Exact, folders: Sequence[str]) -> None:
    """Remove those that are empty, the innermost first."""
    for folder in sorted(folders, reverse=True):
        exact.remove_folder(folder)


def _take(exact: Exact, step: Step, store: Store, folders: list[str], may_go: Callable[[str], bool]) -> None:
    path, before, after = step.path, step.before, step.after
    if after is None:
        if exact.sight(path) is not None:
            exact.remove(path)
        _prune(exact, path, may_go)
        return
    folders += exact.make_folders(path.rpartition("/")[0])
    if after.kind == "link":
        exact.link(path, os.fsdecode(content_of(after, store)))
    elif before is not None and before.kind != "link" and before.oid == after.oid and exact.sight(path) is not None:
        exact.set_executable(path, after.kind == "exec")
    else:
        exact.remove_folder(path)  # an empty one would be in the way
        exact.write(path, checked(after) if after.size > LARGE else iter((content_of(after, store),)), after.kind == "exec")


def _prune(exact: Exact, path: str, may_go: Callable[[str], bool]) -> None:
    folder = path.rpartition("/")[0]
    while folder and may_go(folder) and exact.remove_folder(folder):
        folder = folder.rpartition("/")[0]


def _pieces(exact: Exact, path: str) -> Iterator[bytes]:
    with exact.open(path) as file:
        yield from pieces_of(file)


def _stored(oid: str, store: Store) -> Iterator[bytes]:
    with store.open_large(oid) as file:
        yield from pieces_of(file)

"""What a folder holds, path by path, and how that differs from what it held before.

A walk looks at each entry and reads only what may have changed, so that to look again costs little. Names of repositories'
own folders (.git), wherever they are, pipes, sockets and devices are no content.
"""

from __future__ import annotations

import os
import stat
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from ..errors import PygentError, WorkspaceError
from ..frozen import frozen
from ..runtime.files.exact import Exact, pieces_of
from ..values import ChangeKind
from .rules import Rules
from .store import HUGE, LARGE, Store, blob_id, blob_id_of

SECONDS = 60.0
MOST = 500_000
_BREATH = 1_000
_FRESH_NS = 100_000_000
_TRIES = 3

Kind = Literal["file", "exec", "link"]
Stamp = tuple[int, ...]


@frozen
class Entry:
    """A file, one that may be run, or a link. `oid` is the git id of its content, "" where that was not needed, and what nothing
    else has where it is HUGE; while a file has the `stamp` its content is this one, () when that is not certain."""

    kind: Kind
    size: int
    oid: str = ""
    stamp: Stamp = field(default=(), compare=False)


@dataclass(frozen=True)
class Tree:
    """A folder's content. `ignored`: what .gitignore names and the tree before did not have, folders ending in a slash, with how
    many files are in them. `closed`: what cannot be read, folders ending in a slash, and why."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    ignored: Mapping[str, int] = field(default_factory=dict)
    closed: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def folders(self) -> frozenset[str]:
        """Those with content, each ending in a slash."""
        found: set[str] = set()
        for path in self.entries:
            end = path.rfind("/")
            while end >= 0 and path[: end + 1] not in found:
                found.add(path[: end + 1])
                end = path.rfind("/", 0, end)
        return frozenset(found)


EMPTY = Tree()


def snapshot(folder: Path, store: Store | None, *, seconds: float = SECONDS) -> Tree:
    """All that `folder` holds, its content kept in `store` (None: not at all) but for what is LARGE.

    Raises WorkspaceError when the folder is gone, PygentError when it takes longer than `seconds`.
    """
    walk = _Walk(Exact(folder), EMPTY, None, seconds)
    entries: dict[str, Entry] = {}

    def contents() -> Iterator[bytes]:
        for path, seen in walk.entries():
            entry, content = walk.read(path, seen, keep=store is not None)
            if entry is not None:
                entries[path] = entry
            if content is not None:
                yield content

    if store is not None:
        store.put(contents())
    else:
        deque(contents(), maxlen=0)
    return Tree(entries, closed=dict(walk.closed))


def look(folder: Path, before: Tree, rules: Rules | None = None, known: Tree = EMPTY, *, seconds: float = SECONDS) -> Tree:
    """What `folder` holds now, read only where only the content tells whether it is as `before`. What `rules` name and `before`
    did not hold is ignored. `known` is what an earlier look gave. Raises as `snapshot`."""
    walk = _Walk(Exact(folder), before, rules, seconds)
    entries: dict[str, Entry] = {}
    for path, seen in walk.entries():
        was, stamp = before.entries.get(path), stamp_of(seen)
        same = next((entry for entry in (known.entries.get(path), was) if entry is not None and entry.stamp == stamp), None)
        if same is not None:
            entries[path] = same
        elif was is None or was.size != seen.st_size:
            entries[path] = Entry(kind_of(seen), seen.st_size)
        elif (entry := walk.read(path, seen, keep=False)[0]) is not None:
            entries[path] = entry
    return Tree(entries, walk.ignored, walk.closed)


def changes(before: Tree, after: Tree) -> dict[str, ChangeKind]:
    """The paths that differ, sorted, without what is ignored; a folder that cannot be read is one, ending in a slash."""
    found: dict[str, ChangeKind] = {}
    for path, entry in after.entries.items():
        was = before.entries.get(path)
        if was is None:
            found[path] = "added"
        elif was != entry:
            found[path] = "modified"
    for path in after.closed:
        found[path] = "modified" if path in before.entries or path in before.folders else "added"
    shut = tuple(path for path in after.closed if path.endswith("/"))
    for path in before.entries:
        if path not in after.entries and path not in after.closed and not path.startswith(shut):
            found[path] = "deleted"
    return dict(sorted(found.items()))


def beneath(folder: Path, path: str, *, seconds: float = SECONDS) -> list[str]:
    """The paths of all content in the folder `path`, ignored or not."""
    walk = _Walk(Exact(folder), EMPTY, None, seconds)
    return sorted(found for found, _ in walk.entries(path))


class _Walk:
    """One pass over a folder, with a deadline."""

    def __init__(self, exact: Exact, before: Tree, rules: Rules | None, seconds: float) -> None:
        self._exact = exact
        self._before = before
        self._rules = rules
        self._deadline = time.monotonic() + seconds
        self._count = 0
        self.ignored: dict[str, int] = {}
        self.closed: dict[str, str] = {}

    def entries(self, inside: str = "") -> Iterator[tuple[str, os.stat_result]]:
        """The files and links."""
        waiting = [inside]
        while waiting:
            here = waiting.pop()
            for name, seen in self._of(here):
                path = f"{here}{name}"
                if stat.S_ISDIR(seen.st_mode):
                    if self._enters(f"{path}/"):
                        waiting.append(f"{path}/")
                elif stat.S_ISREG(seen.st_mode) or stat.S_ISLNK(seen.st_mode):
                    if path in self._before.entries or not self._is_ignored(path):
                        yield path, seen
                    else:
                        self.ignored[path] = 1

    def read(self, path: str, seen: os.stat_result, *, keep: bool = True) -> tuple[Entry | None, bytes | None]:
        """An entry with the id of its content, and to `keep` the content unless it is LARGE; None for what went meanwhile."""
        for _ in range(_TRIES):
            began = time.time_ns()
            try:
                oid, content = self._content(path, seen, keep)
            except (WorkspaceError, ValueError) as error:
                now = self._exact.sight(path)
                if now is None or not (stat.S_ISREG(now.st_mode) or stat.S_ISLNK(now.st_mode)):
                    return None, None
                if isinstance(error, WorkspaceError) and stamp_of(now) == stamp_of(seen):
                    self.closed[path] = str(error)
                    return None, None
            else:
                now = self._exact.sight(path)
                if now is None:
                    return None, None
                if stamp_of(now) == stamp_of(seen):
                    settled = seen.st_ctime_ns < began - _FRESH_NS  # else it may change yet without another time
                    return Entry(kind_of(seen), seen.st_size, oid, stamp_of(seen) if settled else ()), content
            seen = now
        raise PygentError(f"{path!r} changes while it is read; try again when nothing writes to it.")

    def _content(self, path: str, seen: os.stat_result, keep: bool) -> tuple[str, bytes | None]:
        if stat.S_ISLNK(seen.st_mode):
            target = os.fsencode(self._exact.target(path))
            return blob_id(target), target
        if seen.st_size > HUGE:
            return f"unread{stamp_of(seen)}", None
        with self._exact.open(path) as file:
            if keep and seen.st_size <= LARGE:
                content = b"".join(pieces_of(file))
                return blob_id(content), content
            return blob_id_of((self._on_time(piece) for piece in pieces_of(file)), seen.st_size), None

    def _of(self, here: str) -> list[tuple[str, os.stat_result]]:
        """The entries of a folder, as far as they stay to be seen."""
        found = []
        try:
            with self._exact.scan(here.removesuffix("/")) as entries:
                for entry in entries:
                    self._tick()
                    if entry.name.casefold() == ".git":
                        continue
                    try:
                        found.append((entry.name, entry.stat(follow_symlinks=False)))
                    except FileNotFoundError:
                        continue
        except PermissionError as error:
            if not here:
                raise WorkspaceError(f"The folder {self._exact.root} cannot be read: {error.strerror}.") from error
            self.closed[here] = f"{here}: {error.strerror}."
        except OSError:  # it went, or something else is in its place now
            if not here:
                raise WorkspaceError(f"The folder {self._exact.root} is gone.") from None
        return found

    def _enters(self, folder: str) -> bool:
        if folder in self._before.folders or not self._is_ignored(folder):
            return True
        self.ignored[folder] = sum(1 for _ in self._within(folder))
        return False

    def _within(self, folder: str) -> Iterator[str]:
        waiting = [folder]
        while waiting:
            here = waiting.pop()
            for name, seen in self._of(here):
                if stat.S_ISDIR(seen.st_mode):
                    waiting.append(f"{here}{name}/")
                else:
                    yield name

    def _is_ignored(self, path: str) -> bool:
        return self._rules is not None and self._rules.name(path)

    def _tick(self) -> None:
        self._count += 1
        if self._count > MOST:
            raise PygentError(f"There are more than {MOST:,} files in {self._exact.root}; remove what is not needed.")
        if self._count % _BREATH == 0:
            time.sleep(0)  # let other threads get on; by itself Python changes them only after 5 ms
            self._on_time(b"")

    def _on_time(self, piece: bytes) -> bytes:
        if time.monotonic() > self._deadline:
            raise PygentError(f"Looking through {self._exact.root} takes too long; remove what is not needed.")
        return piece


def stamp_of(seen: os.stat_result) -> Stamp:
    return (seen.st_dev, seen.st_ino, seen.st_mode, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns)


def kind_of(seen: os.stat_result) -> Kind:
    return "link" if stat.S_ISLNK(seen.st_mode) else "exec" if seen.st_mode & stat.S_IXUSR else "file"

"""Reads what is at a path as a version, and keeps it for later."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import replace

from ..errors import WorkspaceError
from ..runtime.files.exact import Exact, pieces_of
from .merging import Version, checked
from .store import HUGE, LARGE, Store, blob_id, blob_id_of
from .tree import kind_of, stamp_of

_SMALL = 1 << 16
"""Bytes. What is larger is not held in memory, but read again when it is needed."""


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


def _pieces(exact: Exact, path: str) -> Iterator[bytes]:
    with exact.open(path) as file:
        yield from pieces_of(file)


def _stored(oid: str, store: Store) -> Iterator[bytes]:
    with store.open_large(oid) as file:
        yield from pieces_of(file)

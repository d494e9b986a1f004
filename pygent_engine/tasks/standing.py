"""How what was applied of a task's work compares with what the task has there now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..errors import WorkspaceError
from ..runtime.files.exact import Exact
from ..trees import Version, read_version, stamp_of

_FRESH_NS = 100_000_000


def kept(version: Version | None, began: int) -> Version | None:
    """The same version without its content; with its stamp only if it was written well before it `began` to be read, for what is
    written at that moment may be written again without another time."""
    if version is None:
        return None
    settled = version.stamp and version.stamp[-1] < began - _FRESH_NS
    return replace(version, content=None, pieces=None, stamp=version.stamp if settled else ())


def changed_since(taken: Mapping[str, Version | None], exact: Exact) -> Iterator[str]:
    """The paths that are another version now than the one that was `taken`; a file is read only when it was written since."""
    for path, version in taken.items():
        seen = exact.sight(path)
        if version is not None and seen is not None and version.stamp == stamp_of(seen):
            continue
        try:
            now = read_version(exact, path)
        except WorkspaceError:  # it cannot be read any more: not what it was
            yield path
        else:
            if now != version:
                yield path

"""What was applied of a task's work and not taken back, and how that compares with what the task has there now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace

from ..errors import WorkspaceError
from ..frozen import frozen
from ..runtime.files.exact import Exact
from ..trees import Version, read_version, stamp_of

_FRESH_NS = 100_000_000


@frozen
class Applied:
    """One apply: by path the names that it was reported by, what was there before and after, and what counted as applied before."""

    labels: Mapping[str, str]
    before: Mapping[str, Version | None]
    after: Mapping[str, Version | None]
    folders: tuple[str, ...]
    taken: Mapping[str, Version | None] = field(default_factory=dict)


class Standing:
    """The applies that stand, the last of which can be taken back. Its owner guards it."""

    def __init__(self) -> None:
        self.taken: dict[str, Version | None] = {}  # by path the task's version that the parent's workspace has in it
        self._applied: list[Applied] = []

    @property
    def last(self) -> Applied | None:
        return self._applied[-1] if self._applied else None

    @property
    def labels(self) -> Mapping[str, str]:
        """The names of all that stands, by path."""
        return {path: label for applied in self._applied for path, label in applied.labels.items()}

    def renewed(self, exact: Exact) -> tuple[str, ...]:
        """The names of what is another version in the task's folder now."""
        labels = self.labels
        return tuple(dict.fromkeys(labels[path] for path in changed_since(self.taken, exact)))

    def add(self, applied: Applied, theirs: Mapping[str, Version | None]) -> None:
        """Keep what takes an apply of the task's versions back. What had been applied as it is now is no part of it."""
        new = {
            path: label
            for path, label in applied.labels.items()
            if path in applied.before or (path, theirs[path]) not in self.taken.items()
        }
        if new:
            earlier = {path: self.taken[path] for path in new if path in self.taken}
            self._applied.append(replace(applied, labels=new, taken=earlier))
            self.taken |= {path: theirs[path] for path in new}

    def drop_last(self) -> None:
        """Forget the last apply, which was taken back; what stood before it stands again."""
        last = self._applied.pop()
        for path in last.labels:
            self.taken.pop(path, None)
        self.taken |= last.taken


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

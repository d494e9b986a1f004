"""Writes versions into a folder: all of them, or none when one cannot be written."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field, replace

from ..errors import PygentError, WorkspaceError
from ..frozen import frozen
from ..runtime.files.exact import Exact
from ..untrusted import clean_path
from ..values import Flag
from .journal import Deed, Journal, Note
from .mending import listed, take_back
from .merging import Version, checked, content_of
from .noting import Step, is_same_content, noted
from .store import LARGE, Store
from .tree import stamp_of

_GROUP = 16 << 20


def write_all(
    exact: Exact,
    steps: Sequence[Step],
    store: Store,
    may_go: Callable[[str], bool],
    journal: Journal,
    *,
    deed: Deed = "apply",
    task_id: str = "",
    stop: Flag | None = None,
) -> tuple[str, ...]:
    """Take all the steps, removals first; which folders were made for them. A folder that a removal leaves empty goes too, where it
    `may_go`. All that is to come lies beside its place before the first step is taken.

    Raises PygentError when one cannot be taken, or `stop` is set meanwhile; those taken before are taken back then. A program that
    is gone in the middle leaves the journal, by which `mend` takes them back.
    """
    if not steps:
        return ()
    ordered = sorted(steps, key=lambda step: (step.after is not None, step.path))
    try:
        with journal.held(stop=stop) as is_mine:
            if not is_mine:
                raise PygentError("Another Pygent writes changes into this folder at this moment; nothing was done, try again.")
            if journal.is_written:
                raise PygentError("An apply that was cut off in this folder is not taken back yet; nothing was done.")
            note = noted(exact, ordered, deed, task_id)
            journal.write(note, _contents(ordered, note, store))
            _take_or_take_back(_Taking(exact, ordered, note, store, may_go, stop), journal)
            return note.made
    except OSError as error:
        raise PygentError(f"What would take this back cannot be kept, so nothing was done: {error}.") from error


def _take_or_take_back(taking: _Taking, journal: Journal) -> None:
    try:
        taking.all()
        journal.clear()
    except BaseException as error:
        outcome = take_back(taking.exact, journal, taking.note)
        if not outcome.stuck:
            journal.clear()
        stuck = [path for path in (*outcome.stuck, *outcome.changed) if path in taking.taken]
        if stuck:
            names = listed([*map(clean_path, stuck)])
            raise PygentError(f"{error} What was in its place before could not be put back: {names}.") from error
        raise


@frozen
class _Taking:
    """The steps on their way into a folder; `taken`: the paths of those that were."""

    exact: Exact
    steps: Sequence[Step]
    note: Note
    store: Store
    may_go: Callable[[str], bool]
    stop: Flag | None
    taken: set[str] = field(default_factory=set)

    def all(self) -> None:
        for step, known in zip(_loaded(self.steps, self.store), self.note.steps, strict=True):
            self._go_on()
            self._stage(step, known.staged)
        self.exact.settle([known.staged for known in self.note.steps])
        for step, known in zip(self.steps, self.note.steps, strict=True):
            self._go_on()
            self._check(step)
            self.taken.add(step.path)
            self._take(step, known.staged)
        self.exact.settle([step.path for step in self.steps])

    def _go_on(self) -> None:
        if self.stop is not None and self.stop.is_set():
            raise PygentError("The session ends; nothing was done.")

    def _stage(self, step: Step, staged: str) -> None:
        if step.after is None or is_same_content(step.before, step.after):
            return
        if step.after.kind == "link":
            self.exact.stage_link(staged, step.path, os.fsdecode(content_of(step.after, self.store)))
        else:
            pieces = checked(step.after) if step.after.size > LARGE else iter((content_of(step.after, self.store),))
            self.exact.stage(staged, step.path, pieces, step.after.kind == "exec")

    def _check(self, step: Step) -> None:
        now = self.exact.sight(step.path)
        if (step.before.stamp if step.before else ()) != (stamp_of(now) if now and not stat.S_ISDIR(now.st_mode) else ()):
            raise WorkspaceError(f"{step.path!r} was changed at this very moment; nothing was done, try again.")

    def _take(self, step: Step, staged: str) -> None:
        path = step.path
        if step.after is None:
            if self.exact.sight(path) is not None:
                self.exact.remove(path)
            _prune(self.exact, path, self.may_go)
        elif is_same_content(step.before, step.after):
            self.exact.set_executable(path, step.after.kind == "exec")
        else:
            self.exact.make_folders(path.rpartition("/")[0])
            self.exact.remove_folder(path)  # an empty one would be in the way
            self.exact.place(staged, path)


def _contents(steps: Sequence[Step], note: Note, store: Store) -> Iterator[bytes]:
    """What is kept of what was, in the order that is noted."""
    for step, known in zip(steps, note.steps, strict=True):
        if step.before is not None and known.before is not None and known.before.begins >= 0:
            if step.before.content is None and step.before.pieces is not None:
                yield from checked(step.before)
            else:
                yield content_of(step.before, store)


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


def _prune(exact: Exact, path: str, may_go: Callable[[str], bool]) -> None:
    folder = path.rpartition("/")[0]
    while folder and may_go(folder) and exact.remove_folder(folder):
        folder = folder.rpartition("/")[0]

"""The hand-over of work: files that a task is given, what it changed by whatever means, and taking that over, or back.

The task's workspace is compared with what it began with; its changes join the parent's workspace as that is now. No process
but git's on content of ours; none at all for a task that was given nothing and made nothing.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import PygentError, WorkspaceError
from ..runtime.files.exact import Exact
from ..runtime.lifeline import lifeline
from ..settings import journals_folder
from ..task_values import ApplyReport, FileChange
from ..trees import (
    EMPTY,
    LARGE,
    Change,
    GitMissing,
    Journal,
    Rules,
    Store,
    Tree,
    Version,
    beneath,
    changes,
    content_of,
    joined,
    keep,
    look,
    read_version,
    remove_folders,
    snapshot,
    write_all,
)
from ..untrusted import clean_path
from .differing import became, between, clash_diff, with_diffs
from .naming import Words
from .standing import Applied, Standing, kept

if TYPE_CHECKING:
    from pathlib import Path

    from ..runtime import Runtime
    from ..trees.journal import Deed
    from ..values import ChangeKind, Flag

_PATIENCE_S = 1.0


def private_store() -> Store:
    """A store whose folder goes with the program, whatever becomes of it."""
    return Store(lambda: lifeline().make_folder("pygent-trees-"), lambda folder: lifeline().remove_folder(folder))


class Handover:
    """The work of one task. Methods may be called from any thread; they read and write files and run git, so they take time.

    Raises PygentError when a workspace is gone or something in it cannot be read, GitMissing when git is needed and not there.
    """

    def __init__(self, store: Store, task_rt: Runtime, parent_rt: Runtime, files: Iterable[str] = (), journals: Path | None = None) -> None:
        self._store = store
        store.enter()
        self._task, self._parent = Exact(task_rt.base_dir), Exact(parent_rt.base_dir)
        self._task_rt, self._parent_rt = task_rt, parent_rt
        self._files = tuple(files)
        self._journal = Journal.of(journals or journals_folder(), parent_rt.base_dir)
        self._ends = threading.Event()
        self._guard = threading.RLock()  # of what follows
        self._begun = self._closed = False
        self._before = self._seen = EMPTY
        self._standing = Standing()

    @property
    def parent(self) -> Path:
        """The workspace that takes the work over."""
        return self._parent.root

    # ------------------------------------------------------------ beginning

    def begin(self, cancel: Flag | None = None) -> None:
        """Copy the files into the task's workspace, unless `cancel` is set meanwhile, and keep what it begins with."""
        for path in self._files:
            self._task_rt.take_given(self._parent_rt, path, cancel)
        with self._guard:
            if self._files or _has_content(self._task):
                self._before = self._seen = self._snapshot()
            self._begun = True

    def _snapshot(self) -> Tree:
        try:
            return snapshot(self._task.root, self._store)
        except GitMissing:  # the task can do without; who asks for its changes is told
            return snapshot(self._task.root, None)

    # ------------------------------------------------------------ looking

    def found(self) -> tuple[str, ...]:
        """The paths that changed, without what is ignored; cleaned, as in FileChange.

        A task that ends asks this, and its end waits for no merge: PygentError while one is under way.
        """
        with self._patiently():
            return tuple(map(clean_path, changes(self._before, self._look())))

    def renewed(self) -> tuple[str, ...]:
        """What was applied and is another version here now, by the names under which it was applied. Raises as `found`."""
        with self._patiently():
            return self._standing.renewed(self._task)

    @property
    def standing(self) -> frozenset[str]:
        """The names of all that was applied and not taken back."""
        with self._guard:
            return frozenset(self._standing.labels.values())

    @contextlib.contextmanager
    def _patiently(self) -> Iterator[None]:
        if not self._guard.acquire(timeout=_PATIENCE_S):
            raise PygentError("The changes of this task are being merged; look again when that is done.")
        try:
            yield
        finally:
            self._guard.release()

    def compare(self, other: Handover) -> list[FileChange]:
        """From what this task made to what the other one made, of every path that one of them changed."""
        return between(sorted({*self._changed(), *other._changed()}), self._task, other._task)

    def _changed(self) -> Mapping[str, ChangeKind]:
        with self._guard:
            return changes(self._before, self._look())

    def diff(self, others: Mapping[str, Collection[str]] | None = None) -> list[FileChange]:
        """All that changed. `others`: by the ids of other tasks the paths that they changed."""
        with self._guard:
            after = self._look()
            kinds = changes(self._before, after)
            diffs = with_diffs(kinds, self._before, self._task, self._store)
        sharing = {task_id: frozenset(paths) for task_id, paths in (others or {}).items()}
        found = []
        for path, kind in kinds.items():
            name = clean_path(path)
            also = tuple(task_id for task_id, paths in sharing.items() if name in paths)
            note = became(self._before.entries.get(path), after.entries.get(path))
            found.append(FileChange(name, kind, diff=diffs.get(path), also=also, note=note))
        ignored = sorted(after.ignored.items())
        return found + [FileChange(clean_path(path), "added", ignored=True, files=count) for path, count in ignored]

    def _look(self) -> Tree:
        if not self._begun:  # what has been copied so far is no change
            raise PygentError("The files of this task are still being copied, or could not be; there are no changes to look for.")
        rules = Rules(self._task.root, self._parent.root)
        self._seen = look(self._task.root, self._before, rules, self._seen)
        return self._seen

    # ------------------------------------------------------------ taking over, and back

    def apply(self, paths: Iterable[str] | None = None) -> ApplyReport:
        """Merge what the task made of `paths` into the parent's workspace: all of it, or nothing when something clashes.

        A path is one of the changes, or a folder with changes in it; None: all but what is ignored. Raises PygentError for other paths.
        """
        with self._store.applying, self._guard:
            labels = self._chosen(paths)
            began = time.time_ns()
            theirs = {path: read_version(self._task, path) for path in labels}
            bases = {path: self._base(path) for path in labels}
            wanted = {path: Change(self._standing.taken.get(path, bases[path]), theirs[path], bases[path]) for path in labels}
            folders, report, before, after = self._join("apply", wanted, labels, lambda folder: not self._task.is_folder(folder))
            if folders is not None:
                now = {path: kept(version, began) for path, version in theirs.items()}
                self._standing.add(Applied(labels, before, after, folders), now)
            written = {labels[path] for path in before}
            return replace(report, unchanged=tuple(name for name in report.applied if name not in written))

    def unapply(self) -> ApplyReport:
        """Take the last apply back that was not taken back yet; what was changed there since is kept, or clashes."""
        with self._store.applying, self._guard:
            last = self._standing.last
            if last is None:
                raise PygentError("Nothing of this task was applied that could be taken back.")
            wanted = {path: Change(last.after[path], last.before[path]) for path in last.before}
            folders, report, _, _ = self._join("unapply", wanted, last.labels, frozenset(last.folders).__contains__)
            if folders is not None:
                remove_folders(self._parent, last.folders)
                self._standing.drop_last()
            return report

    def close(self) -> None:
        """Forget what is held; the store is its maker's to close. What is being taken over goes on for a moment, and is taken back then."""
        self._ends.set()
        is_still = self._guard.acquire(timeout=_PATIENCE_S)
        try:
            if is_still:
                self._standing = Standing()
            if not self._closed:
                self._closed = True
                self._store.leave()
        finally:
            if is_still:
                self._guard.release()

    def _join(
        self, deed: Deed, wanted: Mapping[str, Change], labels: Mapping[str, str], may_go: Callable[[str], bool]
    ) -> tuple[tuple[str, ...] | None, ApplyReport, dict[str, Version | None], dict[str, Version | None]]:
        """Write what `wanted` leads to, and which folders were made for it; nothing, None, when something clashes. A folder that is
        left empty goes where it `may_go`."""
        plan = joined(self._parent, wanted, self._store)
        if plan.clashes:
            diffs = tuple(clash_diff(path, ours, merge, self._store) for path, (ours, merge) in sorted(plan.clashes.items()))
            return None, ApplyReport(conflicts=_labelled(plan.clashes, labels), clashes=diffs), {}, {}
        versions = [version for step in plan.steps for version in (step.before, step.after)]
        self._store.put(self._contents([*versions, *(change.theirs for change in wanted.values())]))
        before = {step.path: keep(step.before, self._store) for step in plan.steps}
        after = {step.path: _light(step.after) for step in plan.steps}
        folders = write_all(
            self._parent,
            plan.steps,
            self._store,
            may_go,
            self._journal,
            deed=deed,
            task_id=self._task_rt.task_id or "",
            stop=self._ends,
        )
        return folders, ApplyReport(applied=_labelled(labels, labels)), before, after

    def _contents(self, versions: Iterable[Version | None]) -> Iterator[bytes]:
        for version in versions:
            if version is not None and version.size <= LARGE and (version.content is not None or version.pieces is not None):
                yield content_of(version, self._store)

    def _base(self, path: str) -> Version | None:
        entry = self._before.entries.get(path)
        return None if entry is None else Version(entry.kind, entry.size, entry.oid)

    def _chosen(self, paths: Iterable[str] | None) -> dict[str, str]:
        """The paths to apply, each with the name under which it is reported."""
        after = self._look()
        kinds = changes(self._before, after)
        words = None if paths is None else Words(paths)
        chosen = {path: clean_path(path) for path in kinds if words is None or words.all or words.name(path)}
        if closed := [after.closed[path] for path in chosen if path in after.closed]:
            raise PygentError(f"What the task made cannot be applied: {clean_path(closed[0])}")
        if words is not None:
            for path in after.ignored:
                chosen |= self._ignored(path, words)
            if unknown := words.unknown(chosen):
                raise PygentError(f"The task did not change {', '.join(map(clean_path, unknown))}; its changes are listed by diff.")
        return chosen

    def _ignored(self, path: str, words: Words) -> dict[str, str]:
        """Those that are wanted of what is ignored at `path`, which may be a folder."""
        whole = words.name(path)
        if not path.endswith("/"):
            return {path: clean_path(path)} if whole else {}
        if not whole and not words.lead_into(path):
            return {}
        inner = beneath(self._task.root, path)
        return {found: clean_path(path if whole else found) for found in inner if whole or words.name(found)}


def _light(version: Version | None) -> Version | None:
    """The same version, whose content is in the store, or is not needed any more."""
    return None if version is None else replace(version, content=None, pieces=None, stamp=())


def _has_content(exact: Exact) -> bool:
    try:
        with exact.scan() as entries:
            return any(True for _ in entries)
    except OSError as error:
        raise WorkspaceError(f"The folder {exact.root} is gone: {error.strerror}.") from error


def _labelled(paths: Iterable[str], labels: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(labels.get(path, clean_path(path)) for path in sorted(paths)))

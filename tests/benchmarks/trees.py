"""Looking through a workspace of 10,000 files for what changed, beside git's own `add -A` and `write-tree` with its index."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from pygent_engine.tasks.handover import private_store
from pygent_engine.trees import changes, look, snapshot

from .figures import Figure, alternating_medians, seconds

_FILES = 10_000
_PER_FOLDER = 100
_SETTLED_S = 0.3  # a file that was written just now is read again, by git as by us


def figures(times: int) -> list[Figure]:
    """Each the median of `times` runs: recording all, looking when nothing changed, and when one file did."""
    with tempfile.TemporaryDirectory(prefix="pygent-bench.") as folder:
        work = Path(folder, "work")
        _fill(work)
        time.sleep(_SETTLED_S)
        ours, theirs = _Ours(work), _Git(work, Path(folder, "git"))
        try:
            first, git_first = alternating_medians([ours.first, theirs.first], max(1, times // 3))
            same, git_same = alternating_medians([ours.same, theirs.same], times)
            one, git_one = alternating_medians([ours.one, theirs.one], times)
        finally:
            ours.close()
    return [
        Figure("recording 10,000 files", first, "ms", "git add -A, write-tree", git_first, 1.5),
        Figure("10,000 files, none changed", same, "ms", "git add -A, write-tree", git_same, 5.0),
        Figure("10,000 files, one changed", one, "ms", "git add -A, write-tree", git_one, 5.0),
    ]


def _fill(work: Path) -> None:
    for number in range(_FILES):
        path = work / f"{number // _PER_FOLDER:03}" / f"{number:05}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"file {number}\n" * 20)


class _Ours:
    def __init__(self, work: Path) -> None:
        self._work, self._store, self._numbers = work, private_store(), count()
        self._tree = snapshot(work, self._store)

    def first(self) -> float:
        store = private_store()
        try:
            return _ms(lambda: snapshot(self._work, store))
        finally:
            store.close()

    def same(self) -> float:
        return _ms(lambda: changes(self._tree, look(self._work, self._tree)))

    def one(self) -> float:
        _change(self._work, next(self._numbers))
        return self.same()

    def close(self) -> None:
        self._store.close()


class _Git:
    def __init__(self, work: Path, folder: Path) -> None:
        self._work, self._folder, self._numbers = work, folder, count(1000)
        self._runs = count()
        self._at = folder

    def first(self) -> float:
        self._at = self._folder / str(next(self._runs))
        subprocess.run(["git", "init", "-q", "--bare", str(self._at)], check=True)
        return self.same()

    def same(self) -> float:
        return _ms(self._record)

    def one(self) -> float:
        _change(self._work, next(self._numbers))
        return self.same()

    def _record(self) -> None:
        environment = os.environ | {"GIT_DIR": str(self._at), "GIT_WORK_TREE": str(self._work)}
        for arguments in (["add", "-A"], ["write-tree"]):
            subprocess.run(["git", *arguments], check=True, env=environment, stdout=subprocess.DEVNULL)


def _change(work: Path, number: int) -> None:
    (work / "050" / "05000.txt").write_text(f"changed {number}\n" * 20)


def _ms(run: Callable[[], object]) -> float:
    return seconds(run) * 1000

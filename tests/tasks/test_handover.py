"""Handing work over: files to a task, and its changes back, all or nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pygent_engine import ApplyReport, FileChange, Runtime
from pygent_engine.tasks.handover import Handover, private_store

Content = dict[str, bytes | str | tuple[str, bytes]]
"""By path: a file's bytes, a link's target, or ("x", bytes) for a file that may be run."""


class Pair:
    """A parent's workspace and a task's, and the work between them."""

    def __init__(self, folder: Path) -> None:
        self.store = private_store()
        self.parent_rt = Runtime(use_docker=False, workspace=_made(folder / "parent"))
        self.task_rt = Runtime(use_docker=False, workspace=_made(folder / "task"))
        self.parent, self.task = self.parent_rt.base_dir, self.task_rt.base_dir

    def handover(self, *files: str) -> Handover:
        handover = Handover(self.store, self.task_rt, self.parent_rt, files)
        handover.begin()
        return handover

    def close(self) -> None:
        for runtime in (self.task_rt, self.parent_rt):
            runtime.cleanup()
        self.store.close()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(tmp_path)
    yield pair
    pair.close()


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def fill(folder: Path, content: Content) -> None:
    for path, what in content.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(what, str):
            place.symlink_to(what)
        else:
            place.write_bytes(what if isinstance(what, bytes) else what[1])
            place.chmod(0o644 if isinstance(what, bytes) else 0o755)


def content(folder: Path) -> Content:
    found: Content = {}
    for place, folders, files in os.walk(folder):
        for path in (Path(place, name) for name in (*folders, *files)):
            name = str(path.relative_to(folder))
            if path.is_symlink():
                found[name] = str(path.readlink())
            elif path.is_file():
                found[name] = ("x", path.read_bytes()) if path.stat().st_mode & 0o100 else path.read_bytes()
    return found


def kinds(changes: list[FileChange]) -> dict[str, str]:
    return {change.path: change.kind for change in changes}


def test_what_both_sides_did_to_other_lines_of_a_text_comes_together_and_apart_again(pair: Pair) -> None:
    fill(pair.parent, {"a.txt": b"1\n2\n3\n4\n5\n6\n7\n", "gone": b"x", "run": b"#!/bin/sh\n", "kept": b"k"})
    handover = pair.handover(".")
    (pair.task / "a.txt").write_bytes(b"one\n2\n3\n4\n5\n6\n7\n")
    (pair.task / "gone").unlink()
    (pair.task / "run").chmod(0o755)
    fill(pair.task, {"new/deep/file": b"n", "link": "a.txt"})
    (pair.parent / "a.txt").write_bytes(b"1\n2\n3\n4\n5\n6\nseven\n")
    before = content(pair.parent)
    assert kinds(handover.diff()) == {"a.txt": "modified", "gone": "deleted", "link": "added", "new/deep/file": "added", "run": "modified"}
    assert handover.apply() == ApplyReport(applied=("a.txt", "gone", "link", "new/deep/file", "run"))
    assert content(pair.parent) == {
        "a.txt": b"one\n2\n3\n4\n5\n6\nseven\n",
        "kept": b"k",
        "link": "a.txt",
        "new/deep/file": b"n",
        "run": ("x", b"#!/bin/sh\n"),
    }
    assert handover.unapply() == ApplyReport(applied=("a.txt", "gone", "link", "new/deep/file", "run"))
    assert content(pair.parent) == before
    assert not (pair.parent / "new").exists()


def test_one_clash_and_nothing_is_applied(pair: Pair) -> None:
    fill(pair.parent, {"a": b"1\n", "b": b"1\n"})
    handover = pair.handover(".")
    fill(pair.task, {"a": b"task\n", "b": b"task\n"})
    fill(pair.parent, {"a": b"mine\n"})
    before = content(pair.parent)
    report = handover.apply()
    assert (report.applied, report.conflicts) == ((), ("a",))
    assert "+<<<<<<<" in report.clashes[0].text
    assert content(pair.parent) == before
    assert handover.apply(["b"]) == ApplyReport(applied=("b",))

"""Handing work over when the workspace is against it: nothing that it names is run, nothing is waited for, no name is too odd."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pygent_engine import ApplyReport, PygentError, WorkspaceError
from pygent_engine.tasks.handover import Handover
from pygent_engine.trees import Store
from tests.support.handing import Pair, content, fill, kinds


def git(folder: Path, *arguments: str) -> None:
    settings = ("-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgSign=false")
    subprocess.run(("git", *settings, "-C", str(folder), *arguments), check=True, capture_output=True, timeout=60)


@contextmanager
def as_somebody() -> Iterator[None]:
    """Without root's leave to read everything."""
    user = os.geteuid()
    os.seteuid(65534 if user == 0 else user)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A program that leaves the file `ran` beside it when it is run."""
    script = tmp_path / "trap.sh"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\ncat\n")
    script.chmod(0o755)
    return script


def test_nothing_that_a_workspace_configures_is_run_or_rewrites_a_byte(
    pair: Pair, trap: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attributes = b"* filter=evil text eol=crlf ident working-tree-encoding=UTF-16 merge=evil diff=evil\n"
    fill(pair.parent, {"a.txt": b"$Id$\r\n1\n", ".gitattributes": attributes})
    home = tmp_path / "home"
    fill(home, {".gitconfig": f'[include]\n path = {pair.task}/more\n[filter "evil"]\n clean = {trap}\n smudge = {trap}\n'.encode()})
    monkeypatch.setenv("HOME", str(home))
    for folder in (pair.parent, pair.task):
        git(folder, "init", "-q")
        for key in (
            "core.fsmonitor",
            "filter.evil.clean",
            "filter.evil.smudge",
            "merge.evil.driver",
            "core.sshCommand",
            "diff.evil.textconv",
        ):
            git(folder, "config", key, str(trap))
        for hook in ("pre-commit", "post-index-change", "post-checkout", "reference-transaction"):
            fill(folder, {f".git/hooks/{hook}": ("x", trap.read_bytes())})
    handover = pair.handover(".")
    fill(pair.task, {"a.txt": b"$Id$\r\n1\n2\n"})
    fill(pair.parent, {"a.txt": b"0\n$Id$\r\n1\n"})
    assert kinds(handover.diff()) == {"a.txt": "modified"}
    assert handover.apply().applied == ("a.txt",)
    assert (pair.parent / "a.txt").read_bytes() == b"0\n$Id$\r\n1\n2\n"
    handover.unapply()
    assert not (tmp_path / "ran").exists()


def test_where_a_merge_runs_makes_no_difference(pair: Pair, trap: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "here"
    here.mkdir()
    git(here, "init", "-q")
    git(here, "config", "merge.conflictStyle", "diff3")
    git(here, "config", "core.fsmonitor", str(trap))
    monkeypatch.chdir(here)
    monkeypatch.setenv("GIT_DIR", str(here / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(pair.parent))
    monkeypatch.setenv("GIT_INDEX_FILE", str(here / "index"))
    fill(pair.parent, {"a": b"1\n"})
    handover = pair.handover("a")
    fill(pair.task, {"a": b"2\n"})
    fill(pair.parent, {"a": b"3\n"})
    assert "|||||||" not in handover.apply().clashes[0].text
    assert not (tmp_path / "ran").exists()
    assert sorted(path.name for path in here.iterdir()) == [".git"]


@pytest.mark.parametrize("commits", [0, 1])
@pytest.mark.parametrize("within_git", [True, False])
def test_a_repository_within_is_its_content(commits: int, within_git: bool, pair: Pair) -> None:
    fill(pair.parent, {"a": b"1\n", "sub/b": b"1\n", "sub/.gitignore": b"*.o\n", "sub/x.o": b"o"})
    if within_git:
        git(pair.parent, "init", "-q")
    git(pair.parent / "sub", "init", "-q")
    for _ in range(commits):
        git(pair.parent / "sub", "add", ".")
        git(pair.parent / "sub", "commit", "-qm", "all")
        if within_git:
            git(pair.parent, "add", ".")
    handover = pair.handover(".")
    assert content(pair.task) == {"a": b"1\n", "sub/b": b"1\n", "sub/.gitignore": b"*.o\n"}
    fill(pair.task, {"sub/b": b"2\n", "sub/y.o": b"o"})
    git(pair.task, "init", "-q", "made")
    fill(pair.task, {"made/c": b"3\n", "made/.git/hooks/pre-commit": ("x", b"#!/bin/sh\n")})
    assert kinds(handover.diff()) == {"made/c": "added", "sub/b": "modified", "sub/y.o": "ignored 1"}
    assert handover.apply() == ApplyReport(applied=("made/c", "sub/b"))
    assert not (pair.parent / "made/.git").exists()


def test_a_repository_of_the_task_never_becomes_one_of_the_parent(pair: Pair) -> None:
    handover = pair.handover()
    fill(pair.task, {".git/hooks/pre-commit": ("x", b"#!/bin/sh\n"), ".GIT/config": b"[core]\n", "in/.git": b"gitdir: /elsewhere\n"})
    assert (handover.found(), handover.diff()) == ((), [])
    with pytest.raises(PygentError, match="did not change"):
        handover.apply([".git/hooks/pre-commit"])
    assert content(pair.parent) == {}


def test_a_link_is_carried_as_a_link_and_never_written_through(pair: Pair, tmp_path: Path) -> None:
    fill(tmp_path / "outside", {"secret": b"s\n"})
    fill(pair.parent, {"a": b"1\n", "folder/b": b"1\n"})
    handover = pair.handover(".")
    (pair.task / "a").unlink()
    fill(pair.task, {"a": str(tmp_path / "outside/secret"), "folder/b": b"2\n"})
    (pair.parent / "folder/b").unlink()
    (pair.parent / "folder").rmdir()
    (pair.parent / "folder").symlink_to(tmp_path / "outside")
    fill(tmp_path / "outside", {"b": b"1\n"})
    diff = next(change.diff for change in handover.diff() if change.path == "a")
    assert diff is not None and "secret" in diff.text and "+s" not in diff.text
    assert handover.apply().conflicts == ("folder/b",)
    assert handover.apply(["a"]).applied == ("a",)
    assert (pair.parent / "a").readlink() == tmp_path / "outside/secret"
    assert content(tmp_path / "outside") == {"secret": b"s\n", "b": b"1\n"}


def test_a_folder_in_whose_place_a_link_is_now_is_not_looked_into(pair: Pair, tmp_path: Path) -> None:
    handover = pair.handover()
    fill(tmp_path / "outside", {"secret": b"s\n"})
    pair.task.rmdir()
    pair.task.symlink_to(tmp_path / "outside")
    with pytest.raises(WorkspaceError, match="is gone"):
        handover.diff()


def test_what_is_neither_file_nor_link_is_not_waited_for(pair: Pair) -> None:
    fill(pair.parent, {"was": b"1\n"})
    handover = pair.handover("was")
    (pair.task / "was").unlink()
    for name in ("was", "pipe", ".gitignore", ".gitattributes"):
        os.mkfifo(pair.task / name)
    with socket.socket(socket.AF_UNIX) as unix:
        here = Path.cwd()
        os.chdir(pair.task)
        try:
            unix.bind("socket")
        finally:
            os.chdir(here)
        fill(pair.task, {"a": b"1\n"})
        began = time.monotonic()
        assert kinds(handover.diff()) == {"a": "added", "was": "deleted"}
        os.mkfifo(pair.parent / "a")
        assert handover.apply().conflicts == ("a",)
        assert time.monotonic() - began < 20


def test_names_that_are_no_text_or_hold_controls_are_shown_clean_and_carried_as_they_are(pair: Pair) -> None:
    handover = pair.handover()
    names = ["new\nline", "esc\x1b[2J", "\udcff\udcfe", "quote\"'\\", " ", "-rf", ":(glob)*", "git~1", "a\u202eb"]
    fill(pair.task, dict.fromkeys(names, b"1\n"))
    shown = [change.path for change in handover.diff()]
    assert all(path.isprintable() for path in shown)
    assert handover.apply(shown) == ApplyReport(applied=tuple(shown))
    assert content(pair.parent) == dict.fromkeys(names, b"1\n")


def test_what_cannot_be_read_is_listed_and_not_taken_for_removed() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # where others may come to, whatever TMPDIR says
        Path(folder).chmod(0o755)
        pair = Pair(Path(folder))
        fill(pair.parent, {"a/b": b"1\n", "c": b"1\n"})
        handover = pair.handover(".")
        (pair.task / "a").chmod(0)
        (pair.task / "c").chmod(0)
        with as_somebody():
            assert handover.found() == ("a/", "c")
            with pytest.raises(PygentError, match="Permission denied"):
                handover.apply()
        (pair.task / "a").chmod(0o700)
        pair.close()


def test_a_huge_file_with_holes_is_carried_and_taken_back_without_filling_them(pair: Pair) -> None:
    fill(pair.parent, {"big": b"1"})
    os.truncate(pair.parent / "big", 20 << 20)
    handover = pair.handover(".")
    os.truncate(pair.task / "big", 100 << 20)
    changes = handover.diff()
    assert kinds(changes) == {"big": "modified"}
    assert changes[0].diff is not None and changes[0].diff.text == ""
    for size, act in ((100 << 20, handover.apply), (20 << 20, handover.unapply)):
        assert act() == ApplyReport(applied=("big",))
        after = (pair.parent / "big").stat()
        assert after.st_size == size
        assert after.st_blocks * 512 < 16 << 20


def test_a_file_that_is_too_large_for_anything_is_listed_unread_and_left_to_the_user(pair: Pair) -> None:
    fill(pair.task, {"huge": b"1", "new": b"1"})
    os.truncate(pair.task / "huge", 1 << 40)
    handover = pair.handover()
    assert handover.found() == ()
    fill(pair.task, {"new": b"2"})
    os.utime(pair.task / "huge")
    assert kinds(handover.diff()) == {"huge": "modified", "new": "modified"}
    with pytest.raises(WorkspaceError, match="choose other paths"):
        handover.apply()
    assert handover.apply(["new"]).conflicts == ("new",)  # it was there before the task, and is not here


class Slow(Store):
    """A store that keeps nothing before it is let go."""

    def __init__(self, folder: Path) -> None:
        super().__init__(lambda: folder, lambda folder: None)
        self.asked, self.let_go = threading.Event(), threading.Event()

    def put(self, contents: Iterable[bytes]) -> None:
        self.asked.set()
        self.let_go.wait(60)
        super().put(contents)


def test_the_end_of_a_task_does_not_wait_for_the_merge_of_its_changes(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "slow").mkdir()
    store = Slow(tmp_path / "slow")
    handover = Handover(store, pair.task_rt, pair.parent_rt, journals=pair.journals)
    handover.begin()
    fill(pair.task, {"a": b"1\n"})
    applying = threading.Thread(target=handover.apply)
    applying.start()
    try:
        assert store.asked.wait(60)
        with pytest.raises(PygentError, match="are being merged"):
            handover.found()
    finally:
        store.let_go.set()
        applying.join()
    assert (handover.found(), content(pair.parent)) == (("a",), {"a": b"1\n"})


def test_a_close_waits_a_moment_for_an_apply_which_is_taken_back_then(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "slow").mkdir()
    store = Slow(tmp_path / "slow")
    handover = Handover(store, pair.task_rt, pair.parent_rt, journals=pair.journals)
    handover.begin()
    fill(pair.task, {"a": b"1\n"})
    said: list[str] = []

    def apply() -> None:
        try:
            handover.apply()
        except PygentError as error:
            said.append(str(error))

    applying = threading.Thread(target=apply)
    applying.start()
    try:
        assert store.asked.wait(60)
        handover.close()
        assert applying.is_alive()
    finally:
        store.let_go.set()
        applying.join(60)
    assert (said, content(pair.parent)) == (["The session ends; nothing was done."], {})


def test_a_workspace_that_changes_all_the_while_is_looked_through_all_the_same(pair: Pair) -> None:
    fill(pair.parent, {f"{n % 7}/{n}": b"1\n" for n in range(200)})
    handover = pair.handover(".")
    done = threading.Event()

    def stir() -> None:
        n = 0
        while not done.is_set():
            n += 1
            fill(pair.task, {f"new/{n % 9}": b"x" * (n % 5), f"{n % 7}/{n % 200}": b"2\n"})
            (pair.task / f"new/{(n + 4) % 9}").unlink(missing_ok=True)

    stirring = threading.Thread(target=stir, name="stirring")
    stirring.start()
    try:
        for _ in range(6):
            try:
                handover.found()
                handover.diff()
                handover.apply()
            except PygentError as error:
                assert "try again" in str(error) or "No such file" in str(error)
    finally:
        done.set()
        stirring.join(20)
    assert handover.apply().conflicts == ()

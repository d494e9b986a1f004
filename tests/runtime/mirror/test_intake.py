"""The laws of taking in what comes from elsewhere: nothing outside the folder is touched, and every file is whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pygent_engine.runtime.mirror.archive import Entry
from pygent_engine.runtime.mirror.folder import HostFolder
from pygent_engine.runtime.mirror.intake import Intake


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("secret")
    return folder


def taken(root: Path, *entries: tuple[Entry, bytes], budget: int = 1 << 20, cut: bool = False) -> Intake:
    intake = Intake(HostFolder(root), lambda entry: True, lambda path: None, budget)
    for number, (entry, data) in enumerate(entries, 1):
        intake.begin(entry)
        intake.data(data)
        if not (cut and number == len(entries)):
            intake.end()
    intake.finish()
    return intake


def file(path: str, data: bytes = b"new", mode: int = 0o644) -> tuple[Entry, bytes]:
    return Entry(path, "f", mode, len(data), 10**18), data


def link(path: str, target: str) -> tuple[Entry, bytes]:
    return Entry(path, "l", 0o777, target=target), b""


def folder(path: str, mode: int = 0o755) -> tuple[Entry, bytes]:
    return Entry(path, "d", mode), b""


def names(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


def test_nothing_is_written_through_a_link_of_the_archive(root: Path) -> None:
    outside = root.parent / "outside"
    intake = taken(
        root, link("a", str(outside)), file("a/secret"), file("a/new"), folder("a/d"), link("a/l", "x"), link("b", "../outside/secret")
    )
    assert sorted(intake.failed) == ["a/d", "a/l", "a/new", "a/secret"]
    assert (names(outside), (outside / "secret").read_text()) == (["secret"], "secret")
    assert taken(root, file("b")).failed == {}
    assert ((root / "b").read_text(), (outside / "secret").read_text()) == ("new", "secret")


def test_a_hard_link_to_the_outside_is_replaced(root: Path) -> None:
    outside = root.parent / "outside" / "secret"
    (root / "hard").hardlink_to(outside)
    taken(root, file("hard"))
    assert ((root / "hard").read_text(), outside.read_text()) == ("new", "secret")


def test_kinds_take_each_others_place(root: Path) -> None:
    taken(root, file("x"), folder("y"), link("z", "x"))
    taken(root, folder("x"), link("y", "x"), file("z"))
    assert ((root / "x").is_dir(), (root / "y").readlink(), (root / "z").read_text()) == (True, Path("x"), "new")
    assert not (root / "z").is_symlink()


def test_a_folder_with_other_files_is_not_replaced(root: Path) -> None:
    (root / "d").mkdir()
    (root / "d" / "mine").write_text("mine")
    assert taken(root, file("d")).failed == {"d": "a folder with other files stands there"}
    assert names(root) == ["d", "d/mine"]


def test_no_mode_gives_more_than_permissions_and_a_folder_that_forbids_writing_is_filled_first(root: Path) -> None:
    taken(root, folder("d", 0o555), file("d/x", mode=0o751))
    assert ((root / "d").stat().st_mode & 0o7777, (root / "d/x").stat().st_mode & 0o7777) == (0o555, 0o751)
    intake = taken(root, file("d/x", b"newer"))
    assert (intake.failed, (root / "d/x").read_text(), (root / "d").stat().st_mode & 0o7777) == ({}, "newer", 0o555)
    (root / "d").chmod(0o755)


def test_what_is_cut_off_leaves_the_old_file_whole(root: Path) -> None:
    (root / "x").write_text("old")
    assert taken(root, file("x"), cut=True).failed == {"x": "it was cut off"}
    assert (names(root), (root / "x").read_text()) == (["x"], "old")


def test_what_is_beyond_the_budget_is_named_and_not_written(root: Path) -> None:
    intake = taken(root, file("a", b"12345"), file("b", b"678"), file("c", b"9"), budget=6)
    assert (sorted(intake.arrived), intake.failed) == (["a"], {"b": "there is no room for it here", "c": "there is no room for it here"})
    assert names(root) == ["a"]


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "missing/x", "a/" * 2000 + "x"])
def test_an_absurd_name_fails_alone(root: Path, name: str) -> None:
    intake = taken(root, file(name), file("next"))
    assert (list(intake.failed), names(root)) == ([name], ["next"])


def test_a_folder_sees_no_unfinished_file_and_nothing_beyond_a_link(root: Path) -> None:
    (root / f".pygent-{'0' * 16}").write_text("half")
    (root / "l").symlink_to(root.parent / "outside")
    os.mkfifo(root / "fifo")
    seen, closed = HostFolder(root).scan()
    assert (list(seen), closed) == (["l"], set())

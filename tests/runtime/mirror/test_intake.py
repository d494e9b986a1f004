"""The laws of taking in what comes from elsewhere: nothing outside the folder is touched, and every file is whole."""

from __future__ import annotations

import os
import tarfile
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent_engine.runtime.mirror.archive import ArchiveError, ArchiveReader, Entry
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


# ---------------------------------------------------------------- any archive

NAMES = ("a", "b", "a/b", "a/../b", "../outside/secret", "/etc/x", "./a", "a/b/c", "x" * 300, "n\nm", "\udce9", ".", "..", "", "y" * 5000)
TARGETS = ("..", "/", "../outside", "../outside/secret", "a", "x" * 5000, "")
KINDS = (b"0", b"\0", b"1", b"2", b"3", b"5", b"6", b"7", b"S", b"V", b"N")
SAID = {"path": "../outside/new", "linkpath": "../outside", "size": "99999999999999999999", "mtime": "1e9", "GNU.sparse.name": "/etc/x"}


def packed(name: str, kind: bytes, target: str, data: bytes, mode: int, dialect: Literal[1, 2], said: list[str]) -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode, info.size = kind, target, mode, len(data) if kind in (b"0", b"\0", b"7", b"S") else 0
    if dialect == tarfile.PAX_FORMAT:
        info.pax_headers = {key: SAID[key] for key in said}
    return info.tobuf(dialect, "utf-8", "surrogateescape") + data[: info.size] + bytes(-info.size % 512)


DIALECTS = st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
PACKED = st.builds(
    packed,
    st.sampled_from(NAMES),
    st.sampled_from(KINDS),
    st.sampled_from(TARGETS),
    st.binary(max_size=1500),
    st.integers(0, 0o7777),
    DIALECTS,
    st.lists(st.sampled_from(list(SAID)), unique=True, max_size=2),
)


def state(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    statuses = ((path, path.lstat()) for path in folder.rglob("*"))
    return {path.name: (status.st_mode, status.st_mtime_ns, path.read_bytes()) for path, status in statuses}


@settings(max_examples=100, deadline=None)
@given(st.lists(PACKED, max_size=8), st.dictionaries(st.integers(0, 9000), st.integers(0, 255), max_size=3), st.integers(0, 3000))
def test_no_archive_whatever_touches_what_is_outside_or_leaves_half_a_file(parts: list[bytes], spoilt: dict[int, int], lost: int) -> None:
    data = bytearray(b"".join(parts))
    for at, byte in spoilt.items():
        data[at : at + 1] = bytes([byte]) * len(data[at : at + 1])
    with tempfile.TemporaryDirectory() as top:
        root, outside = Path(top, "workspace"), Path(top, "outside")
        root.mkdir()
        outside.mkdir()
        (outside / "secret").write_text("secret")
        before = state(outside)
        intake = Intake(HostFolder(root), lambda entry: True, lambda path: None, 1 << 20)
        with suppress(ArchiveError):
            ArchiveReader(intake).feed(bytes(data[: len(data) - lost if lost < len(data) else None]))
        intake.finish()
        assert (state(outside), sorted(path.name for path in Path(top).iterdir())) == (before, ["outside", "workspace"])
        for path in root.rglob("*"):
            assert path.is_symlink() or (path.lstat().st_mode & 0o7000 == 0 and (path.is_file() or path.is_dir()))
            assert not path.name.startswith(".pygent-")

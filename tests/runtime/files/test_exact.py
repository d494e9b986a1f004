"""The very entries of a folder: no link is followed on the way or at the end, and what is there stays whole."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from pygent_engine import WorkspaceError
from pygent_engine.runtime.files.exact import Exact
from tests.support.handing import content, fill


@pytest.fixture
def exact(tmp_path: Path) -> Exact:
    (tmp_path / "root").mkdir()
    (tmp_path / "outside").mkdir()
    fill(tmp_path / "outside", {"secret": b"s"})
    fill(tmp_path / "root", {"a": b"1", "run": ("x", b"r"), "out": str(tmp_path / "outside"), "link": "a", "in/b": b"2"})
    return Exact(tmp_path / "root")


@pytest.mark.parametrize("path", ["", "..", "../outside/secret", "/etc/passwd", "in//b", "in/./b", "a\0b", "in/"])
def test_a_path_with_detours_is_refused(path: str, exact: Exact) -> None:
    for call in (exact.sight, exact.target, exact.remove, lambda path: exact.write(path, iter([b"x"]), False)):
        with pytest.raises(WorkspaceError):
            call(path)


def test_nothing_happens_behind_a_link(exact: Exact, tmp_path: Path) -> None:
    assert exact.sight("out/secret") is None
    for call in (
        lambda: exact.remove("out/secret"),
        lambda: exact.write("out/secret", iter([b"x"]), False),
        lambda: exact.link("out/new", "x"),
        lambda: exact.make_folders("out/new"),
        lambda: exact.set_executable("link", True),
    ):
        with pytest.raises(WorkspaceError):
            call()
    for opened in ("out/secret", "link", "in"):
        with pytest.raises(WorkspaceError), exact.open(opened):
            pass
    assert exact.remove_folder("out") is False
    assert content(tmp_path / "outside") == {"secret": b"s"}


def test_a_write_that_breaks_off_leaves_what_was(exact: Exact) -> None:
    def breaking() -> Iterator[bytes]:
        yield b"half"
        raise WorkspaceError("it broke")

    before = content(exact.root)
    with pytest.raises(WorkspaceError, match="it broke"):
        exact.write("a", breaking(), False)
    assert content(exact.root) == before


def test_a_root_that_is_a_link_is_gone(exact: Exact, tmp_path: Path) -> None:
    (tmp_path / "way").symlink_to(exact.root)
    with pytest.raises(WorkspaceError, match="is gone"):
        Exact(tmp_path / "way").sight("a")


def test_a_write_takes_the_place_of_a_link_and_keeps_the_mode_of_a_file(exact: Exact) -> None:
    (exact.root / "a").chmod(0o640)
    exact.write("a", iter([b"one", b"two"]), True)
    exact.write("link", iter([b"three"]), False)
    assert stat.S_IMODE((exact.root / "a").stat().st_mode) == 0o750
    assert content(exact.root)["a"] == ("x", b"onetwo")
    assert content(exact.root)["link"] == b"three"


def test_links_and_folders_come_and_go(exact: Exact) -> None:
    exact.link("a", "in")
    assert (exact.target("a"), exact.sight("in/none"), exact.sight("run/x")) == ("in", None, None)
    assert exact.make_folders("in/c/d") == ["in/c", "in/c/d"]
    assert exact.make_folders("in/c/d") == []
    assert [exact.remove_folder(path) for path in ("in", "in/c", "in/c/d", "in/c")] == [False, False, True, True]
    with exact.scan("in") as entries:
        assert [entry.name for entry in entries] == ["b"]
    with pytest.raises(OSError), exact.scan("none"):
        pass


def test_no_folder_stays_of_those_of_which_one_cannot_be_made(exact: Exact) -> None:
    with pytest.raises(WorkspaceError, match="too long"):
        exact.make_folders(f"in/new/more/{'x' * 300}")
    assert exact.sight("in/new") is None
    assert exact.sight("in") is not None


def test_a_name_that_is_no_text_is_a_name(exact: Exact) -> None:
    exact.write("\udcff", iter([b"1"]), False)
    assert [os.fsencode(path.name) for path in exact.root.iterdir() if not path.name.isprintable()] == [b"\xff"]
    with exact.open("\udcff") as file:
        assert file.read() == b"1"


@pytest.mark.parametrize("more", [0, 100], ids=["few", "many"])
def test_whatever_is_there_or_not_can_be_waited_for(exact: Exact, more: int) -> None:
    (exact.root / "closed").write_bytes(b"c")
    (exact.root / "closed").chmod(0o200)
    os.mkfifo(exact.root / "pipe")
    before, descriptors = content(exact.root / "in"), len(os.listdir("/dev/fd"))  # noqa: PTH208 - counted
    exact.settle(["a", "in/b", "in", "link", "out", "out/secret", "a/in/a/file", "none/at/all", "closed", "pipe", *["run"] * more])
    assert (content(exact.root / "in"), len(os.listdir("/dev/fd"))) == (before, descriptors)  # noqa: PTH208 - counted
    with pytest.raises(WorkspaceError, match="no path within a folder"):
        exact.settle(["../outside/secret"])

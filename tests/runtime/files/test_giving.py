"""What one workspace gives to another: links stay links and stay inside, pipes and the like stay where they are."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from pygent_engine import WorkspaceError
from pygent_engine.runtime.files.giving import give
from pygent_engine.runtime.files.workspace import Workspace
from tests.support.handing import content, fill


@pytest.fixture
def source(tmp_path: Path) -> Workspace:
    (tmp_path / "source").mkdir()
    return Workspace(tmp_path / "source", "/workspace")


@pytest.fixture
def target(tmp_path: Path) -> Workspace:
    (tmp_path / "target").mkdir()
    return Workspace(tmp_path / "target", "/workspace")


@pytest.mark.parametrize("path", ["../out", "/etc/passwd", "none", "~/x", "out"])
def test_what_is_not_inside_is_not_given(path: str, source: Workspace, target: Workspace) -> None:
    fill(source.root, {"out": "/etc/passwd"})
    with pytest.raises(WorkspaceError):
        give(source, path, target)
    assert content(target.root) == {}


def test_a_workspace_is_not_given_to_itself(source: Workspace) -> None:
    fill(source.root, {"a": b"1"})
    with pytest.raises(WorkspaceError, match="into itself"):
        give(source, ".", source)


@pytest.mark.parametrize("path", [".", "in"])
def test_what_is_neither_file_nor_link_stays(path: str, source: Workspace, target: Workspace) -> None:
    fill(source.root, {"in/a": b"1"})
    os.mkfifo(source.root / "in/pipe")
    give(source, path, target)
    assert content(target.root) == {"in/a": b"1"}


def test_nothing_is_written_through_a_link_of_the_target(source: Workspace, target: Workspace, tmp_path: Path) -> None:
    fill(source.root, {"in/a": b"1"})
    (tmp_path / "outside").mkdir()
    (target.root / "in").symlink_to(tmp_path / "outside")
    with pytest.raises(WorkspaceError):
        give(source, "in", target)
    assert content(tmp_path / "outside") == {}


def test_a_cancelled_gift_ends_at_once(source: Workspace, target: Workspace) -> None:
    fill(source.root, {"in/a": b"1"})
    cancel = threading.Event()
    cancel.set()
    for path in (".", "in"):
        give(source, path, target, cancel)
    assert [path for path, what in content(target.root).items() if what != b"/"] == []


def test_links_of_a_folder_stay_links_where_they_lead_into_it(source: Workspace, target: Workspace) -> None:
    fill(source.root, {"in/a": ("x", b"1"), "in/.git/HEAD": b"h", "in/x.log": b"l", ".gitignore": b"*.log", "other": b"2"})
    fill(source.root, {"in/near": "a", "in/far": "../other", "in/own": "/workspace/in/a", "in/out": "/etc/passwd", "in/dead": "nowhere"})
    fill(source.root, {"in/deep/up": "../../other", "in/deep/all": ".."})
    give(source, "in", target)
    assert content(target.root) == {
        "in/a": ("x", b"1"),
        "in/.git/HEAD": b"h",
        "in/x.log": b"l",
        "in/near": "a",
        "in/far": b"2",
        "in/own": "a",
        "in/dead": "nowhere",
        "in/deep/up": b"2",
        "in/deep/all": "..",
    }


def test_a_single_file_is_given_under_its_own_path(source: Workspace, target: Workspace) -> None:
    fill(source.root, {"in/a": ("x", b"1"), "~t": b"2"})
    give(source, "/workspace/in/a", target)
    give(source, "./~t", target)
    assert content(target.root) == {"in/a": ("x", b"1"), "~t": b"2"}


def test_holes_stay_holes(source: Workspace, target: Workspace) -> None:
    fill(source.root, {"in/big": b"1"})
    os.truncate(source.root / "in/big", 64 << 20)
    give(source, ".", target)
    after = (target.root / "in/big").stat()
    assert after.st_size == 64 << 20
    assert after.st_blocks * 512 < 8 << 20

"""What two folders made of the same paths: only what differs is listed, as text where it is text."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent_engine.runtime.files.exact import Exact
from pygent_engine.task_values import FileChange
from pygent_engine.tasks.differing import between
from pygent_engine.values import FileDiff
from tests.support.handing import fill


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    return one, other


def compared(folders: tuple[Path, Path], *paths: str) -> list[FileChange]:
    one, other = map(Exact, folders)
    return between(paths, one, other)


def test_what_is_the_same_in_both_or_in_neither_is_left_out(folders: tuple[Path, Path]) -> None:
    for folder in folders:
        fill(folder, {"a": b"same\n", "deep/b": b"\x00"})
    assert compared(folders, "a", "deep/b", "nowhere", "deep") == []


def test_the_text_goes_from_the_one_to_the_other(folders: tuple[Path, Path]) -> None:
    fill(folders[0], {"both": b"1\n", "mine": b"m\n"})
    fill(folders[1], {"both": b"2\n", "theirs": b"t\n"})
    assert compared(folders, "both", "mine", "theirs") == [
        FileChange("both", "modified", diff=FileDiff("both", "modified", "@@ -1,1 +1,1 @@\n-1\n+2\n", 1, 1)),
        FileChange("mine", "deleted", diff=FileDiff("mine", "deleted", "@@ -1,1 +0,0 @@\n-m\n", 0, 1)),
        FileChange("theirs", "added", diff=FileDiff("theirs", "added", "@@ -0,0 +1,1 @@\n+t\n", 1, 0)),
    ]


def test_what_is_no_text_differs_without_one(folders: tuple[Path, Path]) -> None:
    fill(folders[0], {"data": b"\x00\x01"})
    fill(folders[1], {"data": b"\x00\x02"})
    assert compared(folders, "data") == [FileChange("data", "modified", diff=FileDiff("data", "modified"))]


def test_a_link_is_compared_by_where_it_leads_and_never_followed(folders: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("do not read\n")
    (folders[0] / "link").symlink_to(tmp_path / "secret")
    fill(folders[1], {"link": b"plain\n"})
    [change] = compared(folders, "link")
    assert change.diff is not None
    assert "do not read" not in change.diff.text
    assert change.diff.text.endswith("+plain\n")


def test_terminal_sequences_in_names_and_texts_are_made_visible(folders: tuple[Path, Path]) -> None:
    fill(folders[1], {"\x1b[2J": b"\x1b]52;c;x\x07\n"})
    [change] = compared(folders, "\x1b[2J")
    assert change.diff is not None
    assert "\x1b" not in change.path + change.diff.path + change.diff.text

"""What a folder holds and how it differs from before, whatever its times say and whatever becomes of it meanwhile."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from pygent_engine import PygentError, WorkspaceError
from pygent_engine.trees import EMPTY, Rules, Tree, changes, look, snapshot
from tests.support.handing import fill

_LONG_AGO = 1_000_000_000


def taken(folder: Path) -> Tree:
    """A snapshot with all ids and nothing kept."""
    return snapshot(folder, None)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="is gone"):
        taken(tmp_path / "none")
    with pytest.raises(WorkspaceError, match="is gone"):
        look(tmp_path / "none", EMPTY)


def test_a_look_ends_at_its_deadline(tmp_path: Path) -> None:
    fill(tmp_path, {str(number): b"x" for number in range(1_100)})
    with pytest.raises(PygentError, match="takes too long"):
        look(tmp_path, EMPTY, seconds=-1.0)


def test_a_change_that_hides_behind_size_and_time_is_seen(tmp_path: Path) -> None:
    fill(tmp_path, {"a": b"1", "b": b"1"})
    for path in tmp_path.iterdir():
        os.utime(path, (_LONG_AGO, _LONG_AGO))
    before = taken(tmp_path)
    (tmp_path / "a").write_bytes(b"2")
    os.utime(tmp_path / "a", (_LONG_AGO, _LONG_AGO))
    assert changes(before, look(tmp_path, before)) == {"a": "modified"}


def test_what_was_only_touched_or_written_again_is_no_change(tmp_path: Path) -> None:
    fill(tmp_path, {"a": b"1", "b": b"1", "c": "a"})
    before = taken(tmp_path)
    os.utime(tmp_path / "a", (_LONG_AGO, _LONG_AGO))
    shutil.copy(tmp_path / "b", tmp_path / "b2")
    (tmp_path / "b2").rename(tmp_path / "b")
    (tmp_path / "c").unlink()
    (tmp_path / "c").symlink_to("a")
    (tmp_path / "empty/deep").mkdir(parents=True)
    assert changes(before, look(tmp_path, before)) == {}


@pytest.mark.parametrize("now", [{"a": ("x", b"1")}, {"a": "b"}, {"a": b"2"}, {"a": b"12"}])
def test_content_kind_and_the_right_to_run_are_what_counts(now: dict[str, bytes | str | tuple[str, bytes]], tmp_path: Path) -> None:
    fill(tmp_path, {"a": b"1"})
    before = taken(tmp_path)
    fill(tmp_path, now)
    assert changes(before, look(tmp_path, before)) == changes(before, taken(tmp_path)) == {"a": "modified"}


def test_a_link_to_a_folder_is_not_walked(tmp_path: Path) -> None:
    fill(tmp_path / "w", {"loop": ".", "out": ".."})
    assert sorted(taken(tmp_path / "w").entries) == ["loop", "out"]


def test_folders_may_be_nested_as_deep_as_they_can(tmp_path: Path) -> None:
    deep = "/".join(["d" * 50] * 30)
    fill(tmp_path, {f"{deep}/a": b"1"})
    assert changes(EMPTY, look(tmp_path, EMPTY)) == {f"{deep}/a": "added"}


def test_what_gitignore_names_is_counted_and_what_was_there_before_is_not_ignored(tmp_path: Path) -> None:
    fill(tmp_path, {"kept.log": b"1", "build/kept": b"1"})
    before = taken(tmp_path)
    fill(tmp_path, {".gitignore": b"*.log\nbuild/\n!\nout/\n!out/x\n", "new.log": b"2", "kept.log": b"2"})
    fill(tmp_path, {"build/new": b"2", "out/a/b": b"1", "out/c": b"1", "in/.gitignore": b"!new.log\n", "in/new.log": b"2"})
    after = look(tmp_path, before, Rules(tmp_path))
    assert changes(before, after) == {".gitignore": "added", "in/.gitignore": "added", "in/new.log": "added", "kept.log": "modified"}
    assert after.ignored == {"new.log": 1, "build/new": 1, "out/": 2}


def test_a_look_learns_from_the_one_before(tmp_path: Path) -> None:
    fill(tmp_path, {"a": b"1", "b": b"1"})
    before = taken(tmp_path)
    fill(tmp_path, {"a": b"2"})
    first = look(tmp_path, before)
    assert look(tmp_path, before, known=first) == first
    fill(tmp_path, {"a": b"1"})
    assert changes(before, look(tmp_path, before, known=first)) == {}

"""Files that the app keeps for itself."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pygent_tui.memory import private


def test_what_cannot_be_written_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "inside").touch()
    with pytest.raises(OSError):
        private.write(tmp_path / "kept", "new")
    assert [path.name for path in tmp_path.rglob("*")] == ["kept", "inside"]


def test_a_file_is_replaced_whole_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "kept"
    private.write(path, "a longer text")
    private.write(path, "text")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == ("text", 0o600, 0o700)
    assert list(path.parent.iterdir()) == [path]


def test_what_is_put_aside_can_still_be_read(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("damaged")
    assert private.put_aside(tmp_path / "kept").read_text() == "damaged"
    assert [path.name for path in tmp_path.iterdir()] == ["kept.broken"]


def test_a_lock_that_is_removed_leaves_no_file_and_can_be_had_again(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    held = private.lock_file(path, wait=False)
    assert held is not None
    assert private.lock_file(path, wait=False) is None
    private.remove_lock(path, held)
    assert not path.exists()
    again = private.lock_file(path, wait=False)
    assert again is not None
    private.remove_lock(path, again)


def test_who_waits_for_a_lock_that_is_removed_holds_the_one_that_others_see(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    held = private.lock_file(path, wait=False)
    assert held is not None
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(private.lock_file, path, wait=True)
        private.remove_lock(path, held)
        theirs = waiting.result(20)
    assert theirs is not None
    assert private.lock_file(path, wait=False) is None
    private.remove_lock(path, theirs)


@pytest.mark.parametrize("wait", [True, False])
def test_one_at_a_time_holds_a_lock_though_each_removes_it(wait: bool, tmp_path: Path) -> None:
    path, inside = tmp_path / "lock", tmp_path / "inside"

    def work() -> None:
        for _ in range(100):
            held = private.lock_file(path, wait=wait)
            if held is not None:
                inside.touch(exist_ok=False)  # raises when another is inside
                inside.unlink()
                private.remove_lock(path, held)

    with ThreadPoolExecutor(6) as pool:
        for done in [pool.submit(work) for _ in range(6)]:
            done.result(60)
    assert list(tmp_path.iterdir()) == []

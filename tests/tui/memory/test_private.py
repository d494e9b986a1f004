"""Files that the app keeps for itself."""

from __future__ import annotations

import stat
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

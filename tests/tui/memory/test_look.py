"""What the app remembers of its look between runs."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from pygent_tui.memory.look import NAME, Look, Memory
from pygent_tui.views.arrangement import Arrangement

CHOSEN = Look("nord", Arrangement(70, 40, 30, side=False, zoomed=True))


def remembered(folder: Path) -> Look:
    return Memory(folder).look


def test_what_is_kept_is_there_at_the_next_run(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "state")
    memory.keep(Look("dracula"))
    memory.keep(CHOSEN)
    memory.close()
    assert remembered(tmp_path / "state") == CHOSEN
    assert [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in (tmp_path / "state").iterdir()] == [(NAME, 0o600)]
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_it_is_written_without_being_asked_to_and_the_thread_goes(tmp_path: Path) -> None:
    memory = Memory(tmp_path, delay_s=0.01)
    for look in (Look("dracula"), CHOSEN):
        memory.keep(look)
        for thread in [thread for thread in threading.enumerate() if thread.name == "pygent-memory"]:
            thread.join(10)
        assert remembered(tmp_path) == look


def test_without_a_folder_nothing_is_kept() -> None:
    memory = Memory(None)
    memory.keep(CHOSEN)
    memory.close()
    assert memory.look == CHOSEN


@pytest.mark.parametrize(
    "text",
    [b"\xff\xfe", b"columns many\n", b"nonsense\n", b"\x00" * 10, b"theme " + b"x" * 9000],
    ids=["bytes", "word", "line", "nul", "long"],
)
def test_a_damaged_file_is_put_aside_and_said(text: bytes, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(text)
    memory = Memory(tmp_path)
    assert (memory.look, memory.problem) == (Look(), "What was kept of the look is damaged; it was put aside as look.broken.")
    assert [path.name for path in tmp_path.iterdir()] == ["look.broken"]


def test_values_out_of_range_are_brought_into_it_and_unknown_ones_passed_over(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("columns 900\nrows -3\nshape 7\n")
    assert remembered(tmp_path) == Look(arrangement=Arrangement(columns=85, rows=15))


def test_a_file_that_cannot_be_read_is_said_and_stays(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    memory = Memory(tmp_path)
    assert (memory.look, memory.problem) == (Look(), f"What was kept of the look cannot be read ({tmp_path / NAME}): Is a directory.")
    memory.keep(CHOSEN)
    memory.close()
    assert memory.failure == f"How the panes stand could not be kept ({tmp_path / NAME}): Is a directory."

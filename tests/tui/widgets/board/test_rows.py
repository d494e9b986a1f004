"""What the title of the board says where there is room for all of it, and where there is not."""

from __future__ import annotations

import pytest

from pygent_tui.views.board import Counts
from pygent_tui.widgets.board.rows import counted

COUNTS = Counts(asking=1, working=2, paused=1, queued=3, finished=4, cancelled=1, failed=1, timed_out=2, lost=1)


def title(width: int, *notes: str, counts: Counts = COUNTS) -> str:
    return "".join(text for text, _ in counted(counts, notes, width))


def test_each_state_is_counted_by_its_name_the_faults_before_what_went_well() -> None:
    whole = "Tasks · 1 needs you · 2 working · 1 paused · 3 queued · 1 failed · 2 timed out · 1 lost · 4 done · 1 cancelled"
    assert title(200) == whole
    assert title(200, "2 marked", "", "by time") == f"{whole} · 2 marked · by time"


@pytest.mark.parametrize(
    ("width", "said"),
    [
        (60, "Tasks · 1 needs you · 2 working · 1 paused · 2 marked"),
        (40, "Tasks · 1 needs you · 2 marked"),
        (29, "Tasks · 1 needs you"),
        (20, "Tasks"),
        (0, "Tasks"),
    ],
)
def test_where_it_is_narrow_those_that_need_the_user_stay_and_what_was_chosen(width: int, said: str) -> None:
    assert title(width, "2 marked") == said


def test_an_empty_board_has_a_title_too() -> None:
    assert title(80, counts=Counts()) == "Tasks"

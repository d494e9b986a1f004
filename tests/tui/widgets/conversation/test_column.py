"""The column below a conversation: every line belongs to something, also lines that no page shows."""

from __future__ import annotations

import pytest

from pygent_tui.widgets.conversation.column import Column, Spot

from .showing import numbered


@pytest.mark.parametrize(("line", "spot"), [(-1, Spot(1)), (-9, Spot(1)), (0, Spot(1))])
def test_above_the_beginning_is_the_beginning(line: int, spot: Spot) -> None:
    column = Column("agent")
    column.rewidth(40)
    column.update(numbered(3), 0.0)
    assert column.find(line) == spot


def test_of_what_is_empty_there_is_one_place() -> None:
    column = Column("agent")
    assert column.find(-1) == column.find(0) == column.find(9) == Spot(0)

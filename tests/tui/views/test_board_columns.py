"""Laws of the columns: they always fit, and the most needed ones are the last to go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent_tui.views.board_columns import ONE_LINE, Needs, columns

ALL = Needs(7, 13, True, True, True, True, True)


def names(width: int, wanted: Needs = ALL) -> list[str]:
    return [column.name for column in columns(width, wanted)]


@pytest.mark.parametrize("width", [0, 1, 40, ONE_LINE - 1])
def test_where_there_is_little_room_there_are_no_columns(width: int) -> None:
    assert names(width) == []


@given(st.integers(ONE_LINE, 400), st.builds(Needs, st.integers(0, 12), st.integers(0, 17), *[st.booleans()] * 5))
def test_columns_fill_the_width_exactly_and_keep_what_is_always_needed(width: int, wanted: Needs) -> None:
    found = columns(width, wanted)
    assert sum(column.width for column in found) + 2 == width
    assert {"state", "id", "title", "action"} <= {column.name for column in found}
    assert all(column.width > 3 for column in found if column.name != "id")


@pytest.mark.parametrize(
    ("width", "found"),
    [
        (66, ["state", "id", "title", "action", "elapsed"]),
        (77, ["state", "id", "title", "action", "elapsed", "clash"]),
        (118, ["state", "id", "title", "action", "elapsed", "steps", "files", "box", "who", "clash"]),
        (197, ["state", "id", "title", "action", "elapsed", "idle", "steps", "tokens", "files", "box", "who", "clash"]),
    ],
)
def test_which_columns_there_are(width: int, found: list[str]) -> None:
    assert names(width) == found


def test_what_no_task_has_takes_no_room() -> None:
    assert names(118, Needs(7)) == ["state", "id", "title", "action", "elapsed", "idle", "steps", "tokens", "box", "who"]


def test_where_a_task_works_stands_on_its_row_also_on_a_small_screen() -> None:
    assert names(78, Needs(6, 11, True, True, True)) == ["state", "id", "title", "action", "elapsed", "box"]


def test_a_title_keeps_room_when_who_works_has_a_long_name() -> None:
    found = {column.name: column.width for column in columns(118, Needs(6, 17, True, True, True, True, True))}
    assert (found["title"], found["who"]) == (20, 13)


def test_only_a_network_that_is_there_takes_room() -> None:
    wide = {network: dict(columns(118, Needs(6, network=network)))["box"] for network in (False, True)}
    assert wide == {False: 10, True: 14}

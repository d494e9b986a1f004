"""Where the panes stand, at every size."""

from __future__ import annotations

from itertools import product

import pytest

from pygent_tui.views.arrangement import PANES, Arrangement, Box, Ground, dragged, places, reachable, seam_at, seam_beside

BOTH = frozenset({"output", "board"})
CHOICES = [
    Arrangement(columns, rows, output, side, zoomed)
    for columns, rows, output, side, zoomed in product((15, 60, 85), (15, 85), (15, 85), (True, False), (True, False))
]


@pytest.mark.parametrize("width", [1, 3, 20, 40, 80, 99, 100, 120, 400])
@pytest.mark.parametrize("filled", [frozenset(), frozenset({"output"}), BOTH])
def test_the_panes_fill_the_room_and_no_two_overlap(width: int, filled: frozenset[str]) -> None:
    for height, front, chosen in product((1, 2, 4, 9, 10, 12, 13, 20, 29, 30, 57), PANES, CHOICES):
        if front != "conversation" and not chosen.side:
            continue
        boxes = places(Ground(width, height, filled, front), chosen).values()
        cells = [(x, y) for box in boxes for x in (box.x, box.x + box.width - 1) for y in (box.y, box.y + box.height - 1)]
        assert sum(box.width * box.height for box in boxes) == (width * height if height > 2 else 0)
        assert all(0 <= x < width and 0 <= y < height for x, y in cells)
        assert len(boxes) < 2 or min(box.height for box in boxes) >= 4


def test_a_wide_screen_has_all_three_side_by_side() -> None:
    assert places(Ground(120, 36), Arrangement()) == {
        "conversation": Box(0, 0, 72, 36),
        "output": Box(72, 0, 48, 19),
        "board": Box(72, 19, 48, 17),
    }


def test_a_tall_screen_has_all_three_in_one_column() -> None:
    assert places(Ground(90, 56), Arrangement()) == {
        "conversation": Box(0, 0, 90, 28),
        "output": Box(0, 28, 90, 15),
        "board": Box(0, 43, 90, 13),
    }


def test_on_a_narrow_screen_a_pane_takes_room_once_it_has_something_to_show() -> None:
    assert places(Ground(80, 20), Arrangement()) == {"conversation": Box(0, 0, 80, 20)}
    one = places(Ground(80, 20, frozenset({"output"})), Arrangement())
    assert one == {"conversation": Box(0, 0, 80, 13), "output": Box(0, 13, 80, 7)}
    assert list(places(Ground(80, 20, BOTH), Arrangement())) == list(PANES)


@pytest.mark.parametrize("front", PANES)
def test_where_there_is_room_for_one_pane_it_is_the_one_that_was_focused(front: str) -> None:
    ground = Ground(40, 8, BOTH, front)  # type: ignore[arg-type]
    assert places(ground, Arrangement()) == {front: Box(0, 0, 40, 8)}
    assert places(ground._replace(width=120, height=36), Arrangement(zoomed=True)) == {front: Box(0, 0, 120, 36)}


@pytest.mark.parametrize(
    ("ground", "chosen", "panes"),
    [
        (Ground(80, 20), Arrangement(), ("conversation",)),
        (Ground(80, 20, frozenset({"board"})), Arrangement(), ("conversation", "board")),
        (Ground(40, 8), Arrangement(), PANES),
        (Ground(40, 8), Arrangement(side=False), ("conversation",)),
        (Ground(120, 36), Arrangement(zoomed=True), PANES),
        (Ground(120, 36), Arrangement(side=False), ("conversation",)),
    ],
)
def test_what_is_seen_can_be_gone_to_and_what_takes_its_place(ground: Ground, chosen: Arrangement, panes: tuple[str, ...]) -> None:
    assert reachable(ground, chosen) == panes


def test_a_low_wide_screen_has_one_pane_beside_the_conversation() -> None:
    assert list(places(Ground(200, 8, BOTH), Arrangement())) == ["conversation", "output"]
    assert list(places(Ground(200, 8, BOTH, "board"), Arrangement())) == ["conversation", "board"]


def test_without_the_side_the_conversation_has_it_all() -> None:
    assert places(Ground(120, 36, BOTH), Arrangement(side=False)) == {"conversation": Box(0, 0, 120, 36)}


@pytest.mark.parametrize(
    ("ground", "cell", "seam"),
    [
        (Ground(120, 36), (71, 3), "columns"),
        (Ground(120, 36), (72, 30), "columns"),
        (Ground(120, 36), (90, 18), "output"),
        (Ground(120, 36), (90, 19), "output"),
        (Ground(120, 36), (90, 10), None),
        (Ground(120, 36), (20, 19), None),
        (Ground(90, 56), (20, 27), "rows"),
        (Ground(90, 56), (20, 43), "output"),
        (Ground(80, 20), (20, 13), None),
        (Ground(40, 8, BOTH), (20, 4), None),
    ],
)
def test_a_seam_is_where_two_borders_meet(ground: Ground, cell: tuple[int, int], seam: str | None) -> None:
    assert seam_at(ground, Arrangement(), *cell) == seam


@pytest.mark.parametrize(
    ("ground", "seam", "cell", "pane"),
    [
        (Ground(120, 36), "columns", (50, 9), ("output", "x", 50)),
        (Ground(120, 36), "columns", (2, 9), ("output", "x", 24)),
        (Ground(120, 36), "columns", (119, 9), ("output", "x", 96)),
        (Ground(120, 36), "output", (90, 9), ("board", "y", 9)),
        (Ground(90, 56), "rows", (9, 40), ("output", "y", 40)),
        (Ground(80, 20, frozenset({"output"})), "rows", (9, 9), ("output", "y", 9)),
    ],
)
def test_a_pulled_seam_follows_the_pointer_as_far_as_the_panes_stay_usable(
    ground: Ground, seam: str, cell: tuple[int, int], pane: tuple[str, str, int]
) -> None:
    moved = dragged(ground, Arrangement(), seam, *cell)  # type: ignore[arg-type]
    name, side, at = pane
    assert getattr(places(ground, moved)[name], side) == at  # type: ignore[index]


@pytest.mark.parametrize(
    ("ground", "upright", "seam"),
    [
        (Ground(120, 36), True, "columns"),
        (Ground(120, 36), False, "output"),
        (Ground(120, 8), False, None),
        (Ground(90, 56), True, None),
        (Ground(90, 56), False, "rows"),
        (Ground(90, 56, front="board"), False, "output"),
        (Ground(80, 20), False, None),
        (Ground(40, 8), True, None),
    ],
)
def test_keys_move_the_seam_that_is_nearest_to_the_focus(ground: Ground, upright: bool, seam: str | None) -> None:
    assert seam_beside(ground, Arrangement(), upright) == seam

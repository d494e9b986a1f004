"""Laws of the line that says which keys answer."""

from __future__ import annotations

from pygent_tui.widgets.keys import rows

KEYS = (("y", "yes, once"), ("s", "yes, for this session"), ("n", "no, and say why"), ("Esc", "no"))


def test_all_keys_stand_in_one_row_where_there_is_room() -> None:
    assert rows(KEYS, 80) == [list(KEYS)]


def test_a_row_breaks_between_keys_and_never_within_one_that_fits() -> None:
    assert rows(KEYS, 56) == [list(KEYS[:2]), list(KEYS[2:])]
    assert rows(KEYS, 1) == [[key] for key in KEYS]

"""Laws of text that grows by small pieces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pygent_tui.views.growing import Growing


@given(st.lists(st.text(max_size=5)))
def test_pieces_concatenate_to_the_text_however_they_came(pieces: list[str]) -> None:
    grown = Growing()
    for piece in pieces:
        grown = grown.add(piece)
    assert grown == Growing().add("".join(pieces))
    assert grown.text == "".join(pieces)


def test_many_small_additions_leave_few_pieces() -> None:
    grown = Growing()
    for _ in range(10_000):
        grown = grown.add("word ")
    assert len(grown.pieces) < 20


def test_nothing_added_is_the_same_value() -> None:
    grown = Growing().add("x")
    assert grown.add("") is grown
    assert not Growing()

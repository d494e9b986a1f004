"""Nothing of a text that a person must judge is lost where it is wrapped."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from pygent_tui.views.exact import marked
from pygent_tui.widgets.wrapping import wrapped


def test_words_stay_whole_where_they_can() -> None:
    assert [[text for text, _ in row] for row in wrapped((("git commit --amend --no-edit", False),), 14)] == [
        ["git commit "],
        ["--amend "],
        ["--no-edit"],
    ]
    assert [[text for text, _ in row] for row in wrapped((("x" * 10, False),), 4)] == [["xxxx"], ["xxxx"], ["xx"]]


@given(st.text("ab ·文\u0301x", max_size=60), st.integers(2, 20))
def test_wrapping_drops_nothing_and_no_row_is_wider_than_it_may_be(text: str, width: int) -> None:
    pieces = marked(text)
    rows = wrapped(pieces, width)
    assert "".join(piece for row in rows for piece, _ in row) == "".join(piece for piece, _ in pieces)
    assert all(sum(cell_len(piece) for piece, _ in row) <= width for row in rows)

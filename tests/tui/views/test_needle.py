"""What a search finds."""

from __future__ import annotations

import pytest

from pygent_tui.views.needle import Needle


@pytest.mark.parametrize(
    ("query", "text", "spans"),
    [
        ("", "abc", []),
        ("a.c", "abc a.c", [(4, 7)]),
        ("error", "Error ERROR error", [(0, 5), (6, 11), (12, 17)]),
        ("Error", "Error ERROR error", [(0, 5)]),
        ("aa", "aaaaa", [(0, 2), (2, 4)]),
        ("ß", "straße", [(4, 5)]),
        ("[/]", "x[/]", [(1, 4)]),
        ("i", "İı i", [(0, 1), (3, 4)]),
    ],
)
def test_text_is_found_literally_and_in_any_case_unless_a_capital_was_typed(query: str, text: str, spans: list[tuple[int, int]]) -> None:
    needle = Needle(query)
    assert (needle.spans(text), needle.count(text)) == (spans, len(spans))

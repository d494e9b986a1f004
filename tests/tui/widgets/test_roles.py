"""A role has one colour, in panes and elsewhere; what is drawn by roles is only text."""

from __future__ import annotations

import re

from textual.content import Content, Span

from pygent_tui.widgets.line_view import LineView
from pygent_tui.widgets.roles import STYLES, drawn


def test_a_role_has_the_colour_that_it_has_in_panes() -> None:
    in_panes = dict(re.findall(r"& > \.line--(\w+) \{ color: (\S+);", LineView.DEFAULT_CSS))
    assert {role: style.removeprefix("bold ") for role, style in STYLES.items()} == {role: in_panes[role] for role in STYLES}


def test_what_is_drawn_is_only_text_and_nothing_is_left_of_what_is_empty() -> None:
    content = drawn([("[bold]\x1b", "warn"), ("", "ok"), ("x", "nowhere")])
    assert (content.plain, content.spans) == ("[bold]x", [Span(0, 6, "bold $text-warning"), Span(6, 7, "$foreground")])
    assert isinstance(content, Content)

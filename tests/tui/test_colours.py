"""How many colours a terminal has, and what is drawn where it has few."""

from __future__ import annotations

import pytest
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from pygent_tui.colours import ALL, FEW, NONE, PALETTE, Palette, colours, nearest

BLACK = Color(0, 0, 0)


@pytest.mark.parametrize(
    ("environment", "count"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, ALL),
        ({"TERM": "screen", "COLORTERM": "24bit"}, ALL),
        ({"TERM": "alacritty"}, ALL),
        ({"TERM": "xterm-kitty"}, ALL),
        ({"TERM": "tmux-direct"}, ALL),
        ({"TERM": "xterm-256color"}, PALETTE),
        ({"TERM": "screen-256color-bce", "COLORTERM": ""}, PALETTE),
        ({"TERM": "screen"}, FEW),
        ({"TERM": "linux"}, FEW),
        ({"TERM": "xterm"}, FEW),
        ({"TERM": "xterm", "TEXTUAL_COLOR_SYSTEM": "256"}, PALETTE),
        ({"TERM": "vt100", "COLORTERM": "truecolor"}, NONE),
        ({"TERM": "xterm-mono"}, NONE),
    ],
)
def test_the_environment_tells_how_many_there_are(environment: dict[str, str], count: int) -> None:
    assert colours(environment) == count


@pytest.mark.parametrize(
    ("color", "drawn"),
    [
        ("#202730", "#262626"),  # a dark grey stays one
        ("#11151a", "#121212"),
        ("#c9c5e8", "#d7d7ff"),  # a tint stays one
        ("#ff0000", "#ff0000"),
        ("#000000", "#000000"),
        ("#ffffff", "#ffffff"),
    ],
)
def test_of_240_colours_the_nearest_is_drawn(color: str, drawn: str) -> None:
    assert nearest(Color.parse(color)).hex.lower() == drawn


def test_a_palettes_lines_name_colours_by_number_and_leave_those_of_the_terminal() -> None:
    mixed = Style.parse("bold #202730 on color(3)")
    plain = Segment("plain")
    drawn, kept = Palette().apply([Segment("said", mixed), plain], BLACK)
    assert drawn.style is not None and drawn.style.color is not None and drawn.style.bgcolor is not None
    assert (drawn.text, drawn.style.bold) == ("said", True)
    assert (drawn.style.color.type, drawn.style.color.number) == (ColorType.EIGHT_BIT, 235)
    assert drawn.style.bgcolor.number == 3
    assert kept is plain

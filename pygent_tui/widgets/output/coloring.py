"""Draws text with the colour sequences in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from rich.ansi import SGR_STYLE_MAP
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from ...views.sgr import SGR


def colored(text: str, opened: str = "") -> list[Segment]:
    """`text` in its own colours, which begin as the sequences of `opened` leave them; no style where it gives none."""
    style = Style.null()
    for match in SGR.finditer(opened):
        style = _after(style, match[1])
    pieces: list[Segment] = []
    end = 0
    for match in SGR.finditer(text):
        pieces.append(Segment(text[end : match.start()], style or None))
        style, end = _after(style, match[1]), match.end()
    pieces.append(Segment(text[end:], style or None))
    return [piece for piece in pieces if piece.text]


@lru_cache(maxsize=1024)
def _after(style: Style, codes: str) -> Style:
    """`style` after one sequence."""
    numbers = iter(codes.split(";"))
    for number in numbers:
        code, *inside = [_number(part) for part in number.split(":")]
        if code == 0:
            style = Style.null()
        elif code in (38, 48):
            color = _color(inside or _parameters(numbers))
            style += Style(color=color) if code == 38 else Style(bgcolor=color)
        elif code == 4 and inside:
            style += Style(underline=inside != [0])
        elif code in SGR_STYLE_MAP:
            style += Style.parse(SGR_STYLE_MAP[code])
    return style


def _number(digits: str) -> int:
    """None is 0; one longer than any that means something is as good as the largest."""
    return min(255, int(digits[:4] or 0))


def _parameters(numbers: Iterator[str]) -> list[int]:
    """What follows a 38 or 48 that stands alone: 5 and a number of the palette, or 2 and three parts."""
    kind = _number(next(numbers, ""))
    return [kind, *map(_number, islice(numbers, {5: 1, 2: 3}.get(kind, 0)))]


def _color(parameters: list[int]) -> Color | None:
    match parameters:
        case [5, number, *_]:
            return Color.from_ansi(number)
        case [2, *_, red, green, blue]:  # a colour space may stand between
            return Color.from_rgb(red, green, blue)
        case _:
            return None

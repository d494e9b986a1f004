"""How many colours a terminal has, by what its environment says, and the nearest ones where it has but 256.

Textual sends any colour to any terminal and leaves the rest to a rounding of every channel, which makes navy of a dark grey.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import product

from rich.color import Color as RichColor
from rich.color import ColorSystem, ColorType
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

NONE, FEW, PALETTE, ALL = 0, 16, 256, 1 << 24

_SYSTEMS = {FEW: ColorSystem.STANDARD, PALETTE: ColorSystem.EIGHT_BIT, ALL: ColorSystem.TRUECOLOR}
_ASKED = {"standard": FEW, "256": PALETTE, "truecolor": ALL}
# Their names are all that is left of them over ssh, which passes no COLORTERM on.
_WITH_ALL = ("alacritty", "foot", "xterm-kitty", "xterm-ghostty", "ghostty", "wezterm", "contour")

_LEVELS = (0, 95, 135, 175, 215, 255)
_CUBE, _GREYS = 16, 232


def colours(environment: Mapping[str, str]) -> int:
    """How many colours the terminal has: a vt100 to vt420 and what ends in -m or -mono has none."""
    term = environment.get("TERM", "")
    asked = _ASKED.get(environment.get("TEXTUAL_COLOR_SYSTEM", ""))
    if term.startswith(("vt1", "vt2", "vt3", "vt4")) or term.endswith(("-m", "-mono")):
        return NONE
    if asked is not None:
        return asked
    if environment.get("COLORTERM", "").strip().lower() in ("truecolor", "24bit") or term in _WITH_ALL or term.endswith("-direct"):
        return ALL
    return PALETTE if "256" in term else FEW


def system(count: int) -> ColorSystem:
    """How the colours of a terminal that has so many are written."""
    return _SYSTEMS.get(count, ColorSystem.TRUECOLOR)


def nearest(color: Color) -> Color:
    """The one of the 240 fixed colours of a terminal with 256 that is nearest to `color`."""
    red, green, blue = _triplet(_number(color.r, color.g, color.b))
    return Color(red, green, blue, color.a)


class Palette(LineFilter):
    """Draws each colour as the nearest of a terminal with 256; those of the terminal's own stay as they are."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [segment if segment.style is None else Segment(segment.text, _style(segment.style), segment.control) for segment in segments]


@lru_cache(1024)
def _style(style: Style) -> Style:
    front, ground = style.color, style.bgcolor
    if not any(color is not None and color.type is ColorType.TRUECOLOR for color in (front, ground)):
        return style
    return style + Style.from_color(_numbered(front), _numbered(ground))


def _numbered(color: RichColor | None) -> RichColor | None:
    if color is None or color.triplet is None:
        return None
    return RichColor.from_ansi(_number(*color.triplet))


@lru_cache(4096)
def _number(red: int, green: int, blue: int) -> int:
    """The number of the nearest colour in the cube of six levels and among the 24 greys."""
    around = [sorted(range(6), key=lambda level: abs(_LEVELS[level] - value))[:2] for value in (red, green, blue)]
    grey = _GREYS + max(0, min(23, round(((red + green + blue) / 3 - 8) / 10)))
    numbers = [*(_CUBE + 36 * r + 6 * g + b for r, g, b in product(*around)), grey]
    return min(numbers, key=lambda number: _distance((red, green, blue), _triplet(number)))


def _triplet(number: int) -> ColorTriplet:
    if number >= _GREYS:
        return ColorTriplet(*(8 + 10 * (number - _GREYS),) * 3)
    rest = number - _CUBE
    return ColorTriplet(_LEVELS[rest // 36], _LEVELS[rest // 6 % 6], _LEVELS[rest % 6])


def _distance(one: tuple[int, int, int], other: tuple[int, int, int]) -> int:
    """How differently two colours are seen, roughly: the eye is keener on green, and a tint that is lost tells nothing any more."""
    apart: int = sum(weight * (a - b) ** 2 for weight, a, b in zip((3, 4, 2), one, other, strict=True))
    return apart + 6 * max(0, _tint(one) - _tint(other)) ** 2


def _tint(color: tuple[int, int, int]) -> int:
    return max(color) - min(color)

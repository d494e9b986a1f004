"""The two colour schemes of the app, and what makes any other readable. The only place where a colour is written down; the rest
names variables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from textual.color import Color
from textual.theme import Theme

DARK = "pygent-dark"
LIGHT = "pygent-light"

# Contrasts as WCAG 2 counts them.
TEXT = 4.5
MUTED = 3.5
EDGE = 3.0
_FAINT_EDGE = 1.5
_STEPS = 20

_VOICES = ("primary", "secondary", "success", "warning", "error", "accent")
GROUNDS = ("background", "surface", "panel")
LABELS = ("primary", "success", "warning", "error")
"""Those whose words also stand on a ground of their own: keys, badges."""

_ON_DARK = {
    "primary": "cyan",
    "secondary": "bright_magenta",
    "success": "green",
    "warning": "yellow",
    "error": "bright_red",
    "accent": "yellow",
}
_ON_LIGHT = {
    "primary": "blue",
    "secondary": "magenta",
    "success": "green",
    "warning": "bright_red",
    "error": "red",
    "accent": "magenta",
}

_DIM = 0.66


def themes() -> tuple[Theme, Theme]:
    """The dark and the light theme."""
    return (
        Theme(
            name=DARK,
            primary="#7fb4e6",
            secondary="#a6a1d8",
            accent="#e6b673",
            foreground="#d7dce2",
            background="#11151a",
            surface="#161b21",
            panel="#202730",
            success="#8fc48b",
            warning="#e6b673",
            error="#e5848a",
            dark=True,
            variables={"border-blurred": "#36404b"},
        ),
        Theme(
            name=LIGHT,
            primary="#1f6298",
            secondary="#5c4f99",
            accent="#8f5a00",
            foreground="#23292f",
            background="#fafaf7",
            surface="#f2f2ed",
            panel="#e4e5df",
            success="#2d6f35",
            warning="#8f5a00",
            error="#ad2f3b",
            dark=False,
            variables={"border-blurred": "#c3c6bd"},
        ),
    )


Painted = Callable[[Color], Color]
"""What a terminal makes of a colour."""


def readable(theme: Theme, variables: Mapping[str, str], painted: Painted = lambda color: color) -> dict[str, str]:
    """The `variables` of `theme` with each that cannot be read on the theme's own grounds, as they are `painted`, moved as far as it takes.

    What the terminal's own colours look like nobody but its user knows: in themes of those, text stands on the terminal's own ground,
    in the colours that most terminals make readable on it.
    """
    if theme.ansi:
        return {**variables, **_of_the_terminal(theme.dark)}
    mended = {name: painted(Color.parse(variables[name])) for name in GROUNDS}
    grounds = list(mended.values())
    back = grounds[0]

    def moved(color: Color, least: float, on: Iterable[Color] = grounds) -> Color:
        return _moved(color, on, least, painted)

    mended["foreground"] = text = moved(Color.parse(variables["foreground"]), TEXT)
    mended["text-muted"] = moved(back.blend(text, _DIM), MUTED)
    mended |= {f"text-{name}": moved(Color.parse(variables[f"text-{name}"]), TEXT) for name in _VOICES}
    mended["border"] = moved(Color.parse(variables["border"]), EDGE)
    mended["border-blurred"] = moved(Color.parse(variables["border-blurred"]), _FAINT_EDGE, [back])
    for name in LABELS:
        mended[f"{name}-muted"] = _withdrawn(Color.parse(variables[f"{name}-muted"]), back, mended[f"text-{name}"], painted)
    return {**variables, **{name: color.hex for name, color in mended.items()}}


def of_the_terminal(dark: bool) -> str:
    """The theme of the terminal's own colours, for one that has few of them."""
    return "ansi-dark" if dark else "ansi-light"


def contrast(one: Color, other: Color) -> float:
    """How well one can be told from the other: 1 not at all, 21 black from white."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _of_the_terminal(dark: bool) -> dict[str, str]:
    """Grounds are the terminal's, and what is muted is as plain as text: no grey is readable everywhere."""
    voices = _ON_DARK if dark else _ON_LIGHT
    said = {f"text-{name}": f"ansi_{color}" for name, color in voices.items()}
    edges = {"border": said["text-primary"], "border-blurred": "ansi_bright_black", "text-muted": "ansi_default"}
    return said | edges | {f"{name}-muted": "ansi_default" for name in _VOICES}


def _moved(color: Color, grounds: Iterable[Color], least: float, painted: Painted) -> Color:
    """`color`, or the nearest one towards white or black that has the contrast on all `grounds`; else white or black."""
    grounds = list(grounds)
    poles = (Color(255, 255, 255), Color(0, 0, 0))
    pole = max(poles, key=lambda pole: min(contrast(pole, ground) for ground in grounds))
    for step in range(_STEPS):
        moved = painted(color.blend(pole, step / _STEPS))
        if all(contrast(moved, ground) >= least for ground in grounds):
            return moved
    return pole


def _withdrawn(ground: Color, back: Color, text: Color, painted: Painted) -> Color:
    """`ground`, or the nearest one towards `back` that `text` can be read on."""
    tried = (painted(ground.blend(back, step / _STEPS)) for step in range(_STEPS))
    return next((moved for moved in tried if contrast(text, moved) >= TEXT), back)


def _luminance(color: Color) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

"""The second layer against hostile text: what reaches a screen line holds no control and no hidden order.

The engine cleans text at its border; this one closes the door where strips are made, whoever made them: `SafeLines`
for every widget of the app, `safe_strip` for what the panes make of text and also let the user copy.
"""

from __future__ import annotations

import re

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

# C0, DEL, C1, bidi controls, line and paragraph separators, invisible tags, lone surrogates.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\U000e0000-\U000e007f\ud800-\udfff]")


def safe_text(text: str) -> str:
    """`text` without anything that a terminal would act upon."""
    return _UNSAFE.sub("", text)


def one_line(text: str) -> str:
    """`text` on one line, runs of white space as one blank, safe to show."""
    return safe_text(" ".join(text.split()))


def safe_strip(strip: Strip) -> Strip:
    """`strip` without controls, links and actions; the very strip when there is nothing to take away."""
    if not any(_tainted(segment) for segment in strip):
        return strip
    return Strip([Segment(safe_text(text), _plain(style)) for text, style, control in strip if not control])


class SafeLines(LineFilter):
    """Draws each character that a terminal would act upon as blanks of its own width, and no link."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [_safe(segment) if _acts(segment) else segment for segment in segments]


def _acts(segment: Segment) -> bool:
    text, style, _ = segment
    return _UNSAFE.search(text) is not None or (style is not None and style.link is not None)


def _safe(segment: Segment) -> Segment:
    text, style, control = segment
    blank = _UNSAFE.sub(lambda match: " " * cell_len(match[0]), text)
    return Segment(blank, style.update_link(None) if style is not None and style.link else style, control)


def _tainted(segment: Segment) -> bool:
    text, style, control = segment
    return bool(control) or _UNSAFE.search(text) is not None or (style is not None and bool(style.link or style.meta))


def _plain(style: Style | None) -> Style | None:
    return None if style is None else style.clear_meta_and_links()

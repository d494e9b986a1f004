"""Text as it is, for a person who must judge it: nothing is hidden by blanks, empty lines or characters without a shape. Pure.

What stands for something that cannot be seen is a mark, told apart by its colour; a character that looks like a mark is
written as its number. Marks are made of text that `clean` has been over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pygent_engine.frozen import frozen

Piece = tuple[str, bool]
"""Text, and whether it is a mark."""

BLANK, TAB, EMPTY = "·", "⇥", "⋮"
_FEW = 8  # blanks that are shown one by one; more are counted
_INDENT = 24
_EMPTY_LINES = 3
# Spaces that are none, fillers and joiners without a shape, and what marks are made of.
_ODD = (
    "\xa0\xad\u034f\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff" + BLANK + TAB + EMPTY
)
_MARKED = re.compile(rf"(?P<indent>^ +(?=[^ ]))|(?P<blanks> {{2,}}| +$)|(?P<tab>\t)|(?P<odd>[{_ODD}])|(?P<control>[\u2400-\u2421])")


@frozen
class Line:
    """One line of text. `gutter` stands before it, `more` before the rows that it goes on in; `role` names how it is drawn."""

    pieces: tuple[Piece, ...]
    gutter: str = ""
    more: str = ""
    role: str = "plain"


def exact(text: str) -> Iterator[tuple[Piece, ...]]:
    """The lines of `text`; many empty ones after each other become one that counts them."""
    empty = list[str]()
    for line in text.split("\n"):
        if not line.strip():
            empty.append(line)
            continue
        yield from _emptiness(empty)
        empty.clear()
        yield marked(line)
    yield from _emptiness(empty)


def marked(line: str) -> tuple[Piece, ...]:
    """One line, with marks for what cannot be seen in it."""
    pieces, at = list[Piece](), 0
    for found in _MARKED.finditer(line):
        mark = _mark(found)
        if mark:
            pieces += [(line[at : found.start()], False), (mark, True)]
            at = found.end()
    return tuple(piece for piece in (*pieces, (line[at:], False)) if piece[0])


def _emptiness(lines: list[str]) -> Iterator[tuple[Piece, ...]]:
    if len(lines) > _EMPTY_LINES:
        yield ((f"{EMPTY} {len(lines)} empty lines {EMPTY}", True),)
    else:
        yield from map(marked, lines)


def _mark(found: re.Match[str]) -> str:
    """What stands for `found`; empty when it is plain enough."""
    text = found[0]
    match found.lastgroup:
        case "indent":
            return _counted(text) if len(text) > _INDENT else ""
        case "blanks":
            return _counted(text) if len(text) > _FEW else BLANK * len(text)
        case "tab":
            return f"{TAB}  "
        case "odd":
            code = ord(text)
            return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
        case _:
            return text


def _counted(blanks: str) -> str:
    return f"{BLANK}{len(blanks)} blanks{BLANK}"

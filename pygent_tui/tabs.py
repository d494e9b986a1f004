"""Output as it is seen: its tabs as blanks, in cells of the terminal."""

from __future__ import annotations

from rich.cells import cell_len

from .views.sgr import plain

_TAB = 8


def spread(text: str) -> str:
    """`text` with blanks for its tabs, as many as a terminal would show; colour sequences take no room."""
    if "\t" not in text:
        return text
    found: list[str] = []
    column = 0
    *tabbed, last = text.split("\t")
    for piece in tabbed:
        column += cell_len(plain(piece))
        blanks = _TAB - column % _TAB
        column += blanks
        found += [piece, " " * blanks]
    return "".join((*found, last))


def searched(text: str) -> str:
    """`text` as it is searched: as it is seen."""
    text = plain(text)
    if "\t" not in text:
        return text
    return text.expandtabs(_TAB) if text.isascii() else "\n".join(map(spread, text.split("\n")))

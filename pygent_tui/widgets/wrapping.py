"""Wraps exact text into rows of a width in cells: nothing is dropped, words stay whole where they can."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len

from ..views.exact import Piece


def wrapped(pieces: Iterable[Piece], width: int) -> list[list[Piece]]:
    """`pieces` in rows of at most `width` cells; no character is dropped, and words stay whole where they can."""
    rows, room = [list[Piece]()], width
    for text, mark in pieces:
        while text:
            fits = _fitting(text, room)
            if fits < len(text) and not mark:
                fits = _at_a_blank(text, fits, room < width)
            if fits == 0 and rows[-1]:
                rows.append([])
                room = width
                continue
            cut = max(1, fits)
            rows[-1].append((text[:cut], mark))
            room -= cell_len(text[:cut])
            text = text[cut:]
            if text:
                rows.append([])
                room = width
    return rows


def _fitting(text: str, room: int) -> int:
    """How many characters of `text` fit into `room` cells."""
    if text[:room].isascii():
        return min(len(text), max(0, room))
    taken = count = 0
    for character in text:
        taken += cell_len(character)
        if taken > room:
            break
        count += 1
    return count


def _at_a_blank(text: str, fits: int, begun: bool) -> int:
    """Where to cut so that a word stays whole, unless that wastes too much of the row."""
    if text[fits : fits + 1] == " ":
        return fits
    blank = text.rfind(" ", 0, fits) + 1
    if blank == 0 and begun and fits < 24:
        return 0
    return blank if blank * 2 > fits else fits

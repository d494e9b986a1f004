"""Replaces one piece of a text that stands in it exactly once, whatever its lines end with. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

_LINE_END = re.compile(r"\r?\n")


class NoEdit(ValueError):
    """Nothing was changed; the message ends a sentence that says so."""


class Edited(NamedTuple):
    """The new text, and whether line ends were made those of the text."""

    text: str
    adapted: bool


def edited(text: str, old: str, new: str) -> Edited:
    """`text` with `old` replaced by `new`. Raises NoEdit unless `old` stands there exactly once.

    Where all lines of `text` end alike, the ends of `old` and `new` may differ from them; they are made the same.
    """
    ends = _ends(text)
    wanted = new
    if ends is not None and (not old or old not in text):
        old, wanted = _with_ends(old, ends), _with_ends(new, ends)
    elif ends == "\r\n":
        wanted = _with_ends(new, ends)
    start = text.find(old) if old else -1
    if start < 0:
        raise NoEdit("is not there")
    if text.find(old, start + 1) >= 0:
        raise NoEdit("stands there more than once; give more of the lines around it")
    return Edited(text[:start] + wanted + text[start + len(old) :], wanted != new)


def _ends(text: str) -> str | None:
    """What all lines end with; None when there is no end, or more than one kind."""
    both, windows = text.count("\n"), text.count("\r\n")
    return None if not both or 0 < windows < both else "\r\n" if windows else "\n"


def _with_ends(text: str, ends: str) -> str:
    return _LINE_END.sub(ends, text)

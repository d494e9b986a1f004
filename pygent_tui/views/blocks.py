"""Splits markdown into blocks that can be drawn apart, also while it still grows. Pure.

A block is what stands between blank lines at the outer level (a loose list is many), or a code fence; a long
one is cut, so that the work for one more character has a limit whatever the length of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(r"([ ]*)(`{3,}(?=[^`]*$)|~{3,})")
_CODE_LINES = 60
_TEXT_LINES = 100


@dataclass(frozen=True, slots=True)
class Block:
    """Markdown that is drawn by itself; `joined` when no blank line stands before it."""

    text: str
    joined: bool = False


def split(text: str) -> list[Block]:
    """All blocks of `text`."""
    splitter = Splitter()
    return [*splitter.closed(text), *splitter.rest(text)]


class Splitter:
    """Walks along a text that grows: each block is handed out once, as soon as what follows cannot change it."""

    def __init__(self) -> None:
        self._start = 0
        self._fence = ""
        self._joined = False

    def closed(self, text: str) -> list[Block]:
        """The blocks that were closed since the last call; `text` is the whole text so far."""
        blocks: list[Block] = []
        position, fence, lines, blank = self._start, self._fence, 0, False
        while (end := text.find("\n", position) + 1) > 0:
            line = text[position : end - 1]
            lines += 1
            if fence:
                ended = _closes(line, fence)
                if ended or (lines >= _CODE_LINES and not fence[0].isspace()):
                    blocks += self._cut(text, end, "" if ended else fence)
                    lines = 0
                fence = "" if ended else fence
            else:
                opening = _FENCE.match(line)
                outer = line[:1].strip() != ""
                if outer and position > self._start and (blank or opening or (lines > _TEXT_LINES and line[0] != "|")):
                    blocks += self._cut(text, position, "", joined=not (blank or opening))
                    lines = 0
                if opening:
                    fence = line
                blank = not line.strip()
            position = end
        return blocks

    def rest(self, text: str) -> list[Block]:
        """What is left of `text` as the last block, if anything."""
        left = text[self._start :]
        return [Block(self._fenced(left), self._joined)] if left.strip() else []

    def _cut(self, text: str, end: int, fence: str, *, joined: bool = False) -> list[Block]:
        """The block that ends at `end`; what follows is within `fence` when that is not empty."""
        content = text[self._start : end]
        block = Block(self._fenced(content) + (_closing(fence) if fence else ""), self._joined)
        self._start, self._fence, self._joined = end, fence, bool(fence) or joined
        return [block] if content.strip() else []

    def _fenced(self, content: str) -> str:
        return f"{self._fence}\n{content}" if self._fence else content


def _closes(line: str, fence: str) -> bool:
    opening = _FENCE.match(fence)
    mark = line.strip()
    return opening is not None and len(mark) >= len(opening[2]) and not mark.strip(opening[2][0])


def _closing(fence: str) -> str:
    opening = _FENCE.match(fence)
    return opening[2] if opening else ""

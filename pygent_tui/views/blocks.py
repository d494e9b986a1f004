"""Splits markdown into blocks that can be drawn apart, also while it still grows. Pure.

A block is what stands between blank lines at the outer level (a loose list is many), or a code fence; a long
one is cut, so that the work for one more character has a limit whatever the length of the text.
"""

from __future__ import annotations

import re

from pygent_engine.frozen import frozen

_FENCE = re.compile(r"([ ]*)(`{3,}(?=[^`]*$)|~{3,})")
_TABLE = re.compile(r"\|.*\n[ ]*\|?[ :|-]*-[ :|-]*\n")
_CODE_LINES = 60
_TEXT_LINES = 100
_CHARS = 4_000


@frozen
class Block:
    """Markdown that is drawn by itself; `joined` when no blank line stands before it, `cut` when it ends within a line."""

    text: str
    joined: bool = False
    cut: bool = False


def split(text: str) -> list[Block]:
    """All blocks of `text`."""
    splitter = Splitter()
    return [*splitter.closed(text), *splitter.rest(text)]


class Splitter:
    """Walks along a text that grows: each block is handed out once, as soon as what follows cannot change it."""

    def __init__(self) -> None:
        self._start = 0
        """Where the block begins that is not handed out yet."""
        self._fence = ""
        """The line that opened the fence which is open at the start."""
        self._head = ""
        """What is repeated from the block before, so that this one is read as the same kind."""
        self._joined = False

    def closed(self, text: str) -> list[Block]:
        """The blocks that were closed since the last call; `text` is the whole text so far."""
        blocks: list[Block] = []
        position, fence, lines, blank = self._start, self._fence, 0, False
        while True:
            end = text.find("\n", position) + 1
            if (end or len(text)) - self._start > _CHARS:
                position = position if position > self._start else _within(text, position)
                blocks += self._cut(text, position, fence, joined=not blank)
                lines, blank = 0, False
                continue
            if not end:
                return blocks
            line = text[position : end - 1]
            opening = None if fence else _FENCE.match(line)
            if not fence and line[:1].strip() and position > self._start and (blank or opening or lines >= _TEXT_LINES):
                blocks += self._cut(text, position, "", joined=not (blank or opening))
                lines = 0
            lines += 1
            ended = bool(fence) and _closes(line, fence)
            fence = line if opening else "" if ended else fence
            if ended or (fence and not fence[0].isspace() and lines >= _CODE_LINES):
                blocks += self._cut(text, end, fence)
                lines = 0
            blank = not fence and not line.strip()
            position = end

    def rest(self, text: str) -> list[Block]:
        """What is left of `text` as the last block, if anything."""
        left = text[self._start :]
        return [Block(self._head + left, self._joined)] if left.strip() else []

    def _cut(self, text: str, end: int, fence: str, *, joined: bool = False) -> list[Block]:
        """The block that ends at `end`; what follows is within `fence` when that is not empty."""
        left = text[self._start : end]
        content, within = self._head + left, self._fence
        block = Block(content + _closing(content, fence), self._joined, cut=not left.endswith("\n"))
        self._start, self._fence, self._joined = end, fence, bool(fence) or joined
        self._head = f"{fence}\n" if fence else _table_head(content) if joined and text[end : end + 1] == "|" else ""
        return [block] if left.strip() or within else []


def _within(text: str, start: int) -> int:
    """Where a line that is too long is cut: after a word, if it has words."""
    return text.rfind(" ", start + _CHARS // 2, start + _CHARS) + 1 or start + _CHARS


def _table_head(content: str) -> str:
    head = _TABLE.match(content)
    return head[0] if head else ""


def code(block: Block) -> list[str] | None:
    """The lines of code in a block that is fenced, None in another; of a line that is cut the rest stands in the next block."""
    opening, _, body = block.text.partition("\n")
    if _FENCE.match(opening) is None:
        return None
    lines = body.removesuffix("\n").split("\n") if body else []
    return lines[:-1] if lines and _closes(lines[-1], opening) else lines


def _closes(line: str, fence: str) -> bool:
    opening = _FENCE.match(fence)
    mark = line.strip()
    return opening is not None and len(mark) >= len(opening[2]) and not mark.strip(opening[2][0])


def _closing(content: str, fence: str) -> str:
    """What ends the fence that `content` leaves open."""
    opening = _FENCE.match(fence)
    return ("" if content.endswith("\n") else "\n") + opening[2] if opening else ""

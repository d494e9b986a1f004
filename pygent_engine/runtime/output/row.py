"""One row of a terminal: what is written over what. Pure.

A carriage return or a backspace moves back, and what follows covers what stood there; erase-line takes it away. Other
control sequences take no room and stay with the character that follows them. A character takes one column.
"""

from __future__ import annotations

import re

WIDTH = 4096
_LONGEST_PREFIX = 256

_TOKEN = re.compile(r"\x1b\[[0-?]{0,128}[ -/]{0,8}[@-~]|\r+|\x08+")
_CUT_OFF = re.compile(r"\x1b(?:\[[0-?]{0,128}[ -/]{0,8})?\Z")
_LONGEST_CUT_OFF = 140


class Row:
    """The row that a command writes. Each writing returns what left the row for good: full rows, beyond reach of a return."""

    def __init__(self) -> None:
        self._cells: list[str] = []  # a character each, after the sequences that came before it
        self._column = 0
        self._prefix = ""  # sequences that wait for their character

    def end(self) -> str:
        """What the row shows; the next writing begins another one."""
        shown = "".join(self._cells) + self._prefix
        self._cells, self._column, self._prefix = [], 0, ""
        return shown

    def write(self, text: str) -> str:
        """Take text without newlines, its control characters acting."""
        if not ("\x1b" in text or "\r" in text or "\b" in text):
            return self._put(text) if text else ""
        if not ("\x1b" in text or "\b" in text or self._prefix):
            first, *frames = text.split("\r")
            if len(max(frames, key=len)) <= WIDTH:
                left = self._put(first) if first else ""
                self._lay(frames)
                return left
        left, start = "", 0
        for token in _TOKEN.finditer(text):
            if token.start() > start:
                left += self._put(text[start : token.start()])
            left += self._act(token[0])
            start = token.end()
        return left + self._put(text[start:]) if start < len(text) else left

    def _put(self, text: str) -> str:
        """Take characters that fill a cell each."""
        left = self._wrapped() if self._column == WIDTH else ""
        room = WIDTH - self._column
        self._cover(text[:room])
        if len(text) <= room:
            return left
        whole = (len(text) - room - 1) // WIDTH * WIDTH  # full rows that nothing can come back to
        left += self.end() + text[room : room + whole]
        self._cover(text[room + whole :])
        return left

    def _lay(self, frames: list[str]) -> None:
        """Write each over the one before it: what shows of a frame is what stands out beyond all that came after it."""
        shown = ""
        for frame in reversed(frames):
            if len(frame) > len(shown):
                shown += frame[len(shown) :]
        self._column = 0
        self._cover(shown)
        self._column = len(frames[-1])

    def _wrapped(self) -> str:
        """A character has come that finds the row full; what waited for it goes with it."""
        prefix, self._prefix = self._prefix, ""
        left = self.end()
        self._prefix = prefix
        return left

    def _cover(self, text: str) -> None:
        cells, column = self._cells, self._column
        if column > len(cells):
            cells.extend(" " * (column - len(cells)))
        cells[column : column + len(text)] = text
        if self._prefix:
            cells[column] = self._prefix + cells[column]
            self._prefix = ""
        self._column += len(text)

    def _act(self, token: str) -> str:
        match token:
            case _ if token[0] == "\r":
                self._column = 0
            case _ if token[0] == "\b":
                self._column = max(0, min(self._column, WIDTH - 1) - len(token))
            case "\x1b[K" | "\x1b[0K":
                del self._cells[self._column :]
            case "\x1b[1K":
                self._blank(self._column + 1)
            case "\x1b[2K":
                self._cells.clear()
            case _:
                self._prefix += token
                if len(self._prefix) > _LONGEST_PREFIX:
                    return self.end()
        return ""

    def _blank(self, count: int) -> None:
        """Erase from the start on; what is erased to the end of the row is no trailing blank."""
        if count >= len(self._cells):
            self._cells.clear()
        else:
            self._cells[:count] = " " * count


def cut_off(text: str) -> int:
    """How many characters at the end of `text` only mean something with what follows them."""
    if text.endswith("\r"):  # before a newline it does nothing
        return 1
    cut = _CUT_OFF.search(text, max(0, len(text) - _LONGEST_CUT_OFF))
    return len(text) - cut.start() if cut else 0

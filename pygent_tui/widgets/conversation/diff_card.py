"""Draws how a file changed: one below the other, or side by side, in the colours of the file's language."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from rich.segment import Segment
from rich.text import Text
from textual.strip import Strip

from pygent_engine.values import FileDiff

from ...views.diffs import Row, counts, rows, side_by_side
from .brush import Brush
from .estimates import DIFF_LINES

MOST_LINES = 2_000
_GUTTER = "┆ "
_ROLES = {"+": "added", "-": "removed"}
_LONGEST = 2_000  # characters of a line

Code = Callable[[str, str], list[Text]]
"""Lines of code in colours, from a text and the name of its file."""


Key = tuple[str, int | None, int | None]


class DiffCard:
    """Diffs with one brush. `beside`: the old text at the left, the new one at the right. `opens` is the key that opens a card."""

    def __init__(self, brush: Brush, code: Code, *, beside: bool, opens: str) -> None:
        self._brush = brush
        self._code = code
        self._beside = beside
        self._opens = opens

    def draw(self, diff: FileDiff, opened: bool, *, named: bool) -> list[Strip]:
        """The lines of `diff`; `named`: below the name of its file."""
        head = [self._said(f"{diff.path} {counts(diff)}".strip(), "strong")] if named else []
        if not diff.text:
            return [*head, self._said(_unseen(diff), "comment")]
        found = rows(diff)
        limit = MOST_LINES if opened else DIFF_LINES
        shown = found[:limit] if len(found) > limit + 1 else found
        beside = self._beside and diff.added and diff.removed  # an empty column tells nothing
        lines = self._sides(shown, diff.path) if beside else self._below(shown, diff.path, opened)
        if len(found) > len(shown):
            way = "" if opened else f" · {self._opens} opens"
            lines.append(self._said(f"… {len(found) - len(shown):,} more lines{way}", "comment"))
        return [*head, *lines]

    def _said(self, text: str, role: str) -> Strip:
        return self._brush.fit([(_GUTTER, "tool"), ("  ", "text"), (text, role)])

    def _below(self, found: Sequence[Row], path: str, opened: bool) -> list[Strip]:
        wide = _digits(found)
        room = self._brush.width - wide - 3
        strips: list[Strip] = []
        for row, text in zip(found, self._colored(found, path), strict=True):
            number = self._number(row, row.new or row.old, wide)
            lines = list(text.wrap(self._brush.console, max(1, room))) if opened and len(text) > room else [text]
            for index, line in enumerate(lines or [text]):
                lead = number if index == 0 else self._number(Row(row.sign, ""), None, wide)
                strips.append(Strip([*self._brush.segments([(_GUTTER, "tool")]), *lead, *self._brush.cut(line, room)]))
        return strips

    def _sides(self, found: Sequence[Row], path: str) -> list[Strip]:
        wide = _digits(found)
        room = (self._brush.width - 5) // 2 - wide - 3
        texts = {_key(row): text for row, text in zip(found, self._colored(found, path), strict=True)}
        strips: list[Strip] = []
        for left, right in side_by_side(found):
            old = self._side(left, left.old if left else None, wide, room, texts)
            new = self._side(right, right.new if right else None, wide, room, texts)
            strips.append(Strip([*self._brush.segments([(_GUTTER, "tool")]), *old, *self._brush.segments([(" │ ", "comment")]), *new]))
        return strips

    def _side(self, row: Row | None, number: int | None, wide: int, room: int, texts: dict[Key, Text]) -> list[Segment]:
        if row is None:
            return [Segment(" " * (wide + room + 3))]
        return [*self._number(row, number, wide), *self._brush.cut(texts[_key(row)], room)]

    def _number(self, row: Row, number: int | None, wide: int) -> list[Segment]:
        shown = f"{number if number is not None else '':>{wide}}"
        sign = row.sign if row.sign in "+-" else " "
        role = _ROLES.get(row.sign, "text")
        return self._brush.segments([(f"{shown} ", "muted"), (f"{sign} ", role)])

    def _colored(self, found: Sequence[Row], path: str) -> list[Text]:
        """The text of each row: old and new lines are read as the texts that they belong to."""
        old = iter(self._code("\n".join(row.text[:_LONGEST] for row in found if row.sign == "-"), path))
        new = iter(self._code("\n".join(row.text[:_LONGEST] for row in found if row.sign != "-"), path))
        return [self._tinted(row, next(old if row.sign == "-" else new, Text(row.text))) for row in found]

    def _tinted(self, row: Row, text: Text) -> Text:
        if row.sign == "@":
            return Text(row.text, self._brush.look("comment"))
        if row.sign in _ROLES:
            ground = Text(text.plain, self._brush.look(_ROLES[row.sign]))
            for span in text.spans:
                ground.stylize(span.style, span.start, span.end)
            for start, end in islice(row.marks, 100):
                ground.stylize(self._brush.look(f"{_ROLES[row.sign]}-word"), start, end)
            return ground
        return text


def _key(row: Row) -> Key:
    return row.sign, row.old, row.new


def _digits(found: Sequence[Row]) -> int:
    return len(str(max((row.new or row.old or 0 for row in found), default=0)))


def _unseen(diff: FileDiff) -> str:
    """Why there is nothing to see."""
    if diff.added or diff.removed:
        return "too much changed to be shown here"
    return "an empty file" if diff.kind == "added" else "no line of text changed, or the file is no text or too large"

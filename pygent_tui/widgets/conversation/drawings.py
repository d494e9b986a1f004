"""The drawn units of a conversation: made when they are first seen, and kept while they are likely to be seen again."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.text import Text
from textual.strip import Strip

from ...bound import key_of
from ...views.layout import Unit
from .brush import Brush
from .call_card import CallCard
from .cards import Cards
from .diff_card import DiffCard

if TYPE_CHECKING:
    from ..line_view import LineView
    from .markdown import MarkdownPen

_LINES = 800  # that stay drawn, at six kilobytes each with what Textual keeps beside them: pages around what is seen
_UNITS = 64  # stay drawn however many lines they have
_BESIDE = 110
"""Cells that two columns of a diff need."""


class Drawings:
    """Drawn at `width`, in the colours of `pane`. Two columns for a diff where they have room, unless `turn` says otherwise."""

    def __init__(self, pane: LineView) -> None:
        self._pane = pane
        self._width = 0
        self._cards: Cards | None = None
        self._pen: MarkdownPen | None = None
        self._kept: OrderedDict[tuple[Unit, bool], list[Strip]] = OrderedDict()
        self._lines = 0
        self._chosen: bool | None = None

    def strips(self, unit: Unit, opened: bool) -> list[Strip]:
        """The lines of a unit."""
        key = (unit, opened)
        strips = self._kept.get(key)
        if strips is None:
            strips = self._kept[key] = self._drawing().draw(unit, opened)
            self._lines += len(strips)
            while self._lines > _LINES and len(self._kept) > _UNITS:
                self._lines -= len(self._kept.popitem(last=False)[1])
        else:
            self._kept.move_to_end(key)
        return strips

    def rewidth(self, width: int) -> None:
        """Draw at another width."""
        self._width = width
        self._cards = None
        self._forget()

    def restyle(self) -> None:
        """Colours may have changed."""
        self._cards = self._pen = None
        self._forget()

    def _forget(self) -> None:
        self._kept.clear()
        self._lines = 0

    def turn(self) -> None:
        """Show diffs in two columns, or in one."""
        self._chosen = not self._beside
        self.rewidth(self._width)

    @property
    def _beside(self) -> bool:
        return self._width >= _BESIDE if self._chosen is None else self._chosen

    def _drawing(self) -> Cards:
        if self._cards is None:
            brush = Brush(self._width, self._pane.look, self._pane.app.console)
            opens = key_of(self._pane, "conversation.open")
            diffs = DiffCard(brush, self._code, beside=self._beside, opens=opens)
            self._cards = Cards(brush, self._markdown, CallCard(brush, diffs, opens, key_of(self._pane, "conversation.output")))
        return self._cards

    def _markdown(self, text: str, width: int) -> list[list[Segment]]:
        return self._penned().render(text, width)

    def _code(self, text: str, path: str) -> list[Text]:
        return self._penned().code(text, path)

    def _penned(self) -> MarkdownPen:
        if self._pen is None:
            from .markdown import MarkdownPen  # noqa: PLC0415 - a parser and a highlighter are not needed before the first reply

            self._pen = MarkdownPen(self._pane.look)
        return self._pen

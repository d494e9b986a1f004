"""A text area in which a long paste is a chip: one thing, which is put in, removed and sent as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from textual import events
from textual.document._document import EditResult, Location
from textual.document._edit import Edit
from textual.widgets import TextArea

from pygent_engine.untrusted import clean

from ...bound import key_of
from .chips import Chips, Span

LONGEST_HERE = 250_000
"""Characters; more cannot be edited here without a stutter."""


class ChipArea(TextArea):
    """`chips` hold what the labels in the text stand for."""

    def __init__(self, *, id: str | None = None, placeholder: str = "") -> None:
        super().__init__(id=id, compact=False, highlight_cursor_line=False, placeholder=placeholder)
        self.chips = Chips()

    def label(self, text: str) -> str:
        """What stands for `text` here: itself, or a chip when it is very long or has controls."""
        return self.chips.add(text, self.text) if len(text) > LONGEST_HERE or clean(text) != text else text

    def expand_chip(self) -> str:
        """Put the text of the chip at the cursor in the place of its label; else the sentence that says why not."""
        row, column = self.cursor_location
        line = self.document.get_line(row)
        span = next((span for span in self.chips.spans(line) if span[0] <= column <= span[1]), None)
        if span is None:
            return "There is no paste at the cursor; move it onto one to put its text in its place."
        text = self.chips.text(line[slice(*span)])
        if len(text) > LONGEST_HERE:
            return f"This paste is too long to be edited here; {key_of(self, 'composer.editor')} opens the whole draft in the editor."
        self.replace(clean(text), (row, span[0]), (row, span[1]), maintain_selection_offset=False)
        return ""

    def on_paste(self, event: events.Paste) -> None:
        """Insert what was pasted, its controls made visible: a text area would pass them on to the terminal. A long one is a chip,
        which holds it as it is."""
        event.stop()
        event.prevent_default()
        text = event.text.replace("\r\n", "\n").replace("\r", "\n")  # a terminal sends each line's end as a key would
        shown = self.chips.add(text, self.text) if self.chips.wants(text) else clean(text)
        self.replace(shown, *self.selection, maintain_selection_offset=False)

    def edit(self, edit: Edit) -> EditResult:
        """What touches a part of a chip touches it whole, and nothing is put into one."""
        top, bottom = self._around(edit.top, edit.bottom)
        if (top, bottom) != (edit.top, edit.bottom):
            edit = Edit(edit.text, top, bottom, edit.maintain_selection_offset)
        return super().edit(edit)

    def _around(self, top: Location, bottom: Location) -> tuple[Location, Location]:
        """The range with every chip that it begins, ends or lies in."""
        for start, end in self._spans(top[0]):
            if start < top[1] < end:
                top = (top[0], end if top == bottom else start)
                bottom = max(top, bottom)
        for start, end in self._spans(bottom[0]):
            if start < bottom[1] < end and top != bottom:
                bottom = (bottom[0], end)
        return top, bottom

    def _spans(self, row: int) -> Iterator[Span]:
        """Where chips stand in a row; an edit that takes the last line away ends in the one after it, which there is not."""
        return self.chips.spans(self.document.get_line(row) if row < self.document.line_count else "")

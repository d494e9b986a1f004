"""Where prompts are written: grows with the text, Enter sends, a paste never does, Up and Down walk the history."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.widgets import TextArea

from pygent_engine.untrusted import clean

from .history import History
from .request import Request
from .sanitise import one_line

_BREAKS = frozenset({"shift+enter", "ctrl+j", "alt+enter", "ctrl+enter"})


class Composer(TextArea):
    """A text area that posts `Submitted`; its owner clears it, so that a refused text can be mended."""

    DEFAULT_CSS = """
    Composer {
        height: auto;
        min-height: 3;
        max-height: 10;
        min-width: 8;  /* without a cell to wrap in, a text area raises */
        border: round $border-blurred;
        background: $background;
        padding: 0 1;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        scrollbar-size-vertical: 1;
    }
    Composer:focus { border: round $primary; border-title-color: $primary; }
    """

    @dataclass
    class Submitted(Request):
        """The user sent `text`."""

        text: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(
            id=id,
            compact=False,
            highlight_cursor_line=False,
            placeholder="Ask Pygent to do something, or type /help",
        )
        self.cursor_blink = False
        self.border_title = "Prompt"
        self._history = History()
        self.typed_at = 0.0

    def sent(self) -> None:
        """The text was accepted: remember it and start afresh."""
        self._history.add(self.text)
        self.text = ""

    def show_queued(self, queued: tuple[str, ...]) -> None:
        """Tell at the border what was sent and has not begun."""
        last = one_line(queued[-1])[:40] if queued else ""
        line = f"queued: {last}" if len(queued) == 1 else f"{len(queued)} queued, last: {last}"
        self.border_subtitle = Content(line if queued else "")

    def on_key(self, event: events.Key) -> None:
        self.typed_at = event.time
        if event.key == "enter":
            self._submit()
        elif event.key in _BREAKS:
            self.insert("\n")
        elif not self._walk(event.key):
            return
        event.stop()
        event.prevent_default()  # or TextArea would insert it

    def on_paste(self, event: events.Paste) -> None:
        """Insert what was pasted, its controls made visible: a text area would pass them on to the terminal."""
        event.stop()
        event.prevent_default()
        text = clean(event.text.replace("\r\n", "\n").replace("\r", "\n"))
        self.replace(text, *self.selection)

    def _submit(self) -> None:
        if self.text.strip():
            self.post_message(self.Submitted(self.text.strip("\n")))

    def _walk(self, key: str) -> bool:
        """Up on the first row and Down on the last one show the neighbours in the history."""
        row = self.wrapped_document.location_to_offset(self.cursor_location).y
        if key == "up" and row == 0:
            text = self._history.older(self.text)
        elif key == "down" and row == self.wrapped_document.height - 1:
            text = self._history.newer()
        else:
            return False
        if text is not None:
            self.text = text
            self.move_cursor(self.document.end)
        return True

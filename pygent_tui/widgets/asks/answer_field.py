"""Where an answer in own words is written: grows with the text, Enter sends, a paste never does."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.widgets import TextArea

from pygent_engine.untrusted import clean

_BREAKS = frozenset({"shift+enter", "ctrl+j", "alt+enter", "ctrl+enter"})


class AnswerField(TextArea):
    """A text area that posts `Submitted`, also for empty text."""

    SCOPED_CSS = False  # the screen's classes count
    DEFAULT_CSS = """
    AnswerField, AnswerField:focus {
        height: auto;
        min-height: 1;
        max-height: 6;
        min-width: 8;  /* without a cell to wrap in, a text area raises */
        border: none;
        padding: 0 1;
        background: $surface;
        scrollbar-size-vertical: 1;
    }
    .-short AnswerField, .-short AnswerField:focus { max-height: 3; }
    """

    @dataclass
    class Submitted(Message):
        """The user sent `text`."""

        text: str

    def __init__(self, placeholder: str) -> None:
        super().__init__(compact=True, highlight_cursor_line=False, placeholder=placeholder, classes="reason")
        self.cursor_blink = False

    def on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            self.post_message(self.Submitted(self.text.strip()))
        elif event.key in _BREAKS:
            self.insert("\n")
        else:
            return
        event.stop()
        event.prevent_default()  # or TextArea would insert it

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.take(event.text)

    def take(self, text: str) -> None:
        """Insert what was pasted, its controls made visible: a text area would pass them on to the terminal."""
        self.replace(clean(text.replace("\r\n", "\n").replace("\r", "\n")), *self.selection)

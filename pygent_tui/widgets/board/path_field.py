"""A line for paths of the workspace: those that fit the last word of it are listed below it. Searches nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.message import Message
from textual.widgets import Input

from ...bound import key_of, keys_of
from ...views.written import last_word, with_path
from ..popup import Choice, Popup

Search = Callable[[str, Callable[[Sequence[str]], object]], object]
"""Has the paths that fit a word best handed over, later, on the UI's thread."""


class PathField(Input):
    """`popup` is its list, which whoever composes the field puts on the screen."""

    class Listed(Message):
        """What fits is listed, or nothing does."""

    def __init__(self, value: str, hint: str, search: Search, *, id: str | None = None) -> None:
        super().__init__(value, hint, id=id, select_on_focus=False)
        self.cursor_blink = False
        self.popup = Popup()
        self._search = search

    def look(self) -> None:
        """List what fits what is written now."""
        written, word = self.value, last_word(self.value)
        if not word or not self.has_focus or self.cursor_position < len(written):
            self.popup.close()
        else:
            self._search(word, lambda found: self._offer(written, word, found))

    def _offer(self, written: str, word: str, found: Sequence[str]) -> None:
        if written != self.value or not self.has_focus or self.popup.left:
            return  # it is of something else, or the user closed it
        choices = [Choice(path, with_path(written, path)) for path in found]
        self.popup.fill(written, choices, "Files", self._keys, marked=word not in (".", *found))
        self.popup.place(self.region, self.screen.region, below=True)
        self.post_message(self.Listed())

    @property
    def _keys(self) -> str:
        """The keys of the form that the list takes."""
        on, enter, leave = (key_of(self, f"form.{name}") for name in ("next", "on", "leave"))
        return f"{keys_of(self, 'form.up', 'form.down')} choose · {on} or {enter} takes it · {leave} close"

    def take(self) -> bool:
        """Write what is marked in place of the word; False when nothing is."""
        choice = self.popup.chosen
        if choice is None:
            return False
        self.popup.close()
        self.value = choice.text
        self.cursor_position = len(self.value)
        return True

    def on_input_changed(self) -> None:
        self.popup.left = False
        self.popup.written()
        self.look()

    def on_blur(self, event: events.Blur) -> None:
        self.popup.close()

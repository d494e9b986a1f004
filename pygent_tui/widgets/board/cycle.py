"""One of several values on one line: the keys go from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.binding import Binding
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from ..fitting import cut
from ..sanitise import one_line


class Cycle(Widget, can_focus=True):
    """`choices` are values, each with the words that are shown for it; `value` is the one chosen."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("right,space", "turn(1)", "Next choice", id="cycle.next", show=False),
        Binding("left", "turn(-1)", "Choice before", id="cycle.previous", show=False),
    ]

    DEFAULT_CSS = """
    Cycle { height: 1; padding: 0 1; background: $panel; color: $foreground; }
    Cycle:focus { background: $primary-muted; text-style: bold; }
    Cycle:nocolor:focus { text-style: bold reverse; }
    """

    @dataclass
    class Changed(Message):
        """Another one was chosen."""

        value: str

    def __init__(self, choices: Sequence[tuple[str, str]], value: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._choices = tuple(choices)
        self._at = next((at for at, (each, _) in enumerate(self._choices) if each == value), 0)

    @property
    def value(self) -> str:
        return self._choices[self._at][0]

    def render(self) -> Content:
        many = len(self._choices) > 1
        place = f"  {self._at + 1} of {len(self._choices)}" if many else ""
        ends = ("‹ ", " ›") if many else ("", "")
        words = cut(one_line(self._choices[self._at][1]), self.content_size.width - len(place) - len("".join(ends)))
        return Content.assemble((ends[0], "$text-primary"), words, (ends[1], "$text-primary"), (place, "$text-muted"))

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_turn(1)

    def action_turn(self, step: int) -> None:
        if len(self._choices) > 1:
            self._at = (self._at + step) % len(self._choices)
            self.refresh()
            self.post_message(self.Changed(self.value))

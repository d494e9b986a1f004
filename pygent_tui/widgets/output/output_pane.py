"""The live output pane: what a command prints, as it prints it; the one that runs, or the one that was chosen."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding
from textual.content import Content

from ...bound import key_of
from ...views.output import EMPTY, Buffer, Outputs
from ..request import Request
from ..sanitise import safe_text
from .buffer_view import BufferView, ending


class OutputPane(BufferView):
    """Shows the current buffer of an Outputs: its place among the others and its command in the border, its lines, how it ended."""

    INVITATION: ClassVar[tuple[str, ...]] = ("No command has run yet.", "", "What a command prints appears here while it runs.")

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("f", "full", "Full screen", id="output.full", show=False),
        Binding("left_square_bracket", "choose(-1)", "Call before", id="output.previous", show=False),
        Binding("right_square_bracket", "choose(1)", "Next call", id="output.next", show=False),
        Binding("l", "list", "List the calls", id="output.list", show=False),
        # A binding of a class replaces those of its bases for the same key: the search comes first here too.
        Binding("escape", "search_clear", "Clear the search", id="pane.search-clear", show=False),
        Binding("escape", "follow", "Follow what runs", id="output.follow", show=False),
    ]

    class FullAsked(Request):
        """The user wants to see all that a call put out, on the whole screen."""

        def __init__(self, call_id: str) -> None:
            super().__init__()
            self.call_id = call_id

    class Chosen(Request):
        """The user wants to see the output of `call_id`; None: of what runs."""

        def __init__(self, call_id: str | None) -> None:
            super().__init__()
            self.call_id = call_id

    class ListAsked(Request):
        """The user wants to pick from all calls that are kept."""

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._state: Outputs = EMPTY
        self._chosen: str | None = None

    def show(self, state: Outputs) -> None:
        """Show the current buffer of `state`."""
        if state is not self._state:
            self._state = state
            self.touch()

    # ------------------------------------------------------------ keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "follow":
            return self._state.selected is not None
        return super().check_action(action, parameters)

    def action_full(self) -> None:
        if self.buffer is not None:
            self.post_message(self.FullAsked(self.buffer.call_id))

    def action_list(self) -> None:
        if self._state.shown:
            self.post_message(self.ListAsked())

    def action_follow(self) -> None:
        self.post_message(self.Chosen(None))

    def action_choose(self, distance: int) -> None:
        """Show the call that began before the shown one, or after it."""
        calls = [buffer.call_id for buffer in self._state.shown]
        if self.buffer is None or self.buffer.call_id not in calls:
            return
        place = calls.index(self.buffer.call_id) + distance
        if 0 <= place < len(calls):
            self.post_message(self.Chosen(calls[place]))

    # ------------------------------------------------------------ what is shown

    def reflow(self) -> None:
        old, self.buffer = self.buffer, self._wanted()
        if self.buffer is not None and (old is None or old.call_id != self.buffer.call_id):
            self.following = True
        super().reflow()
        if self.buffer is not None:
            self.border_title = Content(safe_text(self._title(self.buffer)))

    def _wanted(self) -> Buffer | None:
        """The current buffer; but what the user reads above its end stays until they let it go or choose another."""
        if self.buffer is not None and not self.following and self._state.selected == self._chosen:
            held = self._state.of(self.buffer.call_id)
            if held is not None:
                return held
        self._chosen = self._state.selected
        return self._state.current

    def _title(self, buffer: Buffer) -> str:
        """Where it stands among the calls that are kept, whose it is, and what; of one among several also how it goes."""
        calls = [kept.call_id for kept in self._state.shown]
        several = len(calls) > 1 and buffer.call_id in calls
        place = f" {calls.index(buffer.call_id) + 1}/{len(calls)}" if several else ""
        mark = ("● " if buffer.result is None else f"{ending(buffer.result)[0]} ") if several else ""
        task = "" if buffer.task_id == "main" else f"{buffer.task_id} · "
        return f"Output{place} · {mark}{task}{buffer.summary or buffer.name}"

    @property
    def more_below(self) -> str:
        chosen = self._state.selected is not None and self.following
        return f"{key_of(self, 'output.follow')} follows what runs" if chosen else super().more_below

    @property
    def offers_more(self) -> bool:
        return True

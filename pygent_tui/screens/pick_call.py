"""The calls whose output is kept, newest first, to pick one from."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from ..bound import key_of
from ..views.output import Buffer
from ..widgets.keys import Keys
from ..widgets.output.buffer_view import ending
from ..widgets.roles import drawn
from ..widgets.sanitise import one_line


class PickCall(ModalScreen[str | None]):
    """Dismissed with the id of a call, or with None. `now` is Unix seconds."""

    DEFAULT_CSS = """
    PickCall OptionList {
        height: auto;
        max-height: 60vh;
        border: none;
        padding: 0;
        background: $surface;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    PickCall OptionList:focus { border: none; background-tint: $foreground 0%; }
    PickCall OptionList:focus > .option-list--option-highlighted { color: $foreground; background: $panel; text-style: bold; }
    PickCall OptionList:focus:nocolor > .option-list--option-highlighted { text-style: bold reverse; }
    """

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("escape,q,l", "dismiss", "Back", id="pick-call.leave", show=False),
        Binding("j", "cursor(True)", "Down", id="pick-call.down", show=False),
        Binding("k", "cursor(False)", "Up", id="pick-call.up", show=False),
    ]

    def __init__(self, buffers: Sequence[Buffer], shown: str | None, now: float) -> None:
        super().__init__()
        self._buffers = list(reversed(buffers))
        self._shown = shown
        self._now = now

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall") as dialog:
            dialog.border_title = Content("Show the output of")
            yield OptionList(*[Option(_row(buffer, self._now)) for buffer in self._buffers])
            yield Keys(("Enter", "show"), (key_of(self, "pick-call.leave"), "back"))

    def on_mount(self) -> None:
        calls = [buffer.call_id for buffer in self._buffers]
        self.query_one(OptionList).highlighted = calls.index(self._shown) if self._shown in calls else 0

    def action_cursor(self, down: bool) -> None:
        options = self.query_one(OptionList)
        (options.action_cursor_down if down else options.action_cursor_up)()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._buffers[event.option_index].call_id)


def _row(buffer: Buffer, now: float) -> Content:
    """How it goes, since when or how long, whose it is, and what."""
    if buffer.result is None:
        state, role, took = "● running", "agent", max(0.0, now - buffer.started_at)
    else:
        mark, word, role = ending(buffer.result)
        state, took = f"{mark} {word}", buffer.result.duration_s
    task = "" if buffer.task_id == "main" else f"{one_line(buffer.task_id)} · "
    what = one_line(buffer.summary or buffer.name)
    return drawn([(f"{state:<12}", role), (f"{took:8.1f} s  ", "muted"), (task, "agent"), (what, "text")])

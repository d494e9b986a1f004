"""What both panels share that take the composer's place: a guard for early keys, and the way back for typed text."""

from __future__ import annotations

from textual import events
from textual.containers import Vertical
from textual.message import Message

from pygent_engine.untrusted import clean_line
from pygent_engine.values import ROOT_TASK

from .guard import KeyGuard
from .request import Request


class AskPanel(Vertical, can_focus=True):
    """A panel that waits for keys. Keys typed before it could be read are not answers. However little room there is, what
    stands in `.answers` is seen, and `.body` scrolls.

    Text that the user was typing when the panel came is posted as `Typed`, so that it reaches the draft.
    """

    DEFAULT_CSS = """
    AskPanel {
        height: auto;
        max-height: 75vh;
        border: round $warning;
        background: $background;
        padding: 0 1;
        border-title-color: $text-warning;
        border-subtitle-color: $text-muted;
    }
    AskPanel .body { height: auto; max-height: 45vh; scrollbar-size-vertical: 1; }
    .-short AskPanel .body { max-height: 100%; }
    AskPanel .answers { dock: bottom; height: auto; }
    .-short AskPanel Keys, .-short AskPanel .reason { margin-top: 0; }
    AskPanel .note { height: auto; color: $text-muted; }
    AskPanel Input, AskPanel Input:focus { height: 1; border: none; padding: 0 1; background: $surface; }
    """

    class Typed(Request):
        """A character that belongs to the prompt that was being written."""

        def __init__(self, character: str) -> None:
            super().__init__()
            self.character = character

    def __init__(self, quiet_s: float, typed_at: float) -> None:
        super().__init__()
        self.guard = KeyGuard(quiet_s)
        self._quiet_s = quiet_s
        self._typed_at = typed_at
        self._answered = False

    def on_mount(self) -> None:
        self.call_after_refresh(self._drawn)

    def uncovered(self) -> None:
        """The panel can be read again: the silence begins anew."""
        self.call_after_refresh(self._drawn)

    def _drawn(self) -> None:
        # Messages and keys carry times of the same clock.
        self.guard.drawn(max(Message().time, self._typed_at))

    def answer_with(self, answer: Message) -> None:
        """Post the one answer; keys that come before the panel is gone give no other."""
        if not self._answered:
            self._answered = True
            self.post_message(answer)

    def admits(self, event: events.Key, *, alone: bool = False) -> bool:
        """Whether `event` may answer (`alone`: not in the middle of other typing); text of a prompt in the making goes back to it."""
        if self.guard.admits(event.time, alone=alone):
            return True
        if event.time - self._typed_at < self._quiet_s:
            self.keep(event)
        return False

    def keep(self, event: events.Key) -> None:
        """Take a key that is no answer for the prompt in the making."""
        if event.character is not None and event.is_printable:
            self._typed_at = event.time
            self.post_message(self.Typed(event.character))


def whose(task_id: str, task_title: str) -> str:
    """What a panel's title adds to tell which delegated task asks; empty for the root agent."""
    if task_id == ROOT_TASK:
        return ""
    title = f" “{clean_line(task_title, 40)}”" if task_title else ""
    return f" · task {clean_line(task_id, 20)}{title}"

"""Asks whether one call may run: shows its exact text, controls and blanks made visible, and takes No for an answer by default."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from pygent_engine.untrusted import clean, clean_line
from pygent_engine.values import ROOT_TASK, ApprovalRequest, Decision

from ...views.exact import Line
from ...views.proposal import proposal, size
from ..keys import Key
from ..request import Request
from .ask_panel import AskPanel, story, whose

_KEYS: dict[str, Decision] = {"y": "once", "t": "task", "s": "session", "p": "prefix", "n": "deny"}

# What a yes for the session gives, by permission.
_GRANTS = {
    "local": "all commands",
    "command": "all commands",
    "write": "all writes",
    "network": "the network",
    "ban": "what may be banned",
}
_WHY = "Why not? The model reads it. Enter sends, empty is fine"


class ApprovalPanel(AskPanel):
    """Posts `Answered` once."""

    DEFAULT_CSS = "ApprovalPanel Input, ApprovalPanel Input:focus { height: 1; border: none; padding: 0 1; background: $surface; }"

    class Answered(Request):
        """The user's answer to `call_id`."""

        def __init__(self, call_id: str, decision: Decision, note: str = "") -> None:
            super().__init__()
            self.call_id = call_id
            self.decision = decision
            self.note = note

    def __init__(
        self, request: ApprovalRequest, task_title: str, quiet_s: float, typed_at: float, draft: str = "", recent: tuple[str, ...] = ()
    ) -> None:
        tool, task = clean_line(request.tool, 30), whose(request.task_id, task_title)
        super().__init__(request.call_id, f"May this run? {tool}{task}", quiet_s, typed_at)
        self._request = request
        self._delegated = request.task_id != ROOT_TASK
        self._story = story(recent)
        self._lines = proposal(request)
        self._reason = f"This {'command' if request.command else 'call'} {clean_line(request.reason, 2000)}" if request.reason else ""
        self._follows = False
        self._field = Input(draft, placeholder=_WHY, classes="reason", select_on_focus=False)
        self._note = Static(Content(self._reason), classes="note")

    @property
    def matter(self) -> int:
        return len(self._lines)

    @property
    def draft(self) -> str:
        """The reason as far as it was written."""
        return self._field.value

    def compose(self) -> ComposeResult:
        self._field.display = False
        self.body.show((*self._lines, *self._story))
        yield self.waiting
        yield self.body
        with Vertical(classes="answers"):
            if self._reason:
                yield self._note
            yield self._field
            yield self.keys

    def on_mount(self) -> None:
        self._field.cursor_blink = False

    def on_resize(self) -> None:
        """Where there is no room for the reason below, it follows what is read."""
        follows = bool(self._reason) and not self._note.display
        if follows != self._follows:
            self._follows = follows
            told = (Line(()), Line(((self._reason, False),), role="muted")) if follows else ()
            self.body.show((*self._lines, *told, *self._story))

    def answers(self) -> tuple[Key, ...]:
        if self._field.display:
            return (("Enter", "send the no", "no"), ("Esc", "back", "back"))
        prefix = self._request.prefix
        given: tuple[Key, ...] = (("p", f"every `{prefix} …` this session", f"{prefix} …"),) if prefix else ()
        task: tuple[Key, ...] = (("t", _task_words(self._request.permissions), "task"),) if self._delegated else ()
        return (
            ("y", "yes, once", "yes"),
            *task,
            ("s", _session_words(self._request.permissions), "session"),
            *given,
            ("n", "no, and say why", "no"),
            ("Esc", "no", "no"),
        )

    def size_note(self) -> str:
        return size(self._request)

    async def on_key(self, event: events.Key) -> None:
        if self._field.display:
            self._in_reason(event)
            return
        if await self.run_bound(event) or not (event.is_printable or event.key in ("escape", "enter")):
            return
        if self.admits(event, alone=True) and not self._choose(event.key, event.character or ""):
            self.keep(event)
        event.stop()
        event.prevent_default()

    def _in_reason(self, event: events.Key) -> None:
        """Keys that the field leaves. Enter is taken here: as a key of the field it would be lost when the window loses the focus
        just after it."""
        if event.key not in ("enter", "escape"):
            return
        event.stop()
        event.prevent_default()
        if event.key == "enter":
            self._answer("deny", self._field.value)
        else:
            self._ask_reason(False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._answer("deny", event.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()

    def _choose(self, key: str, character: str) -> bool:
        """Take `key` for an answer; False when it is none."""
        decision = _KEYS.get(key.lower())
        if key in ("escape", "enter"):
            self._answer("deny")
        elif decision == "deny":
            self._ask_reason(True)
        elif (decision == "prefix" and not self._request.prefix) or (decision == "task" and not self._delegated):
            return False
        elif decision is not None:
            self._answer(decision)
        elif character in "123456789"[: self._count] and self._count > 1:
            self.show_other(int(character) - 1)
        else:
            return False
        return True

    def _ask_reason(self, asked: bool) -> None:
        """Ask why not, or go back to the choice; what was written is kept."""
        self._field.display = asked
        (self._field if asked else self).focus()
        self.refresh_keys()

    def _answer(self, decision: Decision, note: str = "") -> None:
        self.answer_with(self.Answered(self.call_id, decision, clean(note).strip()))


def _task_words(permissions: tuple[str, ...]) -> str:
    """What the key for the task says that it gives."""
    granted = _granted(permissions)
    return f"yes, {granted} of this task" if granted else "yes, for this task"


def _session_words(permissions: tuple[str, ...]) -> str:
    """What the key for the session says that it gives."""
    granted = _granted(permissions)
    return f"yes, {granted} for this session" if granted else "yes, for this session"


def _granted(permissions: tuple[str, ...]) -> str:
    *most, last = [_GRANTS.get(permission, clean_line(permission, 30)) for permission in permissions] or [""]
    return f"{', '.join(most)} and {last}" if most else last

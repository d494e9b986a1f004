"""Asks whether one call may run: shows its exact text, controls made visible, and takes No for an answer by default."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from pygent_engine.untrusted import clean, clean_line
from pygent_engine.values import ApprovalRequest, Decision

from .ask_panel import AskPanel, whose
from .keys import Keys
from .request import Request

_KEYS: dict[str, Decision] = {"y": "once", "s": "session", "n": "deny"}

# What a yes for the session gives, by permission.
_GRANTS = {"local": "all commands", "network": "the network", "ban": "what may be banned"}

_SHORT = 200


def _session_words(permissions: tuple[str, ...]) -> str:
    """What the key for the session says that it gives."""
    *most, last = [_GRANTS.get(permission, clean_line(permission, 30)) for permission in permissions] or [""]
    granted = f"{', '.join(most)} and {last}" if most else last
    return f"yes, {granted} for this session" if granted else "yes, for this session"


class ApprovalPanel(AskPanel):
    """Posts `Answered` once."""

    DEFAULT_CSS = """
    ApprovalPanel .command { height: auto; background: $surface; padding: 0 1; margin-top: 1; }
    ApprovalPanel .reason { margin-top: 1; }
    """

    class Answered(Request):
        """The user's answer to `call_id`."""

        def __init__(self, call_id: str, decision: Decision, note: str = "") -> None:
            super().__init__()
            self.call_id = call_id
            self.decision = decision
            self.note = note

    def __init__(self, request: ApprovalRequest, task_title: str, quiet_s: float, typed_at: float) -> None:
        super().__init__(quiet_s, typed_at)
        self.call_id = request.call_id
        self._request = request
        self._others = 0
        self.border_title = Content(f"May this run? {clean_line(request.tool, 30)}{whose(request.task_id, task_title)}")

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="body", can_focus=False):
            if self._request.reason:
                yield Static(Content(f"This command {clean_line(self._request.reason)}"), classes="note")
            yield Static(Content(clean(self._request.command)), classes="command")
        with Vertical(classes="answers"):
            yield Keys(("y", "yes, once"), ("s", _session_words(self._request.permissions)), ("n", "no, and say why"), ("Esc", "no"))
            yield Input(placeholder="Why not? The model reads it. Enter sends, empty is fine", classes="reason", select_on_focus=False)

    def on_mount(self) -> None:
        self.query_one(Input).display = False

    def show_others(self, others: int) -> None:
        """Tell how long the text is, and how many others wait behind this one."""
        self._others = others
        text = self._request.command
        lines, body = text.count("\n") + 1, self.query(".body")
        parts = [f"{lines} lines, {len(text)} characters"] if lines > 1 or len(text) > _SHORT else []
        parts += ["↑↓ scroll"] if body and body.first().max_scroll_y else []
        parts += [f"{others} more waiting"] if others else []
        self.border_subtitle = Content(" · ".join(parts))

    def on_resize(self) -> None:
        self.call_after_refresh(lambda: self.show_others(self._others))

    def on_key(self, event: events.Key) -> None:
        reason = self.query_one(Input)
        if reason.has_focus:
            if event.key == "escape":
                event.stop()
                self._answer("deny", reason.value)
            return
        if event.key in ("tab", "shift+tab", "f6"):
            return
        if not self._scroll(event.key) and self.admits(event, alone=True) and not self._choose(event.key, reason):
            self.keep(event)
        if event.is_printable or event.key in ("escape", "enter"):
            event.stop()
            event.prevent_default()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._answer("deny", event.value)

    def _choose(self, key: str, reason: Input) -> bool:
        """Take `key` for an answer; False when it is none."""
        answer = _KEYS.get(key.lower())
        if key in ("escape", "enter"):
            self._answer("deny")
        elif answer == "deny":
            reason.display = True
            reason.focus()
        elif answer is not None:
            self._answer(answer)
        else:
            return False
        return True

    def _answer(self, decision: Decision, note: str = "") -> None:
        self.answer_with(self.Answered(self.call_id, decision, note.strip()))

    def _scroll(self, key: str) -> bool:
        body = self.query_one(".body", VerticalScroll)
        moves = {"up": body.scroll_up, "down": body.scroll_down, "pageup": body.scroll_page_up, "pagedown": body.scroll_page_down}
        move = moves.get(key)
        if move is not None:
            move(animate=False)
        return move is not None

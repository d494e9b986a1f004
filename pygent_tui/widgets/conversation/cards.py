"""Draws the units of a conversation as strips. Every line begins with a gutter that tells whose it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from rich.segment import Segment
from textual.strip import Strip

from pygent_engine.task_values import TaskState
from pygent_engine.values import INCOMPLETE, INTERRUPTED, NEVER_ANSWERED

from ...views.entries import Ask, Call, Closed, Ended, Entry, Notice, Opened, Permission, Prompt, Reply, TaskNote, Thinking, Told
from ...views.layout import Card, Countdown, Greeting, Label, Mark, Paragraph, Progress, Thought, Unit
from ...views.pull import Pull
from ..sanitise import one_line
from .brush import DETAIL_CHARS, Brush, Parts
from .call_card import CallCard
from .estimates import PREVIEW_CHARS

Markdown = Callable[[str, int], list[list[Segment]]]

_BAR = 60  # cells, where there is room

_CUTS = {
    INCOMPLETE: "The reply broke off; it is not complete.",
    INTERRUPTED: "Interrupted; the reply is not complete.",
    "length": "The reply was cut at the model's length limit.",
    "content_filter": "The server withheld the rest of the reply.",
}
_OUTCOMES = {
    "failed": ("✗", "error", "The turn failed"),
    "limit": ("!", "warn", "Stopped at a limit"),
    "interrupted": ("■", "warn", "Interrupted"),
    "finished": ("✓", "ok", "Finished"),
}
_TASKS = {
    TaskState.finished: ("ok", "finished"),
    TaskState.failed: ("error", "failed"),
    TaskState.cancelled: ("warn", "cancelled"),
    TaskState.timed_out: ("error", "timed out"),
    TaskState.lost: ("error", "lost"),
}


class Cards:
    """Draws units with one brush."""

    def __init__(self, brush: Brush, markdown: Markdown, calls: CallCard) -> None:
        self._brush = brush
        self._markdown = markdown
        self._calls = calls

    def draw(self, unit: Unit, opened: bool) -> list[Strip]:
        """The lines of `unit`, each as wide as it needs; `opened` shows all of what is folded otherwise."""
        match unit:
            case Label(speaker, text):
                return [Strip.blank(0), self._brush.strip(("┃ " if speaker == "user" else "│ ", speaker), (text, speaker))]
            case Paragraph(block):
                lines = [Strip([*self._bar(), *line]) for line in self._markdown(block.text, self._brush.width)]
                return lines if block.joined else [Strip(self._bar()), *lines]
            case Mark(cut):
                return self._brush.wrap("│ ", "agent", [(f"! {_CUTS.get(cut, cut)}", "warn")])
            case Card(entry, spaced, seconds):
                return self._spaced(entry, spaced) + self._card(entry, seconds, opened)
            case Countdown(reason, seconds, attempt):
                text = f"The model was not reached; asked again in {seconds} s (attempt {attempt + 1}). {reason}"
                return [Strip.blank(0), *self._brush.wrap("↻ ", "warn", [(text, "warn")])]
            case Thought(text, characters):
                said: Parts = [("│ ", "agent"), ("thinking ", "comment"), (self._end_of(text), "comment")]
                return [self._brush.fit(said, [(f"{characters:,}", "muted")])]
            case Progress(pull):
                return self._pull(pull)
            case Greeting(lines):
                return self._greeting(lines)
            case _:
                assert_never(unit)

    # ------------------------------------------------------------ entries

    def _greeting(self, lines: tuple[str, ...]) -> list[Strip]:
        strips = [Strip.blank(0)]
        for line in lines:
            strips += self._brush.wrap("  ", "muted", [(line, "muted" if len(strips) > 1 else "agent")]) if line else [Strip.blank(0)]
        return [*strips, Strip.blank(0)]

    def _pull(self, pull: Pull) -> list[Strip]:
        """What is fetched, a bar, and what is known of its size."""
        room = min(_BAR, self._brush.width - len(pull.percent) - 1)
        full = int(room * pull.share)
        bar: Parts = [("  ", "agent"), ("━" * full, "agent"), ("─" * (room - full), "comment"), (f" {pull.percent}", "muted")]
        said = self._brush.wrap("↓ ", "agent", [("pulling the image ", "muted"), (pull.image, "strong")])
        return [Strip.blank(0), *said, self._brush.strip(*bar), self._brush.fit([("  ", "agent"), (pull.counts, "muted")])]

    def _card(self, entry: Entry, seconds: int, opened: bool) -> list[Strip]:
        match entry:
            case Prompt(text, by=by):
                gutter = ("│ ", "agent") if by == "agent" else ("┃ ", "user")
                return self._brush.wrap(*gutter, [(text, "strong")], limit=DETAIL_CHARS if opened else PREVIEW_CHARS)
            case Thinking(text):
                return self._thinking(text, opened)
            case Reply(text):
                return self._brush.wrap("│ ", "agent", [(text, "text")])
            case Call():
                return self._calls.draw(entry, seconds, opened)
            case Permission():
                return self._permission(entry, opened)
            case Ask():
                return self._ask(entry)
            case Told(text):
                return self._told(text, opened)
            case _:
                return self._said(entry)

    def _said(self, entry: Notice | TaskNote | Ended | Opened | Closed) -> list[Strip]:
        """What the system says: a sign in the gutter, then a sentence."""
        match entry:
            case Notice(level, text):
                role = {"info": "muted", "warning": "warn", "error": "error"}[level]
                named: Parts = [] if level == "info" else [(f"{level}: ", role)]
                return self._brush.wrap("· " if level == "info" else "! ", role, [*named, (text, role)])
            case TaskNote():
                return self._task(entry)
            case Ended(outcome, reason):
                sign, role, word = _OUTCOMES[outcome]
                said = f"{word}." if reason in ("", f"{word}.") else f"{word}: {reason}"
                return self._brush.wrap(f"{sign} ", role, [(said, role)])
            case Opened():
                return self._opened(entry)
            case Closed(reason):
                return self._brush.wrap("· ", "muted", [(f"The session is closed{f': {reason}' if reason else '.'}", "muted")])
            case _:
                assert_never(entry)

    def _opened(self, entry: Opened) -> list[Strip]:
        where = "in a Docker container" if entry.mode == "docker" else "on this machine"
        lines = self._brush.wrap("· ", "muted", [(f"{entry.model} works {where}, in {entry.workspace}", "muted")])
        if entry.fallback_reason:
            lines += self._brush.wrap("! ", "warn", [(f"LOCAL, not Docker: {entry.fallback_reason}", "warn")])
        return lines

    def _task(self, entry: TaskNote) -> list[Strip]:
        if entry.state not in _TASKS:
            return self._under_way(entry)
        role, word = _TASKS[entry.state]
        detail = f" · {entry.detail}" if entry.detail else ""
        return self._brush.wrap("◆ ", "task", [(entry.task_id, "strong"), (f" {word}", role), (f": {entry.title}{detail}", "muted")])

    def _under_way(self, entry: TaskNote) -> list[Strip]:
        named: Parts = [(entry.task_id, "strong")]
        if entry.state is TaskState.paused:
            return self._brush.wrap("◇ ", "task", [*named, (" paused", "warn"), (f": {entry.detail or entry.title}", "muted")])
        return self._brush.wrap("◇ ", "task", [*named, (f" {entry.detail or 'delegated'}: {entry.title}", "muted")])

    def _told(self, text: str, opened: bool) -> list[Strip]:
        """What came from the tasks: a line of it, or all."""
        if opened:
            return self._brush.wrap("◆ ", "task", [("the model was told: ", "comment"), (text.strip(), "muted")], limit=DETAIL_CHARS)
        parts: Parts = [("◆ ", "task"), ("the model was told: ", "comment"), (one_line(text[: 4 * self._brush.width]), "muted")]
        return [self._brush.fit(parts, [(f"{len(text):,} characters", "muted")])]

    def _ask(self, entry: Ask) -> list[Strip]:
        lines = self._brush.wrap("│ ", "agent", [("? ", "warn"), (entry.prompt, "strong")])
        for option in entry.options:
            lines += self._brush.wrap("│   ", "agent", [(f"- {option}", "muted")])
        if entry.answer is None:
            return [*lines, self._brush.strip(("│   ", "agent"), ("waits for your answer", "warn"))]
        if not entry.answer:
            return [*lines, self._brush.strip(("│   ", "agent"), ("not answered", "muted"))]
        return lines + self._brush.wrap("┃ ", "user", [(entry.answer, "strong")])

    def _thinking(self, text: str, opened: bool) -> list[Strip]:
        if opened:
            said: Parts = [("thought: ", "comment"), (text.strip(), "comment")]
            return self._brush.wrap("│ ", "agent", said, limit=DETAIL_CHARS)
        first = one_line(text[: 4 * self._brush.width])
        return [self._brush.fit([("│ ", "agent"), ("thought: ", "comment"), (first, "comment")], [(f"{len(text):,} characters", "muted")])]

    def _permission(self, entry: Permission, opened: bool) -> list[Strip]:
        parts: Parts = [("┆ ", "tool"), *self._calls.sign(entry.tool), (one_line(entry.command) or entry.tool, "text")]
        if entry.decision is None:
            lines = [self._brush.fit(parts, [("● waits for your yes", "warn")])]
        elif entry.decision != "deny":
            lines = [self._brush.fit(parts, [(f"allowed {entry.decision}", "ok")])]
        else:
            lines = [self._brush.fit(parts, [("✗ denied", "warn")])]
        if opened:
            lines += self._brush.wrap("┆   ", "tool", [(entry.command, "code")], limit=DETAIL_CHARS)
            lines += self._brush.wrap("┆   ", "tool", [("asked because it ", "comment"), (entry.reason, "comment")]) if entry.reason else []
        return lines + self._reason(entry.note)

    def _reason(self, note: str) -> list[Strip]:
        """Why a call was denied, in the words of who did it."""
        if note == NEVER_ANSWERED:
            return self._brush.wrap("┆   ", "tool", [(note, "comment")])
        return self._brush.wrap("┃   ", "user", [("you: ", "user"), (note, "text")]) if note else []

    # ------------------------------------------------------------ lines

    def _spaced(self, entry: Entry, spaced: bool) -> list[Strip]:
        if not spaced:
            return []
        return (
            [Strip(self._bar())]
            if isinstance(entry, Permission | Ask) or (isinstance(entry, Call) and entry.by == "model")
            else [Strip.blank(0)]
        )

    def _bar(self) -> list[Segment]:
        return self._brush.segments([("│ ", "agent")])

    def _end_of(self, text: str) -> str:
        return one_line(text)[-max(8, self._brush.width - 24) :].lstrip()

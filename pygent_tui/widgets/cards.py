"""Draws the units of a conversation as strips. Every line begins with a gutter that tells whose it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.strip import Strip

from pygent_engine.values import INCOMPLETE, INTERRUPTED, TaskState

from ..views.entries import Ask, Call, Closed, Ended, Entry, Notice, Opened, Permission, Prompt, Reply, TaskNote, Thinking
from ..views.layout import Card, Countdown, Greeting, Label, Mark, Paragraph, Progress, Thought, Unit
from ..views.pull import Pull
from .sanitise import one_line

Markdown = Callable[[str, int], list[list[Segment]]]
Parts = list[tuple[str, str]]

GUTTER = 2
PREVIEW_LINES = 4
DETAIL_LINES = 400
_BAR = 60  # cells, where there is room
PREVIEW_CHARS = 6_000
DETAIL_CHARS = 60_000

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
}


class Easel:
    """Draws units at one width, in the styles of `look`; `details` unfolds cards and thinking."""

    def __init__(self, width: int, look: Callable[[str], Style], console: Console, markdown: Markdown, details: bool) -> None:
        self._width = max(8, width - GUTTER - 1)
        self._look = look
        self._console = console
        self._markdown = markdown
        self._details = details

    def draw(self, unit: Unit) -> list[Strip]:
        """The lines of `unit`, each as wide as it needs."""
        match unit:
            case Label(speaker, text):
                role = "user" if speaker == "user" else "agent"
                return [Strip.blank(0), self._strip([("┃ " if role == "user" else "│ ", role), (text, role)])]
            case Paragraph(block):
                lines = [Strip([*self._parts([("│ ", "agent")]), *line]) for line in self._markdown(block.text, self._width)]
                return lines if block.joined else [self._strip([("│ ", "agent")]), *lines]
            case Mark(cut):
                return self._wrap("│ ", "agent", [(f"! {_CUTS.get(cut, cut)}", "warn")])
            case Card(entry, spaced):
                return self._spaced(entry, spaced) + self._card(entry)
            case Countdown(reason, seconds, attempt):
                text = f"The model was not reached; asked again in {seconds} s (attempt {attempt + 1}). {reason}"
                return [Strip.blank(0), *self._wrap("↻ ", "warn", [(text, "warn")])]
            case Thought(text, characters):
                return [
                    self._fit([("│ ", "agent"), ("thinking ", "comment"), (self._end_of(text), "comment")], [(f"{characters:,}", "muted")])
                ]
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
            strips += self._wrap("  ", "muted", [(line, "muted" if len(strips) > 1 else "agent")]) if line else [Strip.blank(0)]
        return [*strips, Strip.blank(0)]

    def _pull(self, pull: Pull) -> list[Strip]:
        """What is fetched, a bar, and what is known of its size."""
        room = min(_BAR, self._width - len(pull.percent) - 1)
        full = int(room * pull.share)
        bar: Parts = [("  ", "agent"), ("━" * full, "agent"), ("─" * (room - full), "comment"), (f" {pull.percent}", "muted")]
        said = self._wrap("↓ ", "agent", [("pulling the image ", "muted"), (pull.image, "strong")])
        return [Strip.blank(0), *said, self._strip(bar), self._fit([("  ", "agent"), (pull.counts, "muted")])]

    def _card(self, entry: Entry) -> list[Strip]:
        match entry:
            case Prompt(text):
                return self._wrap("┃ ", "user", [(text, "strong")])
            case Thinking(text):
                return self._thinking(text)
            case Reply(text):
                return self._wrap("│ ", "agent", [(text, "text")])
            case Call():
                return self._call(entry)
            case Permission():
                return self._permission(entry)
            case Ask():
                return self._ask(entry)
            case _:
                return self._said(entry)

    def _said(self, entry: Notice | TaskNote | Ended | Opened | Closed) -> list[Strip]:
        """What the system says: a sign in the gutter, then a sentence."""
        match entry:
            case Notice(level, text):
                role = {"info": "muted", "warning": "warn", "error": "error"}[level]
                return self._wrap("· " if level == "info" else "! ", role, [(text, role)])
            case TaskNote():
                return self._task(entry)
            case Ended(outcome, reason):
                sign, role, word = _OUTCOMES[outcome]
                said = f"{word}." if reason in ("", f"{word}.") else f"{word}: {reason}"
                return self._wrap(f"{sign} ", role, [(said, role)])
            case Opened():
                return self._opened(entry)
            case Closed(reason):
                return self._wrap("· ", "muted", [(f"The session is closed{f': {reason}' if reason else '.'}", "muted")])
            case _:
                assert_never(entry)

    def _opened(self, entry: Opened) -> list[Strip]:
        where = "in a Docker container" if entry.mode == "docker" else "on this machine"
        lines = self._wrap("· ", "muted", [(f"{entry.model} works {where}, in {entry.workspace}", "muted")])
        if entry.fallback_reason:
            lines += self._wrap("! ", "warn", [(f"LOCAL, not Docker: {entry.fallback_reason}", "warn")])
        return lines

    def _task(self, entry: TaskNote) -> list[Strip]:
        if entry.state not in _TASKS:
            return self._wrap("◇ ", "muted", [("task ", "muted"), (entry.task_id, "strong"), (f" delegated: {entry.title}", "muted")])
        role, word = _TASKS[entry.state]
        detail = f" · {entry.detail}" if entry.detail else ""
        return self._wrap(
            "◆ ", role, [("task ", "muted"), (entry.task_id, "strong"), (f" {word}", role), (f": {entry.title}{detail}", "muted")]
        )

    def _ask(self, entry: Ask) -> list[Strip]:
        lines = self._wrap("│ ", "agent", [("? ", "warn"), (entry.prompt, "strong")])
        for option in entry.options:
            lines += self._wrap("│   ", "agent", [(f"- {option}", "muted")])
        if entry.answer is None:
            return [*lines, self._strip([("│   ", "agent"), ("waits for your answer", "warn")])]
        if not entry.answer:
            return [*lines, self._strip([("│   ", "agent"), ("not answered", "muted")])]
        return lines + self._wrap("┃ ", "user", [(entry.answer, "strong")])

    def _thinking(self, text: str) -> list[Strip]:
        if self._details:
            return self._wrap("│ ", "agent", [(text.strip(), "comment")])
        first = one_line(text[: 4 * self._width])
        return [self._fit([("│ ", "agent"), ("thought: ", "comment"), (first, "comment")], [(f"{len(text):,} characters", "muted")])]

    def _permission(self, entry: Permission) -> list[Strip]:
        command = one_line(entry.command) or entry.tool
        parts = [("│ ", "agent"), *self._sign(entry.tool), (command, "text")]
        if entry.decision is None:
            return [self._fit(parts, [("● waits for your yes", "warn")])]
        if entry.decision != "deny":
            return [self._fit(parts, [("allowed", "ok")])]
        line = self._fit(parts, [("✗ denied", "warn")])
        return [line, *self._wrap("│   ", "agent", [(entry.note, "muted")])] if entry.note else [line]

    def _call(self, entry: Call) -> list[Strip]:
        parts: Parts = [("│ ", "agent"), *self._sign(entry.name), (one_line(entry.summary), "text")]
        word, role = self._outcome(entry)
        allowed = [] if entry.approved is None else [(f"allowed {entry.approved} · ", "muted")]
        return [self._fit(parts, [*allowed, (word, role)]), *self._result(entry), *self._files(entry)]

    def _sign(self, tool: str) -> Parts:
        return [("$ ", "agent")] if tool == "bash" else [("▸ ", "agent"), (f"{tool or 'tool'} ", "strong")]

    def _outcome(self, entry: Call) -> tuple[str, str]:
        time = f" {entry.duration_s:.1f} s" if entry.duration_s >= 0.05 else ""
        match entry.status:
            case "running":
                return "● running", "warn"
            case "ok":
                return (f"✗ exit {entry.exit_code}{time}", "error") if entry.failed else (f"✓{time}", "ok")
            case "error":
                return f"✗ failed{time}", "error"
            case "denied":
                return "✗ denied", "warn"
            case "timeout":
                return f"✗ timed out{time}", "error"
            case "cancelled":
                return f"■ cancelled{time}", "warn"
            case _:
                assert_never(entry.status)

    def _result(self, entry: Call) -> list[Strip]:
        """The first lines of the result; of a failed call the last ones, where the reason stands."""
        lines = entry.result.strip("\n").split("\n") if entry.result.strip() else []
        if len(lines) == 1 and entry.status in ("error", "denied"):  # a sentence of ours, which names the way on at its end
            return self._wrap("│   ", "agent", [(lines[0], "muted")])
        limit = DETAIL_LINES if self._details else PREVIEW_LINES
        hidden = len(lines) - limit if len(lines) > limit + 1 else 0  # one line takes no more room than the word of it
        shown = lines[hidden:] if entry.failed else lines[: len(lines) - hidden]
        strips = [self._fit([("│   ", "agent"), (line.expandtabs(4), "muted")]) for line in shown]
        if hidden:
            more = self._strip([("│   ", "agent"), (f"… {hidden:,} {'earlier' if entry.failed else 'more'} lines · o unfolds", "comment")])
            strips = [more, *strips] if entry.failed else [*strips, more]
        return strips

    def _files(self, entry: Call) -> list[Strip]:
        return self._wrap("│   ", "agent", [(f"wrote {', '.join(entry.files)}", "ok")]) if entry.files else []

    # ------------------------------------------------------------ lines

    def _spaced(self, entry: Entry, spaced: bool) -> list[Strip]:
        if not spaced:
            return []
        return [self._strip([("│ ", "agent")]) if isinstance(entry, Call | Permission | Ask) else Strip.blank(0)]

    def _parts(self, parts: Parts) -> list[Segment]:
        return [Segment(text, self._look(role)) for text, role in parts if text]

    def _strip(self, parts: Parts) -> Strip:
        return Strip(self._parts(parts))

    def _wrap(self, gutter: str, role: str, parts: Parts) -> list[Strip]:
        """Text on as many lines as it needs; a sign in the gutter stands on the first line only."""
        text = Text(end="", tab_size=4)
        limit = DETAIL_CHARS if self._details else PREVIEW_CHARS
        for part, part_role in parts:
            text.append(part[:limit], self._look(part_role))
            if len(part) > limit:
                text.append(f" … {len(part) - limit:,} more characters", self._look("comment"))
        follow = gutter if gutter[0] in "┃│" else " " * len(gutter)
        strips: list[Strip] = []
        for line in text.wrap(self._console, self._width + GUTTER - len(gutter)):
            line.end = ""
            sign = follow if strips else gutter
            strips.append(Strip([Segment(sign, self._look(role)), *line.render(self._console)]))
        return strips

    def _fit(self, parts: Parts, end: Parts | None = None) -> Strip:
        """One line: the last part gives way, so that `end` stands at the right."""
        end = end or []
        room = self._width + GUTTER - sum(cell_len(text) for text, _ in end) - (2 if end else 0)
        used = sum(cell_len(text) for text, _ in parts[:-1])
        last, role = parts[-1]
        last = last[: 2 * self._width]
        if used + cell_len(last) > room:
            last = set_cell_size(last, max(0, room - used - 1)) + "…"
        gap = " " * (room - used - cell_len(last) + 2) if end else ""
        return self._strip([*parts[:-1], (last, role), (gap, role), *end])

    def _end_of(self, text: str) -> str:
        return one_line(text)[-max(8, self._width - 24) :]

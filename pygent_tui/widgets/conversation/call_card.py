"""Draws a call: what was called and how it went on one line, below it what it changed or what came of it."""

from __future__ import annotations

import re
from typing import assert_never

from textual.strip import Strip

from ...views.copies import arguments
from ...views.diffs import counts
from ...views.entries import Call
from ..sanitise import one_line
from .brush import DETAIL_CHARS, Brush, Parts
from .diff_card import DiffCard
from .estimates import PREVIEW_LINES

DETAIL_LINES = 400
_SIGNS = {"write_file": "±", "edit_file": "±", "delegate_task": "◇", "ask_user": "?"}
_COLOUR = re.compile(r"␛\[[0-9;:]*m")  # the engine makes controls visible; a colour says nothing here
_LONGEST_ARGUMENT = 4_000
_SHOWN_AS_DIFF = frozenset({"content", "old", "new"})


class CallCard:
    """Calls with one brush; `opens` is the key that opens a card, `shows` the one that shows all that a command put out."""

    def __init__(self, brush: Brush, diffs: DiffCard, opens: str, shows: str) -> None:
        self._brush = brush
        self._diffs = diffs
        self._opens = opens
        self._shows = shows

    def draw(self, call: Call, seconds: int, opened: bool) -> list[Strip]:
        """The lines of a card; a folded one is a few. `seconds`: how long a running call runs by now."""
        gutter, role = ("┃ ", "user") if call.by == "user" else ("┆ ", "tool")
        word = _outcome(call, seconds)
        allowed: Parts = [] if call.approved is None else [(f"allowed {call.approved} · ", "muted")]
        head = self._brush.fit([(gutter, role), *self.sign(call.name, call.by), (_title(call), "text")], [*allowed, word])
        lines = [head, *self._asked(call, gutter, role)] if opened else [head]
        for diff in call.diffs:
            lines += self._diffs.draw(diff, opened, named=len(call.diffs) > 1)
        if not call.diffs or call.failed or opened:
            lines += self._result(call, f"{gutter}  ", role, opened)
        return lines + self._files(call, f"{gutter}  ", role)

    def sign(self, tool: str, by: str = "model") -> Parts:
        """The sign of a tool, and its name."""
        if tool == "bash":
            return [("! " if by == "user" else "$ ", "user" if by == "user" else "tool")]
        return [(f"{_SIGNS.get(tool, '▸')} ", "tool"), (f"{tool or 'tool'} ", "strong")]

    def _asked(self, call: Call, gutter: str, role: str) -> list[Strip]:
        """The call's arguments, exactly; what a head of one line says already is not said again."""
        told = _SHOWN_AS_DIFF if call.diffs else frozenset()
        lines: list[Strip] = []
        for name, value in arguments(call):
            if name in told or (value == call.summary and len(value) < self._brush.width // 2):
                continue
            lead: Parts = [] if call.name == "bash" and name == "cmd" else [(f"{name}: ", "comment")] if name else []
            lines += self._brush.wrap(f"{gutter}  ", role, [*lead, (value, "code")], limit=_LONGEST_ARGUMENT)
        return lines

    def _result(self, call: Call, gutter: str, role: str, opened: bool) -> list[Strip]:
        """The first lines of the result; of a failed call the last ones, where the reason stands."""
        lines = _COLOUR.sub("", call.result).strip("\n").split("\n") if call.result.strip() else []
        if len(lines) == 1 and call.status in ("error", "denied"):  # a sentence of ours, which names the way on at its end
            return self._brush.wrap(gutter, role, [(lines[0], "muted")])
        limit = DETAIL_LINES if opened else PREVIEW_LINES
        hidden = len(lines) - limit if len(lines) > limit + 1 else 0  # one line takes no more room than the word of it
        shown = lines[hidden:] if call.failed else lines[: len(lines) - hidden]
        if opened:
            strips = self._brush.wrap(gutter, role, [("\n".join(shown), "muted")], limit=DETAIL_CHARS) if shown else []
        else:
            strips = [self._brush.fit([(gutter, role), (line.expandtabs(4), "muted")]) for line in shown]
        if hidden:
            which = "earlier" if call.failed else "more"
            more = self._brush.strip((gutter, role), (f"… {hidden:,} {which} lines{self._way_on(call, opened)}", "comment"))
            strips = [more, *strips] if call.failed else [*strips, more]
        return strips

    def _way_on(self, call: Call, opened: bool) -> str:
        """How to see what is not shown."""
        if not opened:
            return f" · {self._opens} opens"
        return f" · {self._shows} shows the output" if call.name == "bash" else ""

    def _files(self, call: Call, gutter: str, role: str) -> list[Strip]:
        return self._brush.wrap(gutter, role, [(f"wrote {', '.join(call.files)}", "ok")]) if call.files else []


def _title(call: Call) -> str:
    """The one line of a call; what a diff counts exactly is not said in other words too."""
    if len(call.diffs) == 1:
        return f"{call.diffs[0].path} {counts(call.diffs[0])}".strip()
    return one_line(call.summary)


def _outcome(call: Call, seconds: int) -> tuple[str, str]:
    if call.mark is not None:
        return call.mark
    time = f" {call.duration_s:.1f} s" if call.duration_s >= 0.05 else ""
    match call.status:
        case "running":
            return f"● running{f' {seconds} s' if seconds else ''}", "agent"
        case "ok":
            return (f"✗ exit {call.exit_code}{time}", "error") if call.failed else (f"✓{time}", "ok")
        case "error":
            return f"✗ failed{time}", "error"
        case "denied":
            return "✗ denied", "warn"
        case "timeout":
            return f"✗ timed out{time}", "error"
        case "cancelled":
            return f"■ cancelled{time}", "warn"
        case _:
            assert_never(call.status)

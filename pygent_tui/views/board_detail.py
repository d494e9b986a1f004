"""What the strip below the board tells of the task under the cursor. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pygent_engine.task_fold import count_unapplied
from pygent_engine.task_values import TaskView

from .board import Board
from .naming import first
from .status_line import compact, elapsed
from .task_words import box, seconds, who, word

_PATHS = 12


class Said(NamedTuple):
    """A part of what is told: what it is, the text, its role, and how many lines it may take where there is room."""

    label: str
    text: str
    role: str = "text"
    lines: int = 1


def detail(view: TaskView, board: Board, now: float, diff_key: str) -> tuple[Said, ...]:
    """All that there is to tell of a task at `now`, Unix seconds, the most needed first; `diff_key` shows what it changed."""
    return tuple(said for said in _told(view, board, now, diff_key) if said.text)


def _told(view: TaskView, board: Board, now: float, diff_key: str) -> Iterator[Said]:
    stands = word(view, now)
    yield Said("", f"{stands.sign} {stands.whole}  {view.id} · {view.title}", "strong")
    yield Said("asks", board.want(view) or ("" if not view.asks else "an answer"), "warn", 4)
    yield Said("error", view.error, "error", 3)
    others = ", ".join(board.conflicts.get(view.id, ()))
    yield Said("conflict", f"the same files were changed by {others}; {diff_key} shows what each made of them" if others else "", "warn")
    yield Said("answer" if view.state.ended else "says", view.answer, "text", 6)
    yield Said("did", " ← ".join(reversed(view.recent)), "muted", 3)
    yield Said("changed", _changed(view), "text", 2)
    yield Said("prompt", view.prompt, "muted", 4)
    yield Said("", _spent(view, now), "muted")


def _changed(view: TaskView) -> str:
    if not view.changes:
        return ""
    taken = " · all applied" if not count_unapplied(view) else f" · {len(view.applied)} applied" if view.applied else ""
    return f"{first(view.changed, view.changes, _PATHS)}{taken}"


def _spent(view: TaskView, now: float) -> str:
    steps, tokens = view.limits.steps, view.limits.tokens
    worked = seconds(view, now)
    parts = (
        who(view),
        box(view),
        f"{view.steps}{f' of {steps}' if steps is not None else ''} step{'' if (steps or view.steps) == 1 else 's'}",
        f"{compact(view.usage.total)}{f' of {compact(tokens)}' if tokens is not None else ''} tokens",
        "" if worked is None else elapsed(worked),
        f"attempt {view.attempt}" if view.attempt > 1 else "",
    )
    return " · ".join(part for part in parts if part)

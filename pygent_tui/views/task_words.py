"""A delegated task in words: how it stands, what it does, what it has spent. Pure; what comes from outside is not cleaned here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from pygent_engine import task_fold
from pygent_engine.task_values import TaskState, TaskView

from . import naming
from .status_line import compact

_PLAIN = {
    TaskState.queued: ("○", "muted", "queued"),
    TaskState.starting: ("◐", "agent", "starting"),
    TaskState.running: ("●", "agent", "running"),
    TaskState.waiting: ("◐", "agent", "waiting"),
    TaskState.paused: ("‖", "muted", "paused"),
    TaskState.finished: ("✓", "ok", "finished"),
    TaskState.failed: ("✗", "error", "failed"),
    TaskState.cancelled: ("■", "muted", "cancelled"),
    TaskState.timed_out: ("✗", "error", "timed out"),
    TaskState.lost: ("✗", "error", "lost"),
}
_BAR = 4
_NEARLY = 0.8


class Word(NamedTuple):
    """How a task stands: a sign, the role of its colour, the word, and more words where there is room for them."""

    sign: str
    role: str
    word: str
    long: str = ""

    @property
    def whole(self) -> str:
        return self.long or self.word


def needs_user(view: TaskView, conflicts: Collection[str]) -> bool:
    """Whether somebody has to do something: it asks, its cap has paused it, or another task changed the same file."""
    if view.id in conflicts:
        return True
    return not view.state.ended and (bool(view.asks) or bool(capped(view)))


def capped(view: TaskView) -> str:
    """The cap that has paused a task, in words; "" when none has."""
    if view.state is not TaskState.paused or view.resumes_at is not None:
        return ""
    steps, tokens = view.limits.steps, view.limits.tokens
    if steps is not None and view.steps >= steps:
        return f"limit of {steps} steps"
    if tokens is not None and view.usage.total >= tokens:
        return f"limit of {compact(tokens)} tokens"
    return ""


def word(view: TaskView, now: float) -> Word:
    """How a task stands at `now`, Unix seconds. What it asks comes before everything."""
    if view.asks and not view.state.ended:
        return Word("?", "warn", "needs you")
    if view.state is TaskState.paused:
        return _paused(view, now)
    if view.pausing:
        return Word("●", "agent", "pausing", "pauses before its next step")
    if task_fold.stalled(view, now):
        return Word("◌", "warn", f"stalled {span(task_fold.idle(view, now))}")
    return Word(*_PLAIN[view.state])


def _paused(view: TaskView, now: float) -> Word:
    if view.resumes_at is not None:
        left = span(max(0.0, view.resumes_at - now))
        return Word("↻", "text", f"retry {left}", f"retries in {left}")
    limit = capped(view)
    return Word("‖", "warn", "limit reached", f"paused: {limit}") if limit else Word(*_PLAIN[TaskState.paused])


def span(seconds: float) -> str:
    """`seconds` in one number: 40 s, 3 min, 2 h."""
    whole = int(seconds)
    return f"{whole} s" if whole < 100 else f"{whole // 60} min" if whole < 6000 else f"{whole // 3600} h"


def doing(view: TaskView, want: str) -> tuple[str, str]:
    """What a task does or did last, and the role of it: what it asks (`want`), why it stands or failed, what it answered."""
    if want:
        return want, "text"
    if view.error:
        return view.error, "error"
    if view.state is TaskState.paused:
        return view.status.partition(": ")[2] or view.last_action, "muted"
    if view.state is TaskState.finished:
        return view.answer or view.last_action, "muted"
    return view.last_action, "muted"


def box(view: TaskView) -> str:
    """Where it works: its container, and whether that has the network; LOCAL on this machine."""
    if view.mode == "local":
        return "LOCAL"
    return f"{view.container[:12]} {'net' if view.network else 'no net'}" if view.container else ""


def short_box(view: TaskView) -> str:
    """The same in few cells: only a network that is there is said."""
    return "LOCAL" if view.mode == "local" else f"{view.container[:8]}{' +net' if view.network else ''}" if view.container else ""


def who(view: TaskView) -> str:
    """Persona and model."""
    return "/".join(part for part in (view.persona.name if view.persona else "", view.model) if part)


def seconds(view: TaskView, now: float) -> float | None:
    """How long it has worked, or did; None before it began."""
    return None if view.started_at is None else max(0.0, (view.ended_at or now) - view.started_at)


def spent(used: int, cap: int | None, bar: bool) -> tuple[tuple[str, str], ...]:
    """`used` of `cap` as text and roles: a small bar, and the numbers. Without a cap the number alone."""
    if cap is None:
        return ((compact(used), "muted"),) if used else ()
    part = min(1.0, used / cap) if cap else 1.0
    role = "warn" if part >= _NEARLY else "agent"
    full = min(_BAR, round(part * _BAR)) if used < cap else _BAR
    drawn = (("━" * full, role), ("╌" * (_BAR - full) + " ", "muted")) if bar else ()
    return (*drawn, (f"{compact(used)}/{compact(cap)}", role if part >= _NEARLY else "muted"))


def lost(views: Iterable[TaskView]) -> str:
    """What would go with `views`, to who is about to forget them; "" when all of it is kept elsewhere."""
    losing = [view for view in views if task_fold.count_unkept(view)]
    files = sum(map(task_fold.count_unkept, losing))
    return task_fold.told_lost(files, naming.tasks(losing)) if files else ""


def clashes(view: TaskView, conflicts: Mapping[str, tuple[str, ...]]) -> str:
    """The others that changed what it changed: one by name, and how many more."""
    others = conflicts.get(view.id, ())
    return "" if not others else f"! {others[0]}{f' +{len(others) - 1}' if len(others) > 1 else ''}"


def summary(view: TaskView) -> str:
    """A task as text, to be copied."""
    lines = [
        f"{view.id}: {view.title}",
        f"state: {view.status}",
        f"steps: {view.steps}, tokens: {view.usage.total}",
        f"prompt: {view.prompt}",
        *(f"did: {action}" for action in view.recent),
        *([f"error: {view.error}"] if view.error else []),
        *([f"changed: {', '.join(view.changed)}"] if view.changed else []),
        *([f"answer: {view.answer}"] if view.answer else []),
    ]
    return "\n".join(lines)

"""What the head of a task's own screen says: how it stands, then what it spends and where it works. Pure."""

from __future__ import annotations

from pygent_engine.task_values import TaskState, TaskView
from pygent_engine.untrusted import clean_line

from .status_line import elapsed
from .task_words import box, seconds, spent, who, word

Part = tuple[str, str]
"""A text and its role."""


def stands(view: TaskView, now: float) -> tuple[Part, ...]:
    """State, id and title, and why when it stands or failed."""
    found = word(view, now)
    said = view.error or (view.status.partition(": ")[2] if view.stands == "paused" else "")
    detail = said if said and said not in found.whole else ""
    return (
        (f"{found.sign} {found.whole}", found.role),
        (f"  {clean_line(view.id, 40)}", "strong"),
        (f" · {clean_line(view.title, 200)}", "text"),
        *(((f"  {clean_line(detail, 300)}", "error" if view.error else "muted"),) if detail else ()),
    )


def spends(view: TaskView, now: float) -> tuple[tuple[Part, ...], ...]:
    """Groups of pieces, the most needed first: time, steps and tokens of their caps, container and network, who it is, its attempt."""
    took = seconds(view, now)
    groups: list[tuple[Part, ...]] = []
    if took is not None:
        groups.append(((elapsed(took), "text"),))
    for what, used, cap in (("steps", view.steps, view.limits.steps), ("tokens", view.usage.total, view.limits.tokens)):
        parts = spent(used, cap, bar=True)
        if parts:
            groups.append((*parts, (f" {what[:-1] if used == 1 and cap is None else what}", "muted")))
    where = box(view)
    if where:
        groups.append(((where, "warn" if view.mode == "local" else "muted"),))
    groups.append(((clean_line(who(view), 60), "muted"),))
    if view.attempt > 1:
        groups.append(((f"attempt {view.attempt}", "muted"),))
    if view.changes:
        groups.append(((f"{view.changes} file{'s' if view.changes > 1 else ''} changed", "muted"),))
    return tuple(groups)


def outcome(view: TaskView) -> str:
    """What a message to it comes to, in a sentence's end."""
    if view.state.ended:
        return "is over: what you send begins a retry, with its history"
    if view.state in (TaskState.queued, TaskState.starting):
        return "has not begun: it reads this at its first step"
    return "reads this at its next step"

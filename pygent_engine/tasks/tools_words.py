"""The words that the tools of delegating have in common: their parameters, and a task as a model reads of it."""

from __future__ import annotations

from collections.abc import Sequence

from ..task_fold import idle, stalled
from ..task_values import TaskState, TaskView
from ..values import JsonDict
from .news import bounded

TASK_ID: JsonDict = {"task_id": {"type": "string", "description": "The id that delegate_task gave, as task-1."}}
PATHS: JsonDict = {"type": "array", "items": {"type": "string"}}
MOST_PATHS = 20


def object_of(properties: JsonDict, *required: str) -> JsonDict:
    """The JSON schema of a tool's parameters."""
    return {"type": "object", "properties": properties, "required": list(required)}


def line(view: TaskView, now: float, others: Sequence[str] = ()) -> str:
    """How a task stands, in a line: all that can be counted. `others` changed the same paths."""
    facts = (view.title, _spent(view), _changes(view), _clash(others), _silence(view, now), _doing(view))
    return f"{view.id}: {view.status} ({'; '.join(filter(None, facts))})"


def report(view: TaskView, now: float, others: Sequence[str] = (), most: int = 2_000) -> str:
    """As `line`, then what it changed, and at most `most` characters of its answer once it is over."""
    parts = [line(view, now, others)]
    if view.changed:
        more = f" and {view.changes - MOST_PATHS} more" if view.changes > MOST_PATHS else ""
        parts.append(f"Changed: {', '.join(view.changed[:MOST_PATHS])}{more}")
    if view.applied:
        parts.append(f"Applied here already: {paths_in_words(view.applied)}")
    if view.renewed:
        parts.append(f"Changed again since that: {paths_in_words(view.renewed)}")
    if view.state.ended and view.answer:
        parts.append(f"Its last words:\n{bounded(view.answer, most)}")
    return "\n".join(parts)


def paths_in_words(paths: Sequence[str]) -> str:
    """The first of the paths by name, and how many more there are."""
    more = f" and {len(paths) - MOST_PATHS} more" if len(paths) > MOST_PATHS else ""
    return ", ".join(paths[:MOST_PATHS]) + more


def _spent(view: TaskView) -> str:
    limits = view.limits
    steps = f"{view.steps} of {limits.steps} steps" if limits.steps else f"{view.steps} step{'' if view.steps == 1 else 's'}"
    if limits.tokens:
        return f"{steps}; {view.usage.total} of {limits.tokens} tokens"
    return f"{steps}; {view.usage.total} tokens" if view.usage.total else steps


def _changes(view: TaskView) -> str:
    return f"{view.changes} file{'s' if view.changes > 1 else ''} changed" if view.changes else ""


def _clash(others: Sequence[str]) -> str:
    return f"changed the same files as {', '.join(others)}" if others else ""


def _silence(view: TaskView, now: float) -> str:
    if view.state is TaskState.paused and view.resumes_at is not None:
        return f"goes on by itself in {max(0, round(view.resumes_at - now))} s"
    if view.asks:
        return "waits for the user"
    seconds = round(idle(view, now))
    if stalled(view, now):
        return f"stalled: no sign of life for {seconds} s"
    return f"idle for {seconds} s" if seconds >= 1 else ""


def _doing(view: TaskView) -> str:
    return f"last: {view.last_action}" if view.last_action and not view.state.ended else ""

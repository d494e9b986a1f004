"""The tools that tell a model how its tasks stand, and wait for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from ..cancel import Cancel
from ..errors import PygentError
from ..task_fold import overlaps
from ..task_values import TaskState, TaskView
from ..tools.registry import CallContext, Tool
from ..values import JsonDict
from .manager import TaskManager
from .news import News
from .tools_words import TASK_ID, line, object_of, report

DEFAULT_WAIT_S = 60.0
LONGEST_WAIT_S = 600.0
_LOOK_S = 0.05
_LISTED_ANSWERS = 12_000  # characters of all answers in one list


def standing_tools(manager: Callable[[], TaskManager], news: News) -> tuple[Tool, ...]:
    """task_status, list_tasks and wait_tasks; what they say of an end is no news any more."""

    def told(views: Sequence[TaskView]) -> str:
        clashing, now = overlaps(manager().tasks()), time.time()
        most = max(80, min(2_000, _LISTED_ANSWERS // max(1, len(views))))
        for view in views:
            news.heard(view)
        return "\n\n".join(report(view, now, clashing.get(view.id, ()), most) for view in views)

    def status(context: CallContext, arguments: JsonDict) -> str:
        return told([manager().get(arguments["task_id"])])

    def listing(context: CallContext, arguments: JsonDict) -> str:
        views = manager().tasks()
        clashing, now = overlaps(views), time.time()
        return "\n".join(line(view, now, clashing.get(view.id, ())) for view in views) or "There are no delegated tasks."

    def wait(context: CallContext, arguments: JsonDict) -> str:
        ids, any_will_do = list(dict.fromkeys(map(str, arguments["task_ids"]))), bool(arguments.get("any"))
        if not ids:
            raise PygentError("No task is named; task_ids takes the ids that delegate_task gave.")
        seconds = min(max(0.0, arguments.get("timeout", DEFAULT_WAIT_S)), LONGEST_WAIT_S)
        views = _waited(manager(), ids, any_will_do, seconds, context.cancel)
        return f"{_outcome(views, seconds)}\n\n{told(views)}"

    return (
        Tool("task_status", _STATUS, object_of(TASK_ID, "task_id"), status, lambda a: str(a["task_id"])),
        Tool("list_tasks", _LIST, object_of({}), listing, lambda _: ""),
        Tool("wait_tasks", _WAIT, object_of(_WAIT_SCHEMA, "task_ids"), wait, lambda a: ", ".join(map(str, a["task_ids"]))),
    )


def _waited(manager: TaskManager, ids: Sequence[str], any_will_do: bool, seconds: float, cancel: Cancel) -> list[TaskView]:
    """The tasks, once all of them (or any) are over or stand until the user has them go on, or when the time is up."""
    enough, deadline = any if any_will_do else all, time.monotonic() + seconds
    while True:
        views = [manager.get(task_id) for task_id in ids]
        left = deadline - time.monotonic()
        if enough(_is_over(view) for view in views) or left <= 0 or cancel.wait(min(left, _LOOK_S)):
            return views


def _is_over(view: TaskView) -> bool:
    return view.state.ended or (view.state is TaskState.paused and view.resumes_at is None)


def _outcome(views: Sequence[TaskView], seconds: float) -> str:
    open_ = [view.id for view in views if not view.state.ended]
    if not open_:
        return "It has ended." if len(views) == 1 else f"All {len(views)} have ended."
    if all(map(_is_over, views)):
        return f"Paused until the user has them go on: {', '.join(open_)}."
    if any(map(_is_over, views)):
        return f"Not ended yet: {', '.join(open_)}."
    return f"Not ended after {seconds:g} s: {', '.join(open_)}."


_STATUS = (
    "How a delegated task stands: its state, what it spent of its limits, when it last gave a sign of life, which files it changed, "
    "whether other tasks changed them too, and its answer once it is over."
)
_LIST = "All delegated tasks and how they stand, a line each; task_status tells more of one."
_WAIT = (
    "Wait until delegated tasks have ended, and read how they did. You are told of each end without this; use it when there is "
    "nothing else to do before."
)
_WAIT_SCHEMA: JsonDict = {
    "task_ids": {"type": "array", "items": {"type": "string"}, "description": "The tasks to wait for."},
    "timeout": {"type": "number", "description": "The most seconds to wait, 60 unless given, at most 600."},
    "any": {"type": "boolean", "description": "Wait for the first of them that ends, not for all."},
}

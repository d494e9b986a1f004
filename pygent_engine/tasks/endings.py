"""How a task ends, from how its agent's run did."""

from __future__ import annotations

from ..task_values import TaskState
from ..values import Limits, RunResult

Ending = tuple[TaskState, str, str]
"""Final state, error, and the state in words where it says more than the state's name."""


def cut_short(reason: str, limits: Limits) -> Ending:
    """The ending of a task whose cancel was set for `reason`."""
    match reason:
        case "seconds":
            return TaskState.timed_out, "", f"timeout after {limits.seconds:g}s"
        case "step_seconds":
            return TaskState.timed_out, "", f"timeout after {limits.step_seconds:g}s"
        case _:
            return TaskState.cancelled, "", ""


def ending(result: RunResult, cancelled: str, limits: Limits) -> Ending:
    """The ending of a task whose agent ran to `result`; `cancelled` is the reason of its cancel, empty when it was not set."""
    match result.outcome:
        case "finished":
            return TaskState.finished, "", ""
        case "interrupted":
            return cut_short(cancelled, limits)
        case "limit" if result.limit in ("seconds", "step_seconds"):
            return cut_short(result.limit, limits)
        case _:
            return TaskState.failed, result.reason, ""

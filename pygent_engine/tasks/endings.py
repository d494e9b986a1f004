"""How a task ends, from how its agent's run did."""

from __future__ import annotations

from ..events import TaskEnded
from ..task_values import TaskState
from ..untrusted import clean_line
from ..values import Limits, RunResult, Usage

LONGEST_ERROR = 1000


def ended(state: TaskState, error: str = "", status: str = "") -> TaskEnded:
    """The last event of a task; `status` where it says more than the state's name. What it spent is for who counts it to add."""
    error = clean_line(error, LONGEST_ERROR)
    return TaskEnded(state, status or (f"{state.value}: {error}" if error else state.value), error, 0, Usage())


def cut_short(reason: str, limits: Limits) -> TaskEnded:
    """The ending of a task whose cancel was set for `reason`."""
    match reason:
        case "seconds":
            return ended(TaskState.timed_out, "", f"timeout after {limits.seconds or 0:g}s")
        case "step_seconds":
            return ended(TaskState.timed_out, "", f"timeout after {limits.step_seconds or 0:g}s")
        case _:
            return ended(TaskState.cancelled)


def ending(result: RunResult, cancelled: str, limits: Limits) -> TaskEnded:
    """The ending of a task whose agent ran to `result`; `cancelled` is the reason of its cancel, empty when it was not set."""
    match result.outcome:
        case "finished":
            return ended(TaskState.finished)
        case "interrupted":
            return cut_short(cancelled, limits)
        case "limit" if result.limit in ("seconds", "step_seconds"):
            return cut_short(result.limit, limits)
        case _:
            return ended(TaskState.failed, result.reason)

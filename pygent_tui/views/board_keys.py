"""What can be done with a delegated task in the state that it is in. Pure; the keys of the board and their last line follow it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pygent_engine.task_fold import count_unapplied
from pygent_engine.task_values import TaskState, TaskView

from .board import Board
from .shells import Place, of_task
from .task_words import capped


def valid(view: TaskView) -> frozenset[str]:
    """The names of what can be done with one task."""
    over, begun = view.state.ended, view.started_at is not None
    answers = {
        "open": True,
        "peek": True,
        "message": True,
        "copy": True,
        "allow": bool(view.asks) and not over,
        "deny": bool(view.asks) and not over,
        "cancel": not over,
        "pause": not over and view.state is not TaskState.queued and not capped(view),  # its limit has to be raised first
        "limits": not over,
        "retry": over,
        "remove": over,
        "diff": begun,
        "output": begun,
        "shell": begun and isinstance(of_task(view), Place),
        "apply": count_unapplied(view) > 0,
        "take-back": bool(view.applied),
        "compare": bool(view.group),
    }
    return frozenset(name for name, can in answers.items() if can)


_OF_ALL = frozenset({"message", "cancel", "pause", "limits", "retry", "remove", "apply", "allow", "deny"})


def targets(board: Board, marks: Iterable[str], cursor: TaskView | None, name: str) -> tuple[str, ...]:
    """The ids of the tasks that a key is for: those with a mark, in the order of the board, of which it can be done; without
    marks, or where it is for one task alone, the one under the cursor."""
    marked = sorted(place for task_id in marks if (place := board.places.get(task_id)) is not None) if name in _OF_ALL else []
    views: Sequence[TaskView] = [board.rows[place] for place in marked] or ([cursor] if cursor is not None else [])
    return tuple(view.id for view in views if name in valid(view))

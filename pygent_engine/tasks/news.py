"""What the root agent is told of the tasks: each end, and each pause that somebody has to end, once and without being asked for.

Reads how the tasks stand when the model is about to be asked; keeps only what the model has heard already.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from ..task_values import TaskState, TaskView
from ..untrusted import clean_line

LONGEST_ANSWER = 1_500  # characters of one task's
MOST_ANSWERS = 12_000  # of all that are told at once
_SHORTEST_ANSWER = 80

_Stand = tuple[int, str, int]


class News:
    """Over what `views` gives: all tasks as they stand. `offers` says whether the model has a tool of that name."""

    def __init__(self, views: Callable[[], Iterable[TaskView]], offers: Callable[[str], bool]) -> None:
        self._views = views
        self._offers = offers
        self._guard = threading.Lock()  # of the two below
        self._heard: dict[str, _Stand] = {}
        self._delegated: set[str] = set()

    def delegated(self, task_id: str) -> None:
        """The model itself started this task."""
        with self._guard:
            self._delegated.add(task_id)

    def heard(self, view: TaskView) -> None:
        """The model has read how this task stands."""
        if _is_news(view):
            with self._guard:
                self._heard[view.id] = _stand(view)

    def take(self) -> str:
        """What the model has not heard yet, "" when there is nothing."""
        views = tuple(self._views())
        with self._guard:
            new = [view for view in views if _is_news(view) and self._heard.get(view.id) != _stand(view)]
            known = {view.id for view in views}
            self._heard = {task_id: stand for task_id, stand in self._heard.items() if task_id in known}
            self._heard |= {view.id: _stand(view) for view in new}
            self._delegated &= known
            delegated = frozenset(self._delegated)
        if not new:
            return ""
        room = max(_SHORTEST_ANSWER, min(LONGEST_ANSWER, MOST_ANSWERS // len(new)))
        return "\n\n".join(self._told(view, view.id in delegated, room) for view in new)

    def _told(self, view: TaskView, delegated: bool, room: int) -> str:
        whose = "" if delegated else ", started by the user"
        lines = [f"{view.id} ({clean_line(view.title, 80)}{whose}): {view.status.rstrip('.')}."]
        if view.answer and view.state is not TaskState.paused:
            lines.append(f"Its last words:\n{bounded(view.answer, room)}")
        lines.append(" ".join(filter(None, (_changed(view), self._next(view)))))
        return "\n".join(filter(None, lines))

    def _next(self, view: TaskView) -> str:
        if view.state is TaskState.paused:
            ends = "; cancel_task ends it" if self._offers("cancel_task") else ""
            return f"Only the user can raise its limits and have it go on{ends}."
        taking = [name for name in ("apply_task", "collect_file") if self._offers(name)]
        if not view.changes or not taking:
            return ""
        return f"To take that over: {' or '.join(taking)}."


def bounded(text: str, most: int) -> str:
    """The beginning of `text`, with a word on what was left out."""
    text = text.strip()
    return text if len(text) <= most else f"{text[:most].rstrip()}\n[... {len(text) - most} more characters]"


def _changed(view: TaskView) -> str:
    if not view.changes:
        return ""
    return f"It changed {view.changes} file{'s' if view.changes > 1 else ''}."


def _is_news(view: TaskView) -> bool:
    """Whether it is over, or was paused for a reason that time alone does not end."""
    if view.state is TaskState.paused:
        return view.resumes_at is None and view.status != TaskState.paused.value
    return view.state.ended


def _stand(view: TaskView) -> _Stand:
    return view.attempt, view.status, view.steps

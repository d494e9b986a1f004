"""Which rows of the board are shown, and in which order: a pure function of the tasks and of what the user chose.

What needs the user comes first, all else stays where it was. The row that the cursor is on keeps its place, whatever the
others do: a row is never taken away from under a key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from pygent_engine.frozen import frozen
from pygent_engine.task_values import TaskState, TaskView

from .board import Board
from .task_words import box, needs_user, seconds, who, word

Sort = Literal["needs you", "state", "newest", "elapsed", "tokens"]
SORTS: tuple[Sort, ...] = ("needs you", "state", "newest", "elapsed", "tokens")
_STATES = {state: place for place, state in enumerate(dict.fromkeys((TaskState.running, TaskState.starting, *TaskState)))}


class Held(NamedTuple):
    """The row that must not move, and where it stands."""

    task_id: str
    place: int


@frozen
class Choice:
    """What the user chose on the board. `cursor` is a task's id, None before he went to one; `marks` are ids."""

    cursor: str | None = None
    marks: frozenset[str] = frozenset()
    sort: Sort = "needs you"
    query: str = ""

    def toggled(self, task_id: str) -> Choice:
        """With one more mark, or without it."""
        return replace(self, marks=self.marks ^ {task_id})

    def all_toggled(self, task_ids: Iterable[str]) -> Choice:
        """With a mark on all of `task_ids`; without any when all of them had one."""
        wanted = frozenset(task_ids)
        return replace(self, marks=self.marks - wanted if wanted <= self.marks else self.marks | wanted)

    def sorted_next(self) -> Choice:
        """In the next of the orders."""
        return replace(self, sort=SORTS[(SORTS.index(self.sort) + 1) % len(SORTS)])

    def known(self, board: Board) -> Choice:
        """Without the marks of tasks that are gone; the same object when there are none."""
        return self if self.marks <= board.places.keys() else replace(self, marks=self.marks & board.places.keys())


def arranged(board: Board, choice: Choice, now: float, held: Held | None = None) -> tuple[TaskView, ...]:
    """The rows as they are shown at `now`, Unix seconds; the row of `held` is at its place also when it does not fit the filter."""
    rows: Sequence[TaskView] = board.rows
    if choice.query:
        wanted = choice.query.lower().split()
        rows = [view for view in rows if fits(view, wanted, now)]
    kept = board.row(held.task_id) if held is not None else None
    if held is None or kept is None:
        return tuple(_ordered(board, rows, choice.sort, now))
    others = _ordered(board, [view for view in rows if view.id != kept.id], choice.sort, now)
    return (*others[: held.place], kept, *others[held.place :])


def fits(view: TaskView, wanted: Sequence[str], now: float) -> bool:
    """Whether each of the words `wanted` (in small letters) is somewhere in what the row says."""
    said = " ".join((view.id, view.title, word(view, now).whole, view.state, who(view), view.last_action, box(view), *view.changed[:9]))
    said = said.lower()
    return all(each in said for each in wanted)


def _ordered(board: Board, rows: Sequence[TaskView], sort: Sort, now: float) -> list[TaskView]:
    """Sorting is stable: those that are alike stay in the order of their creation."""
    conflicts = board.conflicts

    def asks(view: TaskView) -> bool:
        return needs_user(view, conflicts)

    keys: dict[Sort, Callable[[TaskView], float]] = {
        "needs you": lambda view: not asks(view),
        "state": lambda view: -1 if asks(view) else _STATES[view.state],
        "newest": lambda view: -board.places[view.id],
        "elapsed": lambda view: -(seconds(view, now) or 0.0),
        "tokens": lambda view: -view.usage.total,
    }
    return sorted(rows, key=keys[sort])

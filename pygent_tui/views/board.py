"""Folds envelopes into the board of delegated tasks. Pure; rows keep the order in which the tasks were created."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from pygent_engine import task_fold
from pygent_engine.events import ApprovalAsked, Envelope, Event, QuestionAsked, TaskCreated, TaskRemoved
from pygent_engine.frozen import frozen
from pygent_engine.task_values import TaskState, TaskView

from .task_words import needs_user

_COUNTED = {
    TaskState.queued: "queued",
    TaskState.starting: "working",
    TaskState.running: "working",
    TaskState.waiting: "working",
    TaskState.paused: "paused",
    TaskState.finished: "finished",
    TaskState.cancelled: "cancelled",
    TaskState.failed: "failed",
    TaskState.timed_out: "timed_out",
    TaskState.lost: "lost",
}


@frozen
class Counts:
    """How many tasks need the user, work, are paused, are queued and have ended; none is counted twice."""

    asking: int = 0
    working: int = 0
    paused: int = 0
    queued: int = 0
    finished: int = 0
    cancelled: int = 0
    failed: int = 0
    timed_out: int = 0
    lost: int = 0


@frozen
class Board:
    """All delegated tasks of the session."""

    rows: tuple[TaskView, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)
    """Where the row of a task id stands."""
    conflicts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By task id the others that changed what it changed."""
    wants: Mapping[str, str] = field(default_factory=dict)
    """By call id what a task asks the user for."""

    def row(self, task_id: str) -> TaskView | None:
        place = self.places.get(task_id)
        return None if place is None else self.rows[place]

    def views(self, task_ids: Iterable[str]) -> tuple[TaskView, ...]:
        """The rows of those of `task_ids` that there are."""
        return tuple(self.rows[self.places[task_id]] for task_id in task_ids if task_id in self.places)

    def want(self, view: TaskView) -> str:
        """What a task asks the user for first; "" when it asks nothing."""
        return self.wants.get(view.asks[0], "") if view.asks else ""

    @property
    def running(self) -> bool:
        """Whether some row says something else as time goes by."""
        return any(not row.state.ended for row in self.rows)

    @property
    def counts(self) -> Counts:
        found = dict.fromkeys(_COUNTED.values(), 0)
        asking = 0
        for row in self.rows:
            if needs_user(row, self.conflicts):
                asking += 1
            else:
                found[_COUNTED[row.state]] += 1
        return Counts(asking, **found)


EMPTY = Board()


def fold(state: Board, envelope: Envelope) -> Board:
    """The board after `envelope`; the same object when no row changed."""
    return fold_batch(state, (envelope,))


def fold_batch(state: Board, batch: Iterable[Envelope]) -> Board:
    """The board after all of `batch`; the same object when no row changed. Costs what the batch costs, and the rows once."""
    folding = _Folding(state)
    for envelope in batch:
        folding.take(envelope.task_id, envelope.event, envelope.at)
    return folding.board()


class _Folding:
    """What a batch makes of a board: only what differs, until all of it was taken."""

    def __init__(self, before: Board) -> None:
        self._before = before
        self._known = before.places
        self._changed: dict[str, TaskView] = {}
        self._new: dict[str, None] = {}
        self._gone: set[str] = set()
        self._wants: dict[str, str] = {}

    def take(self, task_id: str, event: Event, at: float) -> None:
        if isinstance(event, TaskCreated):
            self._gone.discard(task_id)
            self._changed[task_id] = task_fold.created(task_id, event, at)
            if task_id not in self._known:
                self._new[task_id] = None
            return
        view = self._changed.get(task_id) or self._before.row(task_id)
        if view is None or task_id in self._gone:
            return
        if isinstance(event, TaskRemoved):
            self._gone.add(task_id)
            return
        if isinstance(event, ApprovalAsked):
            self._wants[event.request.call_id] = event.request.command
        elif isinstance(event, QuestionAsked):
            self._wants[event.question.call_id] = event.question.prompt
        after = task_fold.fold(view, event, at)
        if after is not view:
            self._changed[task_id] = after

    def board(self) -> Board:
        before = self._before
        if not self._changed and not self._gone:
            return before
        views = [*before.rows]
        for task_id, view in self._changed.items():
            if task_id in self._known:
                views[self._known[task_id]] = view
        views += [self._changed[task_id] for task_id in self._new]
        if not self._gone and not self._new:
            rows, places = tuple(views), before.places
        else:
            rows = tuple(view for view in views if view.id not in self._gone)
            places = {view.id: place for place, view in enumerate(rows)}
        return Board(rows, places, self._conflicts(rows), self._asked(rows))

    def _conflicts(self, rows: tuple[TaskView, ...]) -> Mapping[str, tuple[str, ...]]:
        """Found anew only when what tasks changed is something else now."""
        old = {task_id: self._before.row(task_id) for task_id in (*self._changed, *self._gone)}
        now = {task_id: None if task_id in self._gone else self._changed[task_id] for task_id in old}
        same = all(_changes(old[task_id]) == _changes(now[task_id]) for task_id in old)
        return self._before.conflicts if same else task_fold.overlaps(rows)

    def _asked(self, rows: tuple[TaskView, ...]) -> Mapping[str, str]:
        if not self._wants and not self._before.wants:
            return self._before.wants
        wants = {**self._before.wants, **self._wants}
        return {call_id: wants[call_id] for row in rows for call_id in row.asks if call_id in wants}


def _changes(view: TaskView | None) -> tuple[tuple[str, ...], ...]:
    """The paths that a task changed, those that were applied, and those of them that it changed again."""
    return () if view is None or not view.changed else (view.changed, view.applied, view.renewed)

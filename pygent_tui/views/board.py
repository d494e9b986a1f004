"""Folds envelopes into the board of delegated tasks. Pure; rows keep the order in which the tasks were created."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pygent_engine.events import (
    ApprovalAsked,
    ApprovalSettled,
    CallStarted,
    ContainerReplaced,
    Envelope,
    ImagePullStarted,
    QuestionAnswered,
    QuestionAsked,
    RetryScheduled,
    StepStarted,
    TaskCreated,
    TaskEnded,
    TaskStateChanged,
)
from pygent_engine.task_values import TaskState
from pygent_engine.values import Mode, Usage

_STARTED = frozenset({TaskState.starting, TaskState.running})


@dataclass(frozen=True, slots=True)
class Row:
    """A delegated task as the board shows it. Times are Unix seconds (UTC), None when not yet."""

    id: str
    title: str
    prompt: str
    persona: str
    model: str
    parent_id: str
    mode: Mode
    created_at: float
    state: TaskState = TaskState.queued
    status: str = ""
    last_action: str = ""
    steps: int = 0
    usage: Usage | None = None
    started_at: float | None = None
    ended_at: float | None = None
    error: str = ""
    container: str | None = None
    asks: tuple[str, ...] = ()
    """Ids of the calls that wait for the user."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many tasks wait for the user, work, are queued and have ended (failed: not finished)."""

    asking: int = 0
    working: int = 0
    queued: int = 0
    finished: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Board:
    """All delegated tasks of the session."""

    rows: tuple[Row, ...] = ()
    places: dict[str, int] = field(default_factory=dict)
    """Where the row of a task id stands."""

    def row(self, task_id: str) -> Row | None:
        place = self.places.get(task_id)
        return None if place is None else self.rows[place]

    @property
    def running(self) -> bool:
        """Whether some task's elapsed time still grows."""
        return any(row.started_at is not None and row.ended_at is None for row in self.rows)

    @property
    def counts(self) -> Counts:
        asking = sum(bool(row.asks) and not row.state.ended for row in self.rows)
        live = sum(not row.state.ended for row in self.rows)
        queued = sum(row.state is TaskState.queued and not row.asks for row in self.rows)
        finished = sum(row.state is TaskState.finished for row in self.rows)
        return Counts(asking, live - asking - queued, queued, finished, len(self.rows) - live - finished)


EMPTY = Board()


def fold(state: Board, envelope: Envelope) -> Board:
    """The board after `envelope`; the same object when no row changed."""
    task_id = envelope.task_id
    if isinstance(envelope.event, TaskCreated):
        return _created(state, task_id, envelope.event, envelope.at)
    place = state.places.get(task_id)
    if place is None:
        return state
    before = state.rows[place]
    after = _row(before, envelope)
    return state if after is before else replace(state, rows=(*state.rows[:place], after, *state.rows[place + 1 :]))


def _created(state: Board, task_id: str, event: TaskCreated, at: float) -> Board:
    persona = event.persona.name if event.persona else ""
    row = Row(task_id, event.title, event.prompt, persona, event.model, event.parent_id, event.mode, at)
    return Board((*state.rows, row), {**state.places, task_id: len(state.rows)})


def _row(row: Row, envelope: Envelope) -> Row:  # noqa: C901 - one flat match, a line an event
    """One row after one event of its task; events that say nothing for the board leave it alone."""
    match envelope.event:
        case TaskStateChanged() as event:
            started = envelope.at if row.started_at is None and event.state in _STARTED else row.started_at
            return replace(row, state=event.state, started_at=started, container=event.container or row.container)
        case TaskEnded() as event:
            return _ended(row, event, envelope.at)
        case StepStarted():
            return replace(row, steps=row.steps + 1)
        case CallStarted() as event:
            return replace(row, last_action=event.action)
        case ImagePullStarted(image):
            return replace(row, last_action=f"pulls the image {image}")
        case ContainerReplaced(container, reason):
            return replace(row, container=container, last_action=reason)
        case RetryScheduled() as event:
            return replace(row, last_action=f"asks the model again in {event.delay_s:g} s: {event.reason}")
        case ApprovalAsked() as event:
            return replace(row, asks=(*row.asks, event.request.call_id), last_action=event.request.command)
        case QuestionAsked() as event:
            return replace(row, asks=(*row.asks, event.question.call_id), last_action=event.question.prompt)
        case ApprovalSettled(call_id=call_id) | QuestionAnswered(call_id=call_id):
            return replace(row, asks=tuple(ask for ask in row.asks if ask != call_id))
        case _:
            return row


def _ended(row: Row, event: TaskEnded, at: float) -> Row:
    return replace(
        row, state=event.state, status=event.status, error=event.error, steps=event.steps, usage=event.usage, ended_at=at, asks=()
    )

"""Who waits for the user: approvals and questions, oldest first, each with the title of its task. Pure folds."""

from __future__ import annotations

from dataclasses import replace

from pygent_engine.events import (
    ApprovalAsked,
    ApprovalSettled,
    Envelope,
    QuestionAnswered,
    QuestionAsked,
    SessionClosed,
    TaskCreated,
)
from pygent_engine.frozen import frozen
from pygent_engine.values import ApprovalRequest, Question

Ask = ApprovalRequest | Question


@frozen
class Asks:
    """`pending` in the order of asking, of which the one at `at` is shown; `titles` maps task ids to titles, `since` the ids of
    calls to when they asked (Unix seconds)."""

    pending: tuple[Ask, ...] = ()
    titles: tuple[tuple[str, str], ...] = ()
    at: int = 0
    since: tuple[tuple[str, float], ...] = ()

    @property
    def current(self) -> Ask | None:
        return self.pending[self.at] if self.pending else None

    def title(self, task_id: str) -> str:
        """The title of a delegated task; empty when it is unknown."""
        return dict(self.titles).get(task_id, "")

    def of_task(self, task_id: str) -> Ask | None:
        """What a task has waited for longest."""
        return next((ask for ask in self.pending if ask.task_id == task_id), None)

    def place(self, call_id: str) -> int | None:
        """Where the ask of `call_id` stands among those that wait."""
        return next((place for place, ask in enumerate(self.pending) if ask.call_id == call_id), None)


EMPTY = Asks()


def chosen(state: Asks, at: int) -> Asks:
    """Show the ask at `at`, counted around from the last to the first."""
    return replace(state, at=at % len(state.pending)) if state.pending else state


def settled(state: Asks, call_id: str) -> Asks:
    """The ask of `call_id` was answered or went away; the one after it takes its place, and what is shown stays where it can."""
    gone = state.place(call_id)
    if gone is None:
        return state
    pending = (*state.pending[:gone], *state.pending[gone + 1 :])
    at = state.at - 1 if gone < state.at else state.at
    since = tuple(entry for entry in state.since if entry[0] != call_id)
    return replace(state, pending=pending, at=at if at < len(pending) else 0, since=since)


def fold(state: Asks, envelope: Envelope) -> Asks:
    """`state` after `envelope`; the same object when nothing changed."""
    match envelope.event:
        case TaskCreated(title):
            return replace(state, titles=(*state.titles, (envelope.task_id, title)))
        case ApprovalAsked(request):
            return _asked(state, request, envelope.at)
        case QuestionAsked(question):
            return _asked(state, question, envelope.at)
        case ApprovalSettled(call_id) | QuestionAnswered(call_id):
            return settled(state, call_id)
        case SessionClosed() if state.pending:
            return replace(state, pending=(), at=0, since=())
    return state


def _asked(state: Asks, ask: Ask, at: float) -> Asks:
    return replace(state, pending=(*state.pending, ask), since=(*state.since, (ask.call_id, at)))

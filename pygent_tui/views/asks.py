"""Who waits for the user: approvals and questions, oldest first, each with the title of its task. Pure folds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pygent_engine.events import (
    ApprovalAsked,
    ApprovalSettled,
    Envelope,
    QuestionAnswered,
    QuestionAsked,
    SessionClosed,
    TaskCreated,
)
from pygent_engine.values import ApprovalRequest, Question

Ask = ApprovalRequest | Question


@dataclass(frozen=True, slots=True)
class Asks:
    """`pending` in the order of asking; `titles` maps task ids to titles."""

    pending: tuple[Ask, ...] = ()
    titles: tuple[tuple[str, str], ...] = ()

    @property
    def first(self) -> Ask | None:
        return self.pending[0] if self.pending else None

    def title(self, task_id: str) -> str:
        """The title of a delegated task; empty when it is unknown."""
        return dict(self.titles).get(task_id, "")


EMPTY = Asks()


def settled(state: Asks, call_id: str) -> Asks:
    """The ask of `call_id` was answered or went away."""
    pending = tuple(ask for ask in state.pending if ask.call_id != call_id)
    return state if len(pending) == len(state.pending) else replace(state, pending=pending)


def fold(state: Asks, envelope: Envelope) -> Asks:
    """`state` after `envelope`; the same object when nothing changed."""
    match envelope.event:
        case TaskCreated(title):
            return replace(state, titles=(*state.titles, (envelope.task_id, title)))
        case ApprovalAsked(request):
            return replace(state, pending=(*state.pending, request))
        case QuestionAsked(question):
            return replace(state, pending=(*state.pending, question))
        case ApprovalSettled(call_id) | QuestionAnswered(call_id):
            return settled(state, call_id)
        case SessionClosed() if state.pending:
            return replace(state, pending=())
    return state

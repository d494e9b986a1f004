"""What the user said that the model did not read yet, beside the queued prompts of `status`: steers; and which prompts were withdrawn."""

from __future__ import annotations

from dataclasses import replace

from pygent_engine.events import Envelope, PromptWithdrawn, SessionClosed, StartedOver, Steered, TurnEnded
from pygent_engine.frozen import frozen
from pygent_engine.untrusted import clean_text
from pygent_engine.values import ROOT_TASK


@frozen
class Queue:
    """`steers` are those of this front end, in their order; `withdrawn` the ids of prompts that had no turn."""

    steers: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()


EMPTY = Queue()


def steering(state: Queue, text: str) -> Queue:
    """The user steers with `text`."""
    return replace(state, steers=(*state.steers, clean_text(text)))


def fold(state: Queue, envelope: Envelope) -> Queue:
    """`state` after `envelope`; the same object when nothing changed."""
    if envelope.task_id != ROOT_TASK:
        return state
    match envelope.event:
        case PromptWithdrawn(prompt_id):
            return replace(state, withdrawn=(*state.withdrawn, prompt_id))
        case Steered(text) if text in state.steers:
            index = state.steers.index(text)
            return replace(state, steers=state.steers[:index] + state.steers[index + 1 :])
        case TurnEnded(outcome="finished") | StartedOver() | SessionClosed() if state.steers:
            return replace(state, steers=())  # after a turn that finished they come back as prompts
    return state

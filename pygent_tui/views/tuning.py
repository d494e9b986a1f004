"""Folds what of the session can be changed while it lasts, as it stands. Pure."""

from __future__ import annotations

from pygent_engine.events import Envelope, SessionOpened, Tuned
from pygent_engine.values import Tuning

EMPTY = Tuning("")


def fold(state: Tuning, envelope: Envelope) -> Tuning:
    """`state` after `envelope`; the same object when nothing changed. A session that tells nothing has at least its model."""
    match envelope.event:
        case Tuned(tuning):
            return tuning
        case SessionOpened(model=model):
            return Tuning(model)
    return state

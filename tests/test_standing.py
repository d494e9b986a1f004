"""A turn that its seat has stand still: what comes at the very moment when that ends, or would begin."""

from __future__ import annotations

from pygent_engine import Limits, ModelError, ScriptedModel
from pygent_engine.cancel import Cancel
from pygent_engine.seat import Hold, Seat
from pygent_engine.turn import Turn
from tests.support.agents import MakeAgent

RAISED = Limits(steps=9)


def raising(turn: Turn) -> Hold:
    """Stands still until the limits are raised, which they are at once."""

    def hold(cancel: Cancel) -> None:
        turn.limits = RAISED

    return hold


class Capped:
    """Has a turn stand still at its limits."""

    def due(self, turn: Turn, fault: ModelError | None = None) -> Hold | None:
        return raising(turn) if turn.exhausted() else None


class LoweredAfterTheLook:
    """As `Capped`, but somebody lowers the limits just after it has looked for the first time."""

    def __init__(self) -> None:
        self._looked = False

    def due(self, turn: Turn, fault: ModelError | None = None) -> Hold | None:
        if not self._looked:
            self._looked = True
            turn.limits = Limits(steps=0)
            return None
        return raising(turn) if turn.exhausted() else None


def test_a_turn_that_is_cancelled_at_its_limit_is_cancelled(make_agent: MakeAgent) -> None:
    agent, _ = make_agent(ScriptedModel(["unused"]))
    cancel = Cancel()
    cancel.because("cancelled")
    agent.take_seat(Seat("task-1", agent.outbox.of("task-1"), Limits(steps=0), cancel=cancel, stand=Capped()))
    assert agent.run("go").outcome == "interrupted"


def test_limits_that_are_lowered_between_look_and_step_have_it_stand_still_all_the_same(make_agent: MakeAgent) -> None:
    agent, _ = make_agent(ScriptedModel(["done"]))
    agent.take_seat(Seat("task-1", agent.outbox.of("task-1"), RAISED, stand=LoweredAfterTheLook()))
    assert agent.run("go").outcome == "finished"

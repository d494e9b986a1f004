"""What steers and was not heard yet, and which prompts were withdrawn."""

from __future__ import annotations

from pygent_engine.events import Envelope, Event, PromptWithdrawn, SessionClosed, StartedOver, Steered, TurnEnded
from pygent_engine.values import ROOT_TASK, Usage
from pygent_tui.views.queue import EMPTY, Queue, fold, steering


def after(state: Queue, event: Event, task: str = ROOT_TASK) -> Queue:
    return fold(state, Envelope(1, 0.0, task, event))


STEERS = steering(steering(EMPTY, "a\x07"), "b")


def test_what_is_heard_is_gone_once() -> None:
    twice = steering(STEERS, "b")
    assert (STEERS.steers, after(twice, Steered("b")).steers) == (("a\u2407", "b"), ("a\u2407", "b"))


def test_what_another_said_or_a_task_heard_changes_nothing() -> None:
    assert after(STEERS, Steered("other")) is STEERS
    assert after(STEERS, Steered("b"), "task-1") is STEERS


def test_what_an_interrupted_turn_did_not_hear_waits_for_the_next() -> None:
    assert after(STEERS, TurnEnded("interrupted", 1, Usage())) is STEERS


def test_a_turn_that_finished_a_new_conversation_and_the_end_clear_it() -> None:
    for event in (TurnEnded("finished", 1, Usage()), StartedOver(), SessionClosed()):
        assert after(STEERS, event) == EMPTY


def test_withdrawn_prompts_are_remembered() -> None:
    assert after(EMPTY, PromptWithdrawn("p")) == Queue(withdrawn=("p",))

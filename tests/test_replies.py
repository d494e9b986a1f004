"""Asking the model: retries, partial replies, and how its events come out."""

from __future__ import annotations

import threading
import time

import pytest

from pygent_engine import Limits, ModelError, ScriptedModel
from pygent_engine.cancel import Cancel
from pygent_engine.events import ReasoningDelta, ReplyCompleted, RetryScheduled, TextDelta, TurnEnded
from pygent_engine.seat import Seat
from pygent_engine.values import INCOMPLETE, INTERRUPTED, Delta
from tests.support.agents import DEADLINE_S, MakeAgent


def busy(retry_after_s: float | None = 0.01) -> ModelError:
    return ModelError("The server is busy.", transient=True, retry_after_s=retry_after_s)


def test_a_passing_fault_is_waited_out_and_asked_again(make_agent: MakeAgent) -> None:
    model = ScriptedModel([busy(), busy(), "back"])
    agent, recorder = make_agent(model)
    assert agent.run("go").outcome == "finished"
    assert recorder.of(RetryScheduled) == [RetryScheduled(0.01, "The server is busy.", 1), RetryScheduled(0.01, "The server is busy.", 2)]
    assert [entry["role"] for entry in agent.history] == ["system", "user", "assistant"]


def test_three_attempts_are_all(make_agent: MakeAgent) -> None:
    model = ScriptedModel([busy()] * 5)
    agent, _ = make_agent(model)
    result = agent.run("go")
    assert (result.outcome, result.reason, len(model.calls)) == ("failed", "The server is busy.", 3)


def test_a_lasting_fault_is_not_asked_again(make_agent: MakeAgent) -> None:
    model = ScriptedModel([ModelError("wrong key"), "unused"])
    agent, recorder = make_agent(model)
    assert agent.run("go").reason == "wrong key"
    assert (len(model.calls), recorder.of(RetryScheduled)) == (1, [])


def test_a_long_delay_is_not_waited_for_blindly(make_agent: MakeAgent) -> None:
    model = ScriptedModel([busy(300), "unused"])
    agent, recorder = make_agent(model)
    assert agent.run("go").outcome == "failed"
    assert (len(model.calls), recorder.of(RetryScheduled)) == (1, [])


def test_a_wait_ends_with_an_interrupt(make_agent: MakeAgent) -> None:
    agent, recorder = make_agent(ScriptedModel([busy(25), "unused"]))
    turn = threading.Thread(target=agent.run, args=("go",))
    turn.start()
    recorder.wait_for(RetryScheduled)
    began = time.monotonic()
    agent.interrupt()
    turn.join(DEADLINE_S)
    assert time.monotonic() - began < 10
    assert recorder.of(TurnEnded)[0].outcome == INTERRUPTED


def test_a_wait_ends_with_the_deadline(make_agent: MakeAgent) -> None:
    agent, _ = make_agent(ScriptedModel([busy(25), "unused"]), limits=Limits(seconds=0.2))
    assert agent.run("go").limit == "seconds"


def test_a_reply_that_breaks_off_keeps_its_text_and_is_not_asked_again(make_agent: MakeAgent) -> None:
    model = ScriptedModel([[Delta(text="half an ans"), busy()], "unused"])
    agent, recorder = make_agent(model)
    result = agent.run("go")
    assert (result.outcome, result.reason, len(model.calls)) == ("failed", "The server is busy.", 1)
    (completed,) = recorder.of(ReplyCompleted)
    assert (completed.message.content, completed.message.finish_reason) == ("half an ans", INCOMPLETE)
    assert agent.history[-1] == {"role": "assistant", "content": "half an ans"}


@pytest.mark.parametrize("chunk", [1, 3, None])
def test_deltas_are_cleaned_and_join_to_the_completed_text(make_agent: MakeAgent, chunk: int | None) -> None:
    said = "safe\r\n\x1b]52;c;aGk=\x07 \u202etext\x9b2J"
    agent, recorder = make_agent(ScriptedModel([said], chunk=chunk))
    agent.run("go")
    shown = "".join(delta.text for delta in recorder.of(TextDelta))
    assert shown == recorder.of(ReplyCompleted)[0].message.content == "safe\n\u241b]52;c;aGk=\u2407 \\u202etext\\x9b2J"
    assert agent.history[-1]["content"] == said


def test_thinking_is_reported_and_kept_out_of_the_history(make_agent: MakeAgent) -> None:
    deltas = [Delta(reasoning="let me "), Delta(reasoning="see"), Delta(text="Yes."), Delta(finish_reason="stop")]
    agent, recorder = make_agent(ScriptedModel([deltas]))
    agent.run("go")
    assert [delta.text for delta in recorder.of(ReasoningDelta)] == ["let me ", "see"]
    assert recorder.of(ReplyCompleted)[0].message.reasoning == "let me see"
    assert agent.history[-1] == {"role": "assistant", "content": "Yes."}


def test_a_turn_that_is_cancelled_before_it_begins_asks_nothing(make_agent: MakeAgent) -> None:
    model = ScriptedModel(["unused"])
    agent, recorder = make_agent(model)
    cancelled = Cancel()
    cancelled.because("cancelled")
    agent.take_seat(Seat("task-1", agent.outbox.of("task-1"), Limits(), cancel=cancelled))
    assert agent.run("go").outcome == "interrupted"
    assert (model.calls, [ended.outcome for ended in recorder.of(TurnEnded)]) == ([], [INTERRUPTED])

"""Callers that the engine must survive, receivers of events above all: every call returns, and what it began comes to its end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, cast

import pytest

from pygent_engine import Agent, Message, PygentError, Runtime, ScriptedModel, TaskLimitError, TaskState, register_tool, tool
from pygent_engine.events import CallStarted, Envelope, Event, OutputDelta, TaskCreated, TaskEnded, TurnEnded
from pygent_engine.values import ROOT_TASK, Delta, Flag, JsonDict
from tests.support.agents import DEADLINE_S, MakeAgent, bash, calls


class Delegating:
    """Delegates twice and works; its tasks write for ever."""

    def chat(self, messages: list[JsonDict], model: str, tools: list[JsonDict]) -> Message:
        if "delegate_task" not in {entry["function"]["name"] for entry in tools}:
            return bash("while :; do echo on; sleep 0.01; done")
        steps = [calls(("delegate_task", {"prompt": "one"}), ("delegate_task", {"prompt": "two"})), bash("sleep 60")]
        turn: int = sum(message["role"] == "assistant" for message in messages)
        return steps[turn]


def closing_at(agent: Agent, kind: type[Event], task_id: str) -> list[float]:
    """Makes a receiver close `agent` at each such event of the task; how long each close took."""
    took: list[float] = []

    def close(envelope: Envelope) -> None:
        if isinstance(envelope.event, kind) and envelope.task_id == task_id:
            began = time.monotonic()
            agent.close()
            took.append(time.monotonic() - began)

    agent.outbox.add(close)
    return took


@pytest.mark.parametrize(
    ("kind", "task_id"),
    [(CallStarted, ROOT_TASK), (TaskCreated, "task-1"), (CallStarted, "task-2"), (OutputDelta, "task-1"), (OutputDelta, "task-2")],
)
def test_a_receiver_may_close_the_agent_while_its_tasks_report(make_agent: MakeAgent, kind: type[Event], task_id: str) -> None:
    agent, recorder = make_agent(Delegating())
    took = closing_at(agent, kind, task_id)
    assert agent.run("go").outcome == "interrupted"
    assert took and max(took) < DEADLINE_S
    created = len(recorder.of(TaskCreated))
    with recorder.changed:
        assert recorder.changed.wait_for(lambda: len(recorder.of(TaskEnded)) == created, DEADLINE_S)
    assert {event.state for event in recorder.of(TaskEnded)} <= {TaskState.cancelled}


def test_a_receiver_of_events_cannot_wait_for_a_task(make_agent: MakeAgent) -> None:
    said: list[str] = []

    def wait(envelope: Envelope) -> None:
        if isinstance(envelope.event, TaskCreated):
            with pytest.raises(PygentError) as refused:
                agent.tasks.wait(envelope.task_id)
            said.append(str(refused.value))
            agent.interrupt()

    agent, _ = make_agent(Delegating())
    agent.outbox.add(wait)
    agent.run("go")
    assert said[0] == "A receiver of events cannot wait for a task: no task can go on until it returns."


def test_a_closed_agent_starts_no_tasks(make_agent: MakeAgent) -> None:
    agent, recorder = make_agent(Delegating())
    agent.close()
    with pytest.raises(TaskLimitError, match=r"^This agent is closed; it starts no tasks\.$"):
        _ = agent.tasks
    assert recorder.of(TaskCreated) == []


def test_ctrl_c_in_a_receiver_of_the_last_event_leaves_the_agent_usable(make_agent: MakeAgent) -> None:
    def strike(envelope: Envelope) -> None:
        if isinstance(envelope.event, TurnEnded):
            agent.outbox.remove(strike)
            raise KeyboardInterrupt

    agent, _ = make_agent(Answering())
    agent.outbox.add(strike)
    with pytest.raises(KeyboardInterrupt):
        agent.run("go")
    assert agent.run("again").outcome == "finished"


class Answering:
    """Answers at once."""

    def chat(self, messages: list[JsonDict], model: str, tools: list[JsonDict]) -> Message:
        return Message("assistant", "done")


def test_a_prompt_that_is_no_text_begins_nothing(make_agent: MakeAgent) -> None:
    agent, recorder = make_agent(Answering())
    with pytest.raises(AttributeError):
        agent.run(None)  # type: ignore[arg-type]
    assert (recorder.envelopes, len(agent.history)) == ([], 1)
    assert agent.run("go").outcome == "finished"


class Speechless(Exception):
    """An error that cannot even say what it is."""

    def __str__(self) -> str:
        raise ValueError("no words")


class Failing:
    """Fails with a given error."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def chat(self, messages: list[JsonDict], model: str, tools: list[JsonDict]) -> Message:
        raise self._error


def test_an_error_that_cannot_say_what_it_is_fails_the_turn_and_nothing_else(make_agent: MakeAgent) -> None:
    agent, _ = make_agent(Failing(Speechless()))
    assert agent.run("go").reason == "The model failed: Speechless"


def test_a_tool_whose_error_cannot_say_what_it_is_has_a_result(make_agent: MakeAgent, own_tools: None) -> None:
    @tool
    def fail(runtime: Runtime) -> str:
        raise Speechless

    agent, _ = make_agent(ScriptedModel([calls(("fail", {})), "I see."]))
    assert agent.run("go").outcome == "finished"
    assert [entry["content"] for entry in agent.history if entry["role"] == "tool"] == ["fail failed: Speechless"]


@pytest.mark.parametrize("piece", [Delta(text=cast(Any, 5)), Delta(call_index=0, call_name="bash", call_arguments=cast(Any, {"cmd": "x"}))])
def test_a_stream_of_what_is_no_text_fails_the_turn_and_nothing_else(make_agent: MakeAgent, piece: Delta) -> None:
    class Streaming(Answering):
        def stream(self, messages: list[JsonDict], model: str, tools: list[JsonDict], cancel: Flag) -> Iterator[Delta]:
            yield piece
            yield Delta(finish_reason="stop")

    agent, _ = make_agent(Streaming())
    result = agent.run("go")
    assert (result.outcome, result.reply) == ("failed", None)
    assert result.reason.startswith("The model failed: ")


def test_a_schema_that_was_broken_after_its_registration_still_gives_a_result(make_agent: MakeAgent, own_tools: None) -> None:
    schema: JsonDict = {"type": "object", "properties": {}}
    register_tool("broken", "A tool", schema, lambda runtime: "fine")
    schema["required"] = 5
    agent, _ = make_agent(ScriptedModel([calls(("broken", {})), "I see."]))
    assert agent.run("go").outcome == "finished"
    assert [entry["content"][:33] for entry in agent.history if entry["role"] == "tool"] == ["The arguments cannot be checked: "]


def test_files_that_are_no_names_are_an_error_that_the_model_reads(make_agent: MakeAgent) -> None:
    agent, recorder = make_agent(ScriptedModel([calls(("delegate_task", {"prompt": "one", "files": [5]})), "I see."]))
    assert agent.run("go").outcome == "finished"
    assert [entry["content"] for entry in agent.history if entry["role"] == "tool"] == ["5: No such file or directory."]
    assert recorder.of(TaskCreated) == []

"""The tools by which a model looks after its tasks: it waits for them, speaks to them, ends them."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from pygent_engine import Agent, Runtime
from pygent_engine.approvals import Policy
from pygent_engine.events import AnswerApproval, ApprovalAsked, CallStarted, MessageSent, Steered, SubmitPrompt, TaskCreated, TaskEnded
from pygent_engine.task_values import TaskState
from pygent_engine.values import Message
from tests.support.agents import DEADLINE_S, MakeAgent, bash, calls
from tests.support.sessions import Sessions

from .said import DELEGATE, results, said
from .team import Reply, Team

# ---------------------------------------------------------------- waiting


@pytest.mark.parametrize("ids", [[], ["task-1", "task-9"]])
def test_who_waits_for_nothing_or_nobody_is_told(make_agent: MakeAgent, ids: list[str]) -> None:
    agent, recorder = make_agent(Team([DELEGATE, calls(("wait_tasks", {"task_ids": ids})), "well"], work=["done"]))
    agent.run("go")
    assert results(recorder)[-1].status == "error"
    assert said(recorder).startswith("No task is named;" if not ids else "There is no task task-9; tasks: task-1.")


def two_tasks(waiting: dict[str, Any], *, gate: threading.Event, after: Reply = "well") -> Team:
    """Two tasks, one of which is over when the root agent is asked to wait for both, and the other when `gate` opens."""
    asked = threading.Event()  # what ended before would be told with that request
    both = calls(("delegate_task", {"prompt": "quick"}), ("delegate_task", {"prompt": "slow"}))
    wait = calls(("wait_tasks", {"task_ids": ["task-1", "task-2"], **waiting}))

    def waiting_now() -> Message:
        asked.set()
        return wait

    def quick() -> str:
        assert asked.wait(DEADLINE_S)
        return "quickly done"

    def slow() -> str:
        assert gate.wait(DEADLINE_S)
        return "slowly done"

    return Team([both, waiting_now, after, "again"], quick=[quick], slow=[slow])


def test_all_are_waited_for_and_what_was_read_of_them_is_no_news(make_agent: MakeAgent) -> None:
    gate = threading.Event()
    team = two_tasks({}, gate=gate)
    agent, recorder = make_agent(team)

    def open_gate() -> None:
        agent.tasks.wait("task-1", DEADLINE_S)
        gate.set()

    opener = threading.Thread(target=open_gate)
    recorder.then(CallStarted, lambda event: opener.start() if event.call.name == "wait_tasks" else None)
    agent.run("go")
    opener.join(DEADLINE_S)
    first, one, two = said(recorder).split("\n\n")
    assert first == "All 2 have ended."
    assert one.splitlines()[-2:] == ["Its last words:", "quickly done"]
    assert two.splitlines()[-2:] == ["Its last words:", "slowly done"]
    agent.run("and?")
    assert [message["content"] for message in team.heard[-1] if message["role"] == "user"] == ["go", "and?"]


def test_the_first_that_ends_is_enough_when_any_will_do(make_agent: MakeAgent) -> None:
    gate = threading.Event()
    agent, recorder = make_agent(two_tasks({"any": True}, gate=gate))
    agent.run("go")
    gate.set()
    assert said(recorder).splitlines()[0] == "Not ended yet: task-2."


@pytest.mark.parametrize("timeout", [0, -5, 0.2])
def test_the_wait_ends_with_its_time(make_agent: MakeAgent, timeout: float) -> None:
    gate = threading.Event()
    agent, recorder = make_agent(two_tasks({"timeout": timeout}, gate=gate))
    agent.run("go")
    gate.set()
    assert said(recorder).splitlines()[0].startswith("Not ended")


def test_an_interrupt_ends_the_wait_and_not_the_tasks(make_agent: MakeAgent) -> None:
    gate = threading.Event()
    agent, recorder = make_agent(two_tasks({"timeout": 600}, gate=gate))
    recorder.then(CallStarted, lambda event: agent.interrupt() if event.call.name == "wait_tasks" else None)
    began = time.monotonic()
    assert agent.run("go").outcome == "interrupted"
    assert time.monotonic() - began < DEADLINE_S
    gate.set()
    assert agent.tasks.wait("task-2", DEADLINE_S).state is TaskState.finished


# ---------------------------------------------------------------- speaking to a task, and ending it


def test_a_message_is_read_before_the_next_step_of_the_task(make_agent: MakeAgent) -> None:
    gate, read = threading.Event(), list[str]()

    def first() -> Message:
        assert gate.wait(DEADLINE_S)
        return bash("true")

    def told() -> str:
        gate.set()
        agent.tasks.wait("task-1", DEADLINE_S)
        return "well"

    own: list[Reply] = [DELEGATE, calls(("message_task", {"task_id": "task-1", "text": "be quick"})), told]
    agent, recorder = make_agent(Team(own, work=[first, "done"]))
    recorder.then(Steered, lambda event: read.append(event.text))
    agent.run("go")
    assert said(recorder) == "task-1 reads it before its next step."
    assert read == ["be quick"]
    assert recorder.of(MessageSent) == [MessageSent("be quick", "model")]


@pytest.mark.parametrize(("text", "sentence"), [(" ", "The message is empty;"), ("hello", "")])
def test_a_message_that_nobody_will_read_is_refused_with_the_way_out(make_agent: MakeAgent, text: str, sentence: str) -> None:
    agent: Agent

    def when_over() -> Message:
        agent.tasks.wait("task-1", DEADLINE_S)
        return calls(("message_task", {"task_id": "task-1", "text": text}))

    agent, recorder = make_agent(Team([DELEGATE, when_over, "well"], work=["done"]))
    agent.run("go")
    assert results(recorder)[-1].status == "error"
    assert said(recorder).startswith(sentence)


def test_a_task_is_cancelled_once_and_then_it_is_over_already(make_agent: MakeAgent) -> None:
    agent: Agent

    def when_over() -> Message:
        agent.tasks.wait("task-1", DEADLINE_S)
        return calls(("cancel_task", {"task_id": "task-1"}))

    own: list[Reply] = [DELEGATE, calls(("cancel_task", {"task_id": "task-1"})), when_over, "well"]
    agent, recorder = make_agent(Team(own, work=[bash("sleep 60"), "done"]))
    agent.run("go")
    _, first, second = results(recorder)
    assert first.content == "task-1 is cancelled; what it changed so far can still be applied."
    assert second.content == "task-1 was over already: cancelled."


def test_a_task_can_be_given_another_model_by_name(make_agent: MakeAgent) -> None:
    delegate = calls(("delegate_task", {"prompt": "work", "model": "other"}))
    agent, recorder = make_agent(Team([delegate, "well"], work=["done"]))
    agent.run("go")
    assert recorder.of(TaskCreated)[0].model == "other"
    assert recorder.wait_for(TaskEnded).state is TaskState.finished


# ---------------------------------------------------------------- what a task was allowed


def test_a_yes_for_a_task_is_asked_again_of_nobody_and_ends_with_the_task(sessions: Sessions, local_runtime: Runtime) -> None:
    team = Team([DELEGATE, "well", bash("true"), "well"], work=[bash("echo 1"), bash("echo 2"), "done"])
    session, recorder = sessions.over(local_runtime, [], model=team, policy=Policy())
    session.send(SubmitPrompt("go"))
    asked = recorder.wait_for(ApprovalAsked).request
    session.send(AnswerApproval(asked.call_id, "task"))
    recorder.wait_for(TaskEnded)
    assert (asked.task_id, [event.request.call_id for event in recorder.of(ApprovalAsked)]) == ("task-1", [asked.call_id])
    session.send(SubmitPrompt("and you?"))  # the yes is none to the root agent
    again = recorder.wait_for(ApprovalAsked, lambda event: event.request.task_id == "main").request
    session.send(AnswerApproval(again.call_id, "once"))
    gate = session._agent.gate
    assert gate.pending("bash", "local", task_id="task-1") == ()
    session._agent.tasks.remove("task-1")
    assert [need.permission for need in gate.pending("bash", "local", task_id="task-1")] == ["local"]

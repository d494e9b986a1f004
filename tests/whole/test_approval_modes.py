"""What asks, by mode, in either kind of runtime, for an agent and for its tasks; and what one answer settles."""

from __future__ import annotations

from typing import Any

import pytest

from pygent_engine import Agent, Message, Runtime, ScriptedModel, Session, Settings, register_tool, tool
from pygent_engine.approvals import NO_WRITES, Policy
from pygent_engine.events import (
    AnswerApproval,
    AnswerQuestion,
    ApprovalAsked,
    ApprovalSettled,
    CallEnded,
    QuestionAsked,
    SetApprovals,
    SubmitPrompt,
    TaskEnded,
    TurnEnded,
)
from pygent_engine.values import ApprovalMode, Decision, JsonDict
from tests.support.agents import DEADLINE_S, Recorder, bash, calls
from tests.support.sessions import Sessions

NOTHING: JsonDict = {"type": "object", "properties": {}}
# Every built-in tool that changes a workspace, as a model would call it, and what one asks for.
WRITES: tuple[tuple[str, JsonDict], ...] = (
    ("write_file", {"path": "new", "content": "x"}),
    ("edit_file", {"path": "old", "old": "a", "new": "b"}),
    ("collect_file", {"task_id": "task-1", "path": "x"}),
    ("delegate_task", {"prompt": "work"}),
    ("custom", {}),
)
READS: tuple[tuple[str, JsonDict], ...] = (("read_file", {"path": "old"}), ("list_tasks", {}), ("harmless", {}))


@pytest.fixture
def tools(own_tools: None) -> None:
    """A tool of the program's that says that it writes, and one that does not."""
    register_tool("custom", "Writes.", NOTHING, lambda runtime: runtime.write_file("custom", "x"), writes=True)
    tool("harmless", "Reads.", NOTHING)(lambda runtime: "fine")


class ByTask:
    """Replies to the root agent with `own`, and to every task with `theirs` from the start."""

    def __init__(self, own: list[Any], theirs: list[Any]) -> None:
        self._own = own
        self._theirs = theirs

    def chat(self, messages: list[JsonDict], model: str, tools: list[JsonDict]) -> Any:
        delegates = any(offered["function"]["name"] == "delegate_task" for offered in tools)
        said = sum(message["role"] == "assistant" for message in messages)
        reply = (self._own if delegates else self._theirs)[said]
        return Message("assistant", reply, finish_reason="stop") if isinstance(reply, str) else reply


def session_in(sessions: Sessions, runtime: Runtime, mode: ApprovalMode, replies: list[Any]) -> tuple[Session, Recorder]:
    runtime.write_file("old", "a")
    return sessions.over(runtime, replies, policy=Policy(confirm_bash=False, approvals=mode))


def answered(session: Session, recorder: Recorder, decision: Decision = "once") -> None:
    """Answer every ask until the turn ends."""
    seen = 0
    while asked := _asks_after(recorder, seen):
        for event in asked:
            session.send(AnswerApproval(event.request.call_id, decision))
        seen += len(asked)


def _asks_after(recorder: Recorder, seen: int) -> list[ApprovalAsked]:
    """The asks after the first `seen`, waiting for one; none when the turn has ended."""
    with recorder.changed:
        assert recorder.changed.wait_for(lambda: recorder.of(TurnEnded) or len(recorder.of(ApprovalAsked)) > seen, DEADLINE_S)
        return recorder.of(ApprovalAsked)[seen:]


def statuses(recorder: Recorder) -> list[str]:
    return [event.result.status for event in recorder.of(CallEnded)]


# ---------------------------------------------------------------- the modes


@pytest.mark.parametrize("confirm", [True, False])
@pytest.mark.parametrize("mode", ["ask", "never-write"])
@pytest.mark.parametrize(("isolation", "permission"), [("docker", "command"), ("local", "local")])
def test_every_command_asks_where_it_is_wanted(mode: ApprovalMode, isolation: Any, permission: str, confirm: bool) -> None:
    needs = Policy(confirm, mode).needs("bash", isolation)
    assert [need.permission for need in needs] == [permission]
    assert Policy(confirm, mode).needs("read_file", isolation) == ()


def test_asked_for_are_all_commands_and_all_that_writes_and_nothing_else(sessions: Sessions, runtime: Runtime, tools: None) -> None:
    everything = calls(*WRITES, *READS, ("bash", {"cmd": "echo hi"}))
    session, recorder = session_in(sessions, runtime, "ask", [everything, "done"])
    session.send(SubmitPrompt("go"))
    answered(session, recorder, "deny")
    asked = [(event.request.tool, event.request.permissions) for event in recorder.of(ApprovalAsked)]
    command = ("command",) if runtime.use_docker else ("local",)
    assert asked == [*((name, ("write",)) for name, _ in WRITES), ("bash", command)]
    assert statuses(recorder) == ["denied"] * len(WRITES) + ["ok"] * len(READS) + ["denied"]
    assert [path.name for path in runtime.base_dir.iterdir()] == ["old"]
    assert runtime.read_file("old") == "a"


def test_where_no_writes_are_allowed_the_model_reads_why_and_the_way_out(sessions: Sessions, runtime: Runtime, tools: None) -> None:
    everything = calls(*WRITES, *READS, ("bash", {"cmd": "cat old"}))
    session, recorder = session_in(sessions, runtime, "never-write", [everything, "done"])
    session.send(SubmitPrompt("go"))
    answered(session, recorder)
    assert [event.request.tool for event in recorder.of(ApprovalAsked)] == ["bash"]
    assert statuses(recorder) == ["denied"] * len(WRITES) + ["ok"] * (len(READS) + 1)
    read = [message["content"] for message in sessions.model.calls[-1] if message["role"] == "tool"]
    assert read[: len(WRITES)] == [NO_WRITES] * len(WRITES)
    assert "/approvals auto" in NO_WRITES
    assert [path.name for path in runtime.base_dir.iterdir()] == ["old"]


def test_a_mode_holds_from_the_next_call_on(sessions: Sessions, local_runtime: Runtime) -> None:
    write = calls(("write_file", {"path": "a", "content": "x"}))
    session, recorder = session_in(sessions, local_runtime, "never-write", [write, "one", write, "two"])
    session.send(SubmitPrompt("go"))
    recorder.wait_for(TurnEnded)
    session.send(SetApprovals("auto"))
    session.send(SubmitPrompt("again"))
    recorder.wait_for(TurnEnded, lambda event: len(recorder.of(TurnEnded)) == 2)
    assert statuses(recorder) == ["denied", "ok"]


def test_an_answer_for_the_session_to_a_write_allows_no_command(sessions: Sessions, runtime: Runtime) -> None:
    write = ("write_file", {"path": "a", "content": "x"})
    session, recorder = session_in(sessions, runtime, "ask", [calls(write, write, ("bash", {"cmd": "echo hi"})), "done"])
    session.send(SubmitPrompt("go"))
    answered(session, recorder, "session")
    assert [event.request.tool for event in recorder.of(ApprovalAsked)] == ["write_file", "bash"]


# ---------------------------------------------------------------- tasks


@pytest.mark.parametrize("mode", ["ask", "never-write"])
def test_a_mode_holds_for_a_task_that_runs_already(sessions: Sessions, local_runtime: Runtime, mode: ApprovalMode) -> None:
    write = calls(("write_file", {"path": "a", "content": "x"}))
    held = calls(("ask_user", {"prompt": "ready?"}))
    session, recorder = sessions.over(
        local_runtime, [], model=ByTask([calls(("delegate_task", {"prompt": "work"})), "done"], [held, write, "over"])
    )
    session.send(SubmitPrompt("go"))
    question = recorder.wait_for(QuestionAsked).question
    session.send(SetApprovals(mode))
    session.send(AnswerQuestion(question.call_id, "yes"))
    if mode == "ask":
        request = recorder.wait_for(ApprovalAsked).request
        assert (request.task_id, request.tool, request.permissions) == ("task-1", "write_file", ("write",))
        session.send(AnswerApproval(request.call_id, "deny", "not now"))
    recorder.wait_for(TaskEnded)
    written = [event.result for event in recorder.of(CallEnded) if event.result.call_id == "task-1/c1#2"]
    assert [result.status for result in written] == ["denied"]


def test_an_answer_for_the_session_settles_what_else_waits_for_no_more_than_that(sessions: Sessions, local_runtime: Runtime) -> None:
    work = calls(*[("delegate_task", {"prompt": "work"})] * 2)
    model = ByTask([work, "done"], [bash("echo hi"), "over"])
    session, recorder = sessions.over(local_runtime, [], model=model, policy=Policy())
    session.send(SubmitPrompt("go"))
    recorder.wait_for(ApprovalAsked, lambda event: len(recorder.of(ApprovalAsked)) == 2)
    session.send(AnswerApproval("task-1/c1", "session"))
    recorder.wait_for(TaskEnded, lambda event: len(recorder.of(TaskEnded)) == 2)
    settled = {event.call_id: event.decision for event in recorder.of(ApprovalSettled)}
    assert settled == {"task-1/c1": "session", "task-2/c1": "once"}


# ---------------------------------------------------------------- without anybody to ask


def test_a_program_that_asks_nobody_is_asked_for_nothing_but_held_to_no_writes(local_runtime: Runtime) -> None:
    write = ("write_file", {"path": "a", "content": "x"})
    for mode, expected in (("ask", ["ok", "ok"]), ("never-write", ["denied", "denied"])):
        recorder = Recorder()
        model = ScriptedModel([calls(write, ("bash", {"cmd": "touch b"})), "done"])
        agent = Agent(model, local_runtime, settings=Settings(approvals=mode), on_event=recorder)  # type: ignore[arg-type]
        agent.run("go")
        agent.close()
        assert statuses(recorder) == expected


def test_the_approver_of_a_program_is_asked_for_writes_where_the_setting_says_so(local_runtime: Runtime) -> None:
    recorder = Recorder()
    model = ScriptedModel([calls(("write_file", {"path": "a", "content": "x"})), "done"])
    agent = Agent(model, local_runtime, settings=Settings(approvals="ask"), approver=lambda request: False, on_event=recorder)
    agent.run("go")
    agent.close()
    assert [event.request.tool for event in recorder.of(ApprovalAsked)] == ["write_file"]
    assert statuses(recorder) == ["denied"]

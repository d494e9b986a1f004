"""What of a session can be changed while it lasts: when a change holds, for whom, and that the last word is the truth."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import pytest

from pygent_engine import Persona, Runtime, Session, Settings
from pygent_engine.approvals import Policy
from pygent_engine.events import (
    AnswerApproval,
    ApprovalAsked,
    CallEnded,
    Op,
    SessionOpened,
    SetApprovals,
    SetBans,
    SetConfirmBash,
    SetModel,
    SetPersona,
    SetTool,
    SubmitPrompt,
    TaskCreated,
    TaskEnded,
    Tuned,
    TurnEnded,
    Warned,
)
from pygent_engine.values import ToolOffer, Tuning
from tests.support.agents import Recorder, bash, calls
from tests.support.sessions import Sessions

PERSONAS = Settings(use_docker=False, confirm_bash=False, task_personas=(Persona("tester", "You write tests."), Persona("writer")))
OPEN = Settings(use_docker=False, confirm_bash=False)
DELEGATE = calls(("delegate_task", {"prompt": "work"}))


class Named:
    """A model that says under which name it was asked, and which tools it was offered."""

    def __init__(self, replies: list[Any]) -> None:
        self.replies = iter(replies)
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.systems: list[str] = []

    def chat(self, messages: list[dict[str, Any]], model: str, tools: list[dict[str, Any]]) -> Any:
        self.asked.append((model, tuple(tool["function"]["name"] for tool in tools)))
        self.systems.append(messages[0]["content"])
        reply = next(self.replies)
        return {"content": reply, "finish_reason": "stop"} if isinstance(reply, str) else reply() if callable(reply) else reply


class Delegating:
    """A model whose root agent delegates one task; the replies are the task's."""

    def __init__(self, replies: list[Any]) -> None:
        self.task = Named(replies)
        self.root = Named([DELEGATE, *["done"] * 9])

    def chat(self, messages: list[dict[str, Any]], model: str, tools: list[dict[str, Any]]) -> Any:
        delegates = any(tool["function"]["name"] == "delegate_task" for tool in tools)
        return (self.root if delegates else self.task).chat(messages, model, tools)


def tuning(recorder: Recorder) -> Tuning:
    """What was told last."""
    told: Tuning = recorder.of(Tuned)[-1].tuning
    return told


def turns(recorder: Recorder, count: int) -> None:
    recorder.wait_for(TurnEnded, lambda event: len(recorder.of(TurnEnded)) >= count)


def named(sessions: Sessions, runtime: Runtime, replies: list[Any], **options: Any) -> tuple[Session, Recorder, Named]:
    model = Named(replies)
    session, recorder = sessions.over(runtime, [], **{"settings": OPEN, **options, "model": model})
    return session, recorder, model


# ---------------------------------------------------------------- what is told


def test_it_is_told_right_after_the_opening_as_it_stands(sessions: Sessions) -> None:
    settings = Settings(
        use_docker=False,
        model="tiny",
        approvals="ask",
        confirm_bash=False,
        banned_commands=("rm",),
        banned_apps=("vim",),
        omit_tools=("stop",),
        persona_name="Ada",
        task_personas=(Persona("tester"),),
    )
    _, recorder = sessions.open([], settings=settings)
    assert [type(event) for event in recorder.of(SessionOpened, Tuned)] == [SessionOpened, Tuned]
    told = tuning(recorder)
    assert told == Tuning("tiny", "ask", False, ("rm",), ("vim",), told.tools, "Ada", ("Pygent", "Ada", "tester"))
    assert [offer.name for offer in told.tools if not offer.on] == []
    assert {"bash", "write_file", "delegate_task"} < {offer.name for offer in told.tools}
    assert "stop" not in {offer.name for offer in told.tools}


def test_after_each_change_all_of_it_is_told(sessions: Sessions) -> None:
    session, recorder = sessions.open([], settings=PERSONAS)
    before = tuning(recorder)
    changes: list[Op] = [
        SetModel(" other "),
        SetPersona("tester"),
        SetApprovals("never-write"),
        SetConfirmBash(True),
        SetBans((" rm", "rm", ""), ("docker",)),
        SetTool("bash", False),
    ]
    for change in changes:
        session.send(change)
    tools = tuple(ToolOffer(offer.name, offer.description, offer.name != "bash") for offer in before.tools)
    assert len(recorder.of(Tuned)) == 1 + len(changes)
    assert tuning(recorder) == Tuning("other", "never-write", True, ("rm",), ("docker",), tools, "tester", before.personas)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (SetModel("  "), "The name of the model is empty; name the one to ask."),
        (SetPersona("nobody\x1b"), "This agent has no persona 'nobody␛'; there are: Pygent, tester, writer."),
        (SetTool("hammer", True), "This agent has no tool 'hammer'; it has: bash, "),
    ],
)
def test_what_cannot_be_is_said_with_what_could_be_and_changes_nothing(sessions: Sessions, change: Op, sentence: str) -> None:
    session, recorder = sessions.open([], settings=PERSONAS)
    session.send(change)
    [warned] = recorder.of(Warned)
    assert warned.text.startswith(sentence)
    assert len(recorder.of(Tuned)) == 1


def test_of_changes_at_once_the_last_word_is_the_truth(sessions: Sessions) -> None:
    session, recorder = sessions.open([])
    names = [offer.name for offer in tuning(recorder).tools]
    threads = [threading.Thread(target=partial(session.send, SetTool(name, False))) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert [offer.name for offer in tuning(recorder).tools if offer.on] == []


# ---------------------------------------------------------------- the model


def test_another_model_is_asked_from_the_next_step_on_and_by_later_tasks(sessions: Sessions, local_runtime: Runtime) -> None:
    session: Session

    def switch() -> Any:
        session.send(SetModel("second"))
        return {"tool_calls": [{"id": "c1", "function": {"name": "delegate_task", "arguments": '{"prompt": "work"}'}}]}

    session, recorder, model = named(sessions, local_runtime, [switch, "one", "two"], model_name="first")
    session.send(SubmitPrompt("go"))
    turns(recorder, 2)
    recorder.wait_for(TaskEnded)
    assert [name for name, _ in model.asked] == ["first", "second", "second"]
    assert recorder.of(TaskCreated)[0].model == "second"


# ---------------------------------------------------------------- personas


def test_another_persona_is_told_to_the_model_with_the_next_turn(sessions: Sessions, local_runtime: Runtime) -> None:
    session: Session

    def switch() -> Any:
        session.send(SetPersona("tester"))
        return {"tool_calls": [{"id": "c1", "function": {"name": "list_tasks", "arguments": "{}"}}]}

    session, recorder, model = named(sessions, local_runtime, [switch, "one", "two", "three"], settings=PERSONAS)
    session.send(SubmitPrompt("go"))
    session.send(SubmitPrompt("again"))
    turns(recorder, 2)
    session.send(SetPersona("Pygent"))
    session.send(SubmitPrompt("and again"))
    turns(recorder, 3)
    assert ["You are tester," in system and "You write tests." in system for system in model.systems] == [False, False, True, False]
    assert tuning(recorder).persona == ""


def test_an_agent_whose_system_message_is_its_program_s_has_no_personas(sessions: Sessions, local_runtime: Runtime) -> None:
    session, recorder = sessions.over(local_runtime, ["hi"], settings=PERSONAS, system_msg="Be kind.")
    session.send(SetPersona("tester"))
    assert recorder.of(Warned) == [Warned("This agent has no persona 'tester'; its system message is the program's own.")]
    assert tuning(recorder).personas == ()
    session.send(SubmitPrompt("go"))
    turns(recorder, 1)
    assert sessions.model.calls[0][0]["content"] == "Be kind."


# ---------------------------------------------------------------- tools


def test_a_tool_that_is_withheld_is_offered_to_nobody_and_cannot_be_called(sessions: Sessions, local_runtime: Runtime) -> None:
    session, recorder, model = named(sessions, local_runtime, [bash("touch ran"), DELEGATE, "one", "two", "back"])
    session.send(SetTool("bash", False))
    session.send(SubmitPrompt("go"))
    turns(recorder, 2)
    recorder.wait_for(TaskEnded)
    assert ["bash" in tools for _, tools in model.asked] == [False] * 4
    assert recorder.of(CallEnded)[0].result.status == "error"
    assert not (local_runtime.base_dir / "ran").exists()
    session.send(SetTool("bash", True))
    session.send(SubmitPrompt("again"))
    turns(recorder, 3)
    assert "bash" in model.asked[-1][1]


def test_an_agent_that_may_not_delegate_is_not_told_to(sessions: Sessions, local_runtime: Runtime) -> None:
    session, recorder, model = named(sessions, local_runtime, ["one", "two"])
    session.send(SubmitPrompt("go"))
    session.send(SetTool("delegate_task", False))
    turns(recorder, 1)
    session.send(SubmitPrompt("again"))
    turns(recorder, 2)
    assert "delegate_task" not in model.systems[-1]


# ---------------------------------------------------------------- bans


def test_what_is_banned_holds_from_the_next_command_on_and_for_later_tasks(sessions: Sessions, runtime: Runtime) -> None:
    session, recorder = sessions.over(runtime, [bash("touch one"), "done"], settings=OPEN)
    session.send(SubmitPrompt("go"))
    turns(recorder, 1)
    session.send(SetBans(("touch",), ("vim",)))
    with runtime.spawn() as task:
        assert (task.banned_commands, task.banned_apps) == (("touch",), ("vim",))
    assert runtime.execute("touch two").exit_code == 126
    session.send(SetBans((), ()))
    assert runtime.execute("touch three").exit_code == 0
    assert sorted(path.name for path in runtime.base_dir.iterdir()) == ["one", "three"]


def test_what_is_banned_holds_for_the_next_command_of_a_running_task(sessions: Sessions, local_runtime: Runtime) -> None:
    session: Session

    def bans_and_goes_on() -> Any:
        session.send(SetBans(("touch",), ()))
        return bash("touch two")

    session, recorder = sessions.over(local_runtime, [], settings=OPEN, model=Delegating([bash("touch one"), bans_and_goes_on, "done"]))
    session.send(SubmitPrompt("go"))
    recorder.wait_for(TaskEnded)
    results = [event.result for event in recorder.events("task-1") if isinstance(event, CallEnded)]
    assert [result.exit_code for result in results] == [0, 126]
    assert "touch" in results[1].content


def test_other_bans_ask_again_for_what_may_be_banned_and_for_nothing_else(sessions: Sessions) -> None:
    settings = Settings(use_docker=False, banned_commands=("vim",))
    session, recorder = sessions.open([bash("X=true; $X"), bash("X=true; $X"), "done"], settings=settings)
    session.send(SubmitPrompt("go"))
    asked = [recorder.wait_for(ApprovalAsked).request.permissions]
    recorder.then(CallEnded, lambda event: session.send(SetBans(("rm",), ())) if event.result.call_id == "c1" else None)
    session.send(AnswerApproval("c1", "session"))
    asked.append(recorder.wait_for(ApprovalAsked, lambda event: event.request.call_id == "c1#2").request.permissions)
    session.send(AnswerApproval("c1#2", "once"))
    turns(recorder, 1)
    assert asked == [("local", "ban"), ("ban",)]


# ---------------------------------------------------------------- what asks


def test_confirming_can_be_switched_on_and_off(sessions: Sessions) -> None:
    session, recorder = sessions.open([bash("echo 1"), bash("echo 2"), "done"])
    session.send(SubmitPrompt("go"))
    recorder.wait_for(ApprovalAsked)
    session.send(SetConfirmBash(False))
    session.send(AnswerApproval("c1", "once"))
    turns(recorder, 1)
    assert len(recorder.of(ApprovalAsked)) == 1


def test_switching_confirming_on_asks_again_for_what_was_allowed_for_the_session(sessions: Sessions) -> None:
    session, recorder = sessions.open([bash("echo 1"), "one", bash("echo 2"), "two"])
    session.send(SubmitPrompt("go"))
    recorder.wait_for(ApprovalAsked)
    session.send(AnswerApproval("c1", "session"))
    turns(recorder, 1)
    session.send(SetConfirmBash(True))
    session.send(SubmitPrompt("again"))
    recorder.wait_for(ApprovalAsked, lambda event: event.request.call_id == "c1#2")
    session.send(AnswerApproval("c1#2", "deny"))
    turns(recorder, 2)


def test_a_user_who_wants_to_be_asked_is_where_the_program_asked_nobody(sessions: Sessions, local_runtime: Runtime) -> None:
    write = calls(("write_file", {"path": "a", "content": "x"}))
    session, recorder = sessions.over(local_runtime, [bash("echo 1"), "one", write, "two", bash("echo 2"), "three"], policy=None)
    assert (tuning(recorder).approvals, tuning(recorder).confirm_bash) == ("auto", False)
    session.send(SubmitPrompt("go"))
    turns(recorder, 1)
    session.send(SetApprovals("ask"))
    session.send(SubmitPrompt("again"))
    recorder.wait_for(ApprovalAsked)
    session.send(AnswerApproval("c1#2", "once"))
    turns(recorder, 2)
    session.send(SetApprovals("auto"))
    session.send(SubmitPrompt("and again"))
    turns(recorder, 3)
    assert len(recorder.of(ApprovalAsked)) == 1


def test_the_agent_asks_as_before_when_the_session_is_over(sessions: Sessions, local_runtime: Runtime) -> None:
    session, _ = sessions.over(local_runtime, [], policy=Policy())
    agent = session._agent
    session.send(SetApprovals("never-write"))
    assert agent.gate.now[0] == Policy(True, "never-write")
    session.close()
    assert agent.gate.now == (Policy(), None)

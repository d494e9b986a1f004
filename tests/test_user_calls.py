"""What the user runs and copies in by himself: beside the turns, never asked for, and before the model with the next prompt."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from pygent_engine import Runtime, Settings
from pygent_engine.approvals import Policy
from pygent_engine.events import (
    AnswerApproval,
    AnswerQuestion,
    ApprovalAsked,
    ApprovalSettled,
    CallEnded,
    CallStarted,
    CopyIn,
    Interrupt,
    OutputDelta,
    QuestionAsked,
    RunShell,
    StartOver,
    SubmitPrompt,
    TurnEnded,
    TurnStarted,
)
from pygent_engine.user_calls import LONGEST_TOLD
from pygent_engine.values import Message, ToolCall
from tests.support.agents import Recorder, bash
from tests.support.blocking import Block
from tests.support.sessions import Sessions


def ended(recorder: Recorder, call_id: str) -> Any:
    return recorder.wait_for(CallEnded, lambda event: event.result.call_id == call_id).result


def said(sessions: Sessions, call: int = -1) -> list[str]:
    """What the model read as the user's, in one of its calls."""
    return [message["content"] for message in sessions.model.calls[call] if message["role"] == "user"]


# ---------------------------------------------------------------- a command


def test_a_command_of_the_user_reports_as_a_call_of_his_and_the_model_reads_of_it_with_the_next_prompt(
    sessions: Sessions, runtime: Runtime
) -> None:
    session, recorder = sessions.over(runtime, ["I see."])
    session.send(RunShell("echo out; exit 3"))
    result = ended(recorder, "user/1")
    assert (result.content, result.status, result.exit_code) == ("out\n[exit code 3]", "ok", 3)
    started = CallStarted(ToolCall("user/1", "bash", '{"cmd": "echo out; exit 3"}'), "echo out; exit 3", "user")
    assert recorder.of(CallStarted, OutputDelta, TurnStarted) == [started, OutputDelta("user/1", "out\n")]
    session.send(SubmitPrompt("well?"))
    recorder.wait_for(TurnEnded)
    assert said(sessions) == ["I ran this command in the workspace myself:\n$ echo out; exit 3\nout\n[exit code 3]", "well?"]
    assert recorder.of(TurnStarted) == [TurnStarted("well?")]


def test_what_the_user_ran_is_told_once_and_all_of_it_together(sessions: Sessions) -> None:
    session, recorder = sessions.open(["one", "two"])
    session.send(RunShell("echo a"))
    session.send(RunShell("echo b"))
    ended(recorder, "user/2")
    for prompt in ("first", "second"):
        session.send(SubmitPrompt(prompt))
    recorder.wait_for(TurnEnded, lambda event: len(recorder.of(TurnEnded)) == 2)
    told, *prompts = said(sessions)
    assert prompts == ["first", "second"]
    assert told == "\n\n".join(f"I ran this command in the workspace myself:\n$ echo {word}\n{word}\n" for word in "ab")


def test_no_call_of_a_model_has_the_id_of_one_of_the_user(sessions: Sessions) -> None:
    own = [ToolCall(name, "ask_user", '{"prompt": "well?"}') for name in ("user-1", "user/1")]
    session, recorder = sessions.open([Message("assistant", None, own), "done"])
    session.send(RunShell("true"))
    ended(recorder, "user/1")
    recorder.then(QuestionAsked, lambda event: session.send(AnswerQuestion(event.question.call_id, "yes")))
    session.send(SubmitPrompt("go"))
    recorder.wait_for(TurnEnded)
    assert [event.question.call_id for event in recorder.of(QuestionAsked)] == ["user-1", "user_1"]


def test_nothing_is_asked_about_what_the_user_typed_himself(sessions: Sessions) -> None:
    session, recorder = sessions.open([], settings=Settings(use_docker=False, approvals="never-write"))
    session.send(RunShell("echo hi > file"))
    ended(recorder, "user/1")
    assert recorder.of(ApprovalAsked) == []
    assert (sessions.folder / "file").read_text() == "hi\n"


def test_what_is_banned_is_not_run_for_the_user_either(sessions: Sessions) -> None:
    session, recorder = sessions.open([], settings=Settings(use_docker=False, banned_commands=("touch",)))
    session.send(RunShell("touch ran"))
    assert ended(recorder, "user/1").exit_code == 126
    assert not (sessions.folder / "ran").exists()


@pytest.mark.parametrize(("decision", "ran"), [("once", True), ("deny", False)])
def test_what_may_be_banned_is_asked_while_the_call_runs(sessions: Sessions, decision: Any, ran: bool) -> None:
    session, recorder = sessions.open([], settings=Settings(use_docker=False, banned_commands=("rm",)))
    session.send(RunShell("X=touch; $X ran"))
    request = recorder.wait_for(ApprovalAsked).request
    assert (request.call_id, request.task_id, request.command, request.permissions) == ("user/1.1", "main", "X=touch; $X ran", ("ban",))
    session.send(AnswerApproval("user/1.1", decision))
    ended(recorder, "user/1")
    assert (sessions.folder / "ran").exists() is ran


def test_one_command_follows_the_other_in_the_order_they_were_sent(sessions: Sessions) -> None:
    session, recorder = sessions.open([])
    for word in "abc":
        session.send(RunShell(f"echo {word} >> order; sleep 0.05"))
    ended(recorder, "user/3")
    assert (sessions.folder / "order").read_text() == "a\nb\nc\n"
    assert [type(event) for event in recorder.of(CallStarted, CallEnded)] == [CallStarted, CallEnded] * 3


def test_the_model_reads_the_head_and_the_tail_of_much_output(sessions: Sessions) -> None:
    session, recorder = sessions.open(["I see."])
    session.send(RunShell("seq 1 9999; echo end"))
    ended(recorder, "user/1")
    session.send(SubmitPrompt("well?"))
    recorder.wait_for(TurnEnded)
    told = said(sessions)[0]
    assert len(told) < LONGEST_TOLD + 100
    assert told.endswith("\nend\n") and "characters not shown" in told


def test_only_the_last_of_very_many_commands_are_told(sessions: Sessions) -> None:
    session, recorder = sessions.open(["I see."])
    for number in range(1, 23):
        session.send(RunShell(f": {number}"))
    ended(recorder, "user/22")
    session.send(SubmitPrompt("well?"))
    recorder.wait_for(TurnEnded)
    assert said(sessions)[0].count("$ : ") == 20


# ---------------------------------------------------------------- beside a turn


def test_on_this_machine_it_runs_while_a_command_of_the_turn_does(sessions: Sessions, local_runtime: Runtime) -> None:
    session, recorder = sessions.over(local_runtime, [bash("echo $$; while [ ! -e go ]; do sleep 0.02; done"), "done"])
    session.send(SubmitPrompt("go"))
    recorder.wait_for(OutputDelta)
    session.send(RunShell("touch go"))
    assert ended(recorder, "user/1").status == "ok"
    assert recorder.wait_for(TurnEnded).outcome == "finished"


def test_in_a_turn_it_comes_between_the_commands_of_either_kind_of_runtime(sessions: Sessions, runtime: Runtime) -> None:
    session, recorder = sessions.over(runtime, [bash("echo begun; sleep 0.3"), bash("cat by-user"), "done"])
    session.send(SubmitPrompt("go"))
    recorder.wait_for(OutputDelta)
    session.send(RunShell("echo hello > by-user"))
    assert ended(recorder, "user/1").status == "ok"
    assert recorder.wait_for(TurnEnded).outcome == "finished"
    assert (runtime.base_dir / "by-user").read_text() == "hello\n"
    assert len(said(sessions)) == 1  # it is told with the next prompt, not in this turn


def test_an_interrupt_ends_the_turn_first_and_then_what_the_user_runs(sessions: Sessions, local_runtime: Runtime) -> None:
    session, recorder = sessions.over(local_runtime, [bash("echo turn; sleep 60")])
    session.send(RunShell("echo mine; sleep 60"))
    recorder.wait_for(OutputDelta)
    session.send(SubmitPrompt("go"))
    recorder.wait_for(OutputDelta, lambda event: event.text == "turn\n")
    session.send(Interrupt())
    assert recorder.wait_for(TurnEnded).outcome == "interrupted"
    assert [event.result.call_id for event in recorder.of(CallEnded)] == ["c1"]
    session.send(Interrupt())
    assert ended(recorder, "user/1").status == "cancelled"


def test_an_interrupt_ends_a_command_of_the_user_and_the_next_one_runs(sessions: Sessions, runtime: Runtime) -> None:
    session, recorder = sessions.over(runtime, [])
    session.send(RunShell("echo $$; sleep 60"))
    session.send(RunShell("echo next"))
    recorder.wait_for(OutputDelta)
    session.send(Interrupt())
    assert ended(recorder, "user/1").status == "cancelled"
    assert ended(recorder, "user/2").content == "next\n"


def test_the_end_of_the_session_ends_what_runs_and_begins_nothing_else(sessions: Sessions, runtime: Runtime) -> None:
    session, recorder = sessions.over(runtime, [bash("echo turn; sleep 60")], policy=Policy(confirm_bash=False))
    session.send(RunShell("echo mine; sleep 60"))
    session.send(RunShell("touch never"))
    recorder.wait_for(OutputDelta)
    session.send(SubmitPrompt("go"))
    began = time.monotonic()
    session.close()
    assert time.monotonic() - began < 8
    session.send(RunShell("touch never"))
    assert ended(recorder, "user/1").status == "cancelled"
    assert [event.call.id for event in recorder.of(CallStarted) if event.by == "user"] == ["user/1"]
    assert not (runtime.base_dir / "never").exists()
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("pygent-user")] == []


def test_an_ask_of_the_user_s_own_command_is_withdrawn_by_an_interrupt(sessions: Sessions) -> None:
    session, recorder = sessions.open([], settings=Settings(use_docker=False, banned_commands=("rm",)))
    session.send(RunShell("X=touch; $X ran"))
    recorder.wait_for(ApprovalAsked)
    session.send(Interrupt())
    ended(recorder, "user/1")
    assert [event.decision for event in recorder.of(ApprovalSettled)] == ["deny"]
    assert not (sessions.folder / "ran").exists()


def test_a_new_conversation_knows_nothing_of_what_the_user_ran(sessions: Sessions) -> None:
    session, recorder = sessions.open(["I see."])
    session.send(RunShell("echo hi"))
    ended(recorder, "user/1")
    session.send(StartOver())
    session.send(SubmitPrompt("well?"))
    recorder.wait_for(TurnEnded)
    assert said(sessions) == ["well?"]


# ---------------------------------------------------------------- copying in


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, which is not the workspace."""
    folder = tmp_path / "outside"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.mark.parametrize("path", ["notes.txt", "~/notes.txt", "{outside}/notes.txt"])
def test_a_file_is_found_from_the_current_folder_the_home_and_the_root(sessions: Sessions, outside: Path, path: str) -> None:
    (outside / "notes.txt").write_text("mine")
    session, recorder = sessions.open(["I see."])
    named = path.format(outside=outside)
    session.send(CopyIn(named, "docs/"))
    assert ended(recorder, "user/1").content == "Copied to docs/notes.txt."
    assert (sessions.folder / "docs/notes.txt").read_text() == "mine"
    session.send(SubmitPrompt("well?"))
    recorder.wait_for(TurnEnded)
    assert said(sessions) == [f"I copied {named} into the workspace myself. Copied to docs/notes.txt.", "well?"]


def test_a_folder_is_copied_with_what_is_in_it_under_its_own_name(sessions: Sessions, outside: Path) -> None:
    (outside / "kit/inner").mkdir(parents=True)
    (outside / "kit/inner/a").write_text("a")
    session, recorder = sessions.open([])
    session.send(CopyIn("kit"))
    assert ended(recorder, "user/1").content == "Copied to kit."
    assert (sessions.folder / "kit/inner/a").read_text() == "a"


@pytest.mark.parametrize(
    ("path", "dest"), [("missing", ""), ("/dev/null", ""), ("", ""), ("notes.txt", "../out"), ("notes.txt", "/etc/out"), ("a\0b", "")]
)
def test_what_cannot_be_copied_is_said_in_a_sentence_and_not_told_to_the_model(
    sessions: Sessions, outside: Path, path: str, dest: str
) -> None:
    (outside / "notes.txt").write_text("mine")
    session, recorder = sessions.open(["I see."])
    session.send(CopyIn(path, dest))
    result = ended(recorder, "user/1")
    assert result.status == "error"
    assert len(result.content.splitlines()) == 1 and result.content.endswith(".")
    session.send(SubmitPrompt("well?"))
    recorder.wait_for(TurnEnded)
    assert said(sessions) == ["well?"]


def test_a_copy_that_never_comes_back_is_left_behind_when_the_session_ends(sessions: Sessions, tmp_path: Path, block: Block) -> None:
    class Deaf(Runtime):
        def upload_file(self, src: Any, dest: str | None = None) -> str:
            return block()

    with Deaf(False, workspace=tmp_path) as runtime:
        session, recorder = sessions.over(runtime, [])
        session.send(CopyIn("/etc/hostname"))
        assert block.entered.wait(10)
        began = time.monotonic()
        session.close()
        assert time.monotonic() - began < 8
    assert [event.result.status for event in recorder.of(CallEnded)] == ["cancelled"]

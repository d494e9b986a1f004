"""What a command may do inside a tool call: asked under ids of its own, and settled once."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from pygent_engine import Approval, ApprovalRequest, Message, Runtime, ScriptedModel
from pygent_engine.events import ApprovalAsked, ApprovalSettled, CallEnded, CallStarted, TaskEnded
from pygent_engine.scope import Need, Scope, current_scope, working_in
from pygent_engine.task_values import TaskState
from pygent_engine.tools import default_registry
from pygent_engine.tools.registry import Tool
from pygent_engine.values import JsonDict
from tests.support.agents import DEADLINE_S, bash, calls
from tests.support.strict import DOUBT, NO_ARGUMENTS, REASON, REMEDY, UNSURE, MakeStrict, results, runner
from tests.tasks.hall import Model

LOCAL = "runs on this machine, outside any container"


# ---------------------------------------------------------------- the scope of a thread


def test_a_scope_holds_within_its_block_on_its_own_thread() -> None:
    scope = Scope(lambda needs, command: "", lambda event: None)
    seen: list[Scope | None] = []
    with working_in(scope):
        other = threading.Thread(target=lambda: seen.append(current_scope()))
        other.start()
        other.join(DEADLINE_S)
        seen.append(current_scope())
    assert [*seen, current_scope()] == [None, scope, None]


def test_what_fails_within_a_scope_leaves_it(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no"), working_in(Scope(lambda needs, command: "", lambda event: None)):
        raise OSError("no")
    assert current_scope() is None


def test_the_scope_of_a_command_decides_whether_it_runs(tmp_path: Path) -> None:
    asked: list[tuple[tuple[Need, ...], str]] = []

    def permit(needs: tuple[Need, ...], command: str) -> str:
        asked.append((needs, command))
        return "Not today."

    with Runtime(False, workspace=tmp_path, banned_commands=["rm"]) as runtime:
        with working_in(Scope(permit, lambda event: None)):
            said = [runtime.execute(command).output for command in ("echo plain", UNSURE, "rm x")]
        assert said == ["plain\n", "Not today.", "The command 'rm' is banned here."]
        assert asked == [(runtime.needs(UNSURE), UNSURE)]
        assert [need.permission for need in runtime.needs(UNSURE)] == ["ban"]


def test_outside_any_call_what_cannot_be_told_from_a_ban_is_refused(tmp_path: Path) -> None:
    with Runtime(False, workspace=tmp_path, banned_commands=["rm"]) as runtime:
        refused = runtime.execute(UNSURE)
    assert (refused.output, refused.exit_code) == (f"It may run what is banned: {DOUBT} Write it plainly.", 126)


# ---------------------------------------------------------------- asked before a call


def test_both_reasons_of_a_call_come_in_one_ask_before_it_starts(make_strict: MakeStrict) -> None:
    asked: list[ApprovalRequest] = []

    def approver(request: ApprovalRequest) -> bool:
        asked.append(request)
        return True

    agent, recorder = make_strict(ScriptedModel([bash(UNSURE), "done"]), approver=approver)
    agent.run("go")
    assert asked == [ApprovalRequest("c1", "main", "bash", f'{{"cmd": "{UNSURE}"}}', UNSURE, f"{LOCAL}; it {REASON}", ("local", "ban"))]
    assert [type(event) for event in recorder.of(ApprovalAsked, ApprovalSettled, CallStarted)] == [
        ApprovalAsked,
        ApprovalSettled,
        CallStarted,
    ]
    assert results(recorder)[0].content == "hello\n"


def test_an_answer_for_the_session_covers_the_permissions_that_were_asked_for_and_no_other(make_strict: MakeStrict) -> None:
    agent, recorder = make_strict(
        ScriptedModel([bash("echo plain"), bash("echo again"), bash(UNSURE), bash(UNSURE), "done"]),
        approver=lambda request: Approval("session"),
    )
    agent.run("go")
    assert [asked.request.permissions for asked in recorder.of(ApprovalAsked)] == [("local",), ("ban",)]
    assert [result.content for result in results(recorder)] == ["plain\n", "again\n", "hello\n", "hello\n"]


def test_an_answer_for_once_covers_one_call(make_strict: MakeStrict) -> None:
    agent, recorder = make_strict(ScriptedModel([bash(UNSURE), bash(UNSURE), "done"]), approver=lambda request: True)
    agent.run("go")
    assert [asked.request.call_id for asked in recorder.of(ApprovalAsked)] == ["c1", "c1#2"]


def test_a_denied_doubt_never_starts_and_the_model_reads_the_note(make_strict: MakeStrict) -> None:
    agent, recorder = make_strict(ScriptedModel([bash(UNSURE), "I see."]), approver=lambda request: Approval("deny", "say it plainly"))
    agent.run("go")
    assert (results(recorder)[0].status, results(recorder)[0].content) == (
        "denied",
        "The user did not allow this call. They say: say it plainly",
    )
    assert recorder.of(CallStarted) == []


def test_without_anybody_to_ask_a_doubt_is_refused_with_the_way_out(make_strict: MakeStrict) -> None:
    agent, recorder = make_strict(ScriptedModel([bash(UNSURE), "I see."]))
    agent.run("go")
    assert (results(recorder)[0].status, results(recorder)[0].content) == ("denied", REMEDY)
    assert recorder.of(ApprovalAsked, ApprovalSettled, CallStarted) == []


def test_needs_that_cannot_be_found_out_are_an_error_that_the_model_reads(make_strict: MakeStrict) -> None:
    def broken(runtime: Runtime, arguments: dict[str, Any]) -> tuple[Need, ...]:
        raise OSError("no engine")

    default_registry.add(Tool("odd", "Odd", NO_ARGUMENTS, lambda context, arguments: "ran", needs=broken))
    agent, recorder = make_strict(ScriptedModel([calls(("odd", {})), "I see."]))
    assert agent.run("go").outcome == "finished"
    assert (results(recorder)[0].status, results(recorder)[0].content) == ("error", "OSError: no engine")


# ---------------------------------------------------------------- asked in the middle of a call


def test_a_tool_of_the_program_is_asked_under_ids_of_its_own_for_each_command(make_strict: MakeStrict) -> None:
    runner("echo plain", UNSURE, UNSURE)
    agent, recorder = make_strict(ScriptedModel([calls(("runs", {})), "done"]), approver=lambda request: True)
    agent.run("go")
    wanted = [ApprovalRequest(f"c1.{number}", "main", "runs", "{}", UNSURE, REASON, ("ban",)) for number in (1, 2)]
    assert [asked.request for asked in recorder.of(ApprovalAsked)] == wanted
    assert [type(event) for event in recorder.of(CallStarted, ApprovalAsked, ApprovalSettled, CallEnded)] == [
        CallStarted,
        *(ApprovalAsked, ApprovalSettled) * 2,
        CallEnded,
    ]
    assert results(recorder)[0].content == "plain\nhello\nhello\n"


def test_a_session_answer_in_the_middle_of_a_call_covers_the_rest(make_strict: MakeStrict) -> None:
    runner(UNSURE, UNSURE)
    agent, recorder = make_strict(
        ScriptedModel([calls(("runs", {})), calls(("runs", {})), "done"]), approver=lambda request: Approval("session")
    )
    agent.run("go")
    assert [asked.request.call_id for asked in recorder.of(ApprovalAsked)] == ["c1.1"]


def test_a_denied_command_does_not_run_and_its_tool_goes_on(make_strict: MakeStrict) -> None:
    runner(UNSURE, "echo after")
    agent, recorder = make_strict(ScriptedModel([calls(("runs", {})), "done"]), approver=lambda request: Approval("deny", "no"))
    agent.run("go")
    assert results(recorder)[0].content == "The user did not allow this command. They say: noafter\n"


def test_without_anybody_to_ask_a_command_in_a_call_is_refused(make_strict: MakeStrict) -> None:
    runner(UNSURE)
    agent, recorder = make_strict(ScriptedModel([calls(("runs", {})), "done"]))
    agent.run("go")
    assert results(recorder)[0].content == REMEDY
    assert recorder.of(ApprovalAsked) == []


def test_a_failing_approver_denies_the_command(make_strict: MakeStrict) -> None:
    def broken(request: ApprovalRequest) -> bool:
        raise RuntimeError("no terminal")

    runner(UNSURE)
    agent, recorder = make_strict(ScriptedModel([calls(("runs", {})), "done"]), approver=broken)
    agent.run("go")
    assert [settled.decision for settled in recorder.of(ApprovalSettled)] == ["deny"]
    assert results(recorder)[0].content.endswith("They say: The approver failed: RuntimeError: no terminal")


# ---------------------------------------------------------------- shared


def test_delegated_tasks_share_what_was_allowed_for_the_session(make_strict: MakeStrict) -> None:
    def chat(messages: list[JsonDict]) -> Message | str:
        steps = sum(message["role"] == "assistant" for message in messages)
        delegated = any(message["content"] == "the errand" for message in messages)
        script = [bash(UNSURE), "done"] if delegated else [bash(UNSURE), calls(("delegate_task", {"prompt": "the errand"})), "done"]
        reply: Message | str = script[steps]
        return reply

    agent, recorder = make_strict(Model(chat), approver=lambda request: Approval("session"))
    agent.run("go")
    ended = recorder.wait_for(TaskEnded)
    assert ended.state is TaskState.finished
    assert [result.content for result in results(recorder) if result.exit_code == 0] == ["hello\n", "hello\n"]
    assert [asked.request.permissions for asked in recorder.of(ApprovalAsked)] == [("local", "ban")]

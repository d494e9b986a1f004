"""Tool calls: what is refused, what asks, what is reported, and that each has exactly one result."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from pygent_engine import Approval, ApprovalRequest, Limits, Message, Runtime, ScriptedModel, ToolCall, register_tool, tool
from pygent_engine.events import ApprovalAsked, ApprovalSettled, CallEnded, CallStarted, FilesChanged, OutputDelta
from pygent_engine.values import FileDiff, ToolResult
from tests.support.agents import DEADLINE_S, MakeAgent, Recorder, bash, calls

REASON = "runs on this machine, outside any container"


def raw_call(name: str, arguments: str) -> Message:
    return Message("assistant", None, [ToolCall("c1", name, arguments)])


def only_result(recorder: Recorder) -> ToolResult:
    (ended,) = recorder.of(CallEnded)
    result: ToolResult = ended.result
    return result


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("bash", "{not json", "The arguments are not JSON"),
        ("bash", "[1, 2]", "The arguments must be one JSON object."),
        ("bash", "{}", "Missing argument: cmd."),
        ("bash", '{"cmd": 5}', "Argument cmd must be string, not 5."),
        ("bash", '{"cmd": "true", "shell": "zsh"}', "Unknown argument: shell; this tool takes: cmd, timeout, network."),
        ("fly", "{}", "There is no tool named fly; there are: bash, "),
        ("stop\x1b[2J", "{}", "There is no tool named stop\u241b[2J; there are: "),
    ],
)
def test_a_call_that_does_not_fit_is_answered_and_never_starts(make_agent: MakeAgent, name: str, arguments: str, says: str) -> None:
    agent, recorder = make_agent(ScriptedModel([raw_call(name, arguments), "I see."]))
    assert agent.run("go").outcome == "finished"
    assert only_result(recorder).status == "error"
    assert only_result(recorder).content.startswith(says)
    assert recorder.of(CallStarted) == []


def test_a_disabled_tool_is_not_offered_and_not_run(make_agent: MakeAgent) -> None:
    agent, recorder = make_agent(ScriptedModel([bash("touch ran"), "I see."]), disabled_tools=["bash"])
    agent.run("go")
    assert only_result(recorder).content.startswith("There is no tool named bash")
    assert not (agent.runtime.base_dir / "ran").exists()


def test_a_tool_that_fails_is_an_error_that_the_model_reads(make_agent: MakeAgent, own_tools: None) -> None:
    @tool
    def divide(runtime: Runtime, by: int) -> str:
        return str(1 // by)

    agent, recorder = make_agent(ScriptedModel([calls(("divide", {"by": 0})), "I see."]))
    agent.run("go")
    assert (only_result(recorder).status, only_result(recorder).content) == (
        "error",
        "divide failed: ZeroDivisionError: integer division or modulo by zero",
    )


def test_a_tool_that_never_returns_is_left_behind_at_the_deadline(make_agent: MakeAgent, own_tools: None) -> None:
    let_go = threading.Event()

    def hang(runtime: Runtime) -> str:
        agent.limit(Limits(seconds=0.01))  # only now, when it is sure to run
        let_go.wait(DEADLINE_S)
        return "too late"

    register_tool("hang", "Hang", {"type": "object", "properties": {}}, hang)
    agent, recorder = make_agent(ScriptedModel([calls(("hang", {})), "unused"]))
    assert agent.run("go").limit == "seconds"
    assert only_result(recorder).status == "cancelled"
    let_go.set()


def test_without_an_approver_nothing_asks(make_agent: MakeAgent) -> None:
    agent, recorder = make_agent(ScriptedModel([bash("echo ran"), "done"]))
    agent.run("go")
    assert only_result(recorder).content == "ran\n"
    assert recorder.of(ApprovalAsked) == []


def test_a_denied_call_never_starts_and_the_model_reads_the_note(make_agent: MakeAgent) -> None:
    agent, recorder = make_agent(ScriptedModel([bash("touch ran"), "I see."]), approver=lambda request: Approval("deny", "not on a Friday"))
    assert agent.run("go").outcome == "finished"
    asked = ApprovalRequest("c1", "main", "bash", '{"cmd": "touch ran"}', "touch ran", REASON, ("local",))
    assert recorder.of(ApprovalAsked, ApprovalSettled, CallStarted) == [
        ApprovalAsked(asked),
        ApprovalSettled("c1", "deny", "not on a Friday"),
    ]
    assert agent.history[-2]["content"] == "The user did not allow this call. They say: not on a Friday"
    assert not (agent.runtime.base_dir / "ran").exists()


@pytest.mark.parametrize(("answer", "asked"), [(True, 2), (Approval("once"), 2), (Approval("session"), 1)])
def test_allowing_for_the_session_asks_once(make_agent: MakeAgent, answer: Approval | bool, asked: int) -> None:
    agent, recorder = make_agent(ScriptedModel([bash("echo a"), bash("echo b"), "done"]), approver=lambda request: answer)
    agent.run("go")
    assert len(recorder.of(ApprovalAsked)) == asked
    assert [ended.result.content for ended in recorder.of(CallEnded)] == ["a\n", "b\n"]


def test_a_yes_to_a_prefix_spares_the_commands_that_begin_with_it_and_no_other(make_agent: MakeAgent) -> None:
    commands = ("ls", "ls -a", "ls; echo no", "ls $HOME", "pwd", "ls -l")
    agent, recorder = make_agent(
        ScriptedModel([*map(bash, commands), "done"]),
        approver=lambda request: Approval("prefix" if request.command == "ls" else "deny"),
    )
    agent.run("go")
    assert [(asked.request.command, asked.request.prefix) for asked in recorder.of(ApprovalAsked)] == [
        ("ls", "ls"),
        ("ls; echo no", ""),
        ("ls $HOME", ""),
        ("pwd", "pwd"),
    ]
    assert [settled.decision for settled in recorder.of(ApprovalSettled)] == ["prefix", "deny", "deny", "deny"]


def test_a_yes_to_a_prefix_is_none_to_what_a_link_leads_to_outside_of_the_workspace(make_agent: MakeAgent, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    agent, recorder = make_agent(
        ScriptedModel([bash("cat own"), bash("cat link/secret"), "done"]),
        approver=lambda request: Approval("prefix" if request.command == "cat own" else "deny"),
    )
    (agent.runtime.base_dir / "link").symlink_to(tmp_path)
    agent.run("go")
    assert [asked.request.prefix for asked in recorder.of(ApprovalAsked)] == ["cat", ""]


def test_a_failing_approver_denies(make_agent: MakeAgent) -> None:
    def broken(request: ApprovalRequest) -> bool:
        raise RuntimeError("no terminal")

    agent, recorder = make_agent(ScriptedModel([bash("touch ran"), "I see."]), approver=broken)
    agent.run("go")
    assert only_result(recorder).status == "denied"
    assert not (agent.runtime.base_dir / "ran").exists()


def test_an_approver_that_never_answers_is_left_behind_by_an_interrupt(make_agent: MakeAgent) -> None:
    let_go = threading.Event()
    agent, recorder = make_agent(ScriptedModel([bash("touch ran")]), approver=lambda request: let_go.wait(DEADLINE_S))
    turn = threading.Thread(target=agent.run, args=("go",))
    turn.start()
    recorder.wait_for(ApprovalAsked)
    agent.interrupt()
    turn.join(DEADLINE_S)
    let_go.set()
    assert only_result(recorder).status == "cancelled"
    assert len(recorder.of(ApprovalSettled)) == 1
    assert not (agent.runtime.base_dir / "ran").exists()


def test_what_is_asked_is_shown_to_the_byte_with_its_controls_visible(make_agent: MakeAgent) -> None:
    command = "echo safe \x1b[8m; rm -rf ~\r\x1b[2K" + " " * 500 + "# end\u202e"
    agent, recorder = make_agent(ScriptedModel([bash(command), "I see."]), approver=lambda request: False)
    agent.run("go")
    assert recorder.of(ApprovalAsked)[0].request.command == "echo safe \u241b[8m; rm -rf ~\u240d\u241b[2K" + " " * 500 + "# end\\u202e"


def test_output_is_reported_while_the_command_runs_and_cleaned_over_its_pieces(make_agent: MakeAgent) -> None:
    script = r"printf 'one\n\033]52;c;'; while [ ! -e go ]; do sleep 0.01; done; printf 'c3Rvbg==\007\033[31mtwo\033[0m\n'"
    agent, recorder = make_agent(ScriptedModel([bash(script), "done"]))
    turn = threading.Thread(target=agent.run, args=("go",))
    turn.start()
    recorder.wait_for(OutputDelta)
    assert recorder.of(CallEnded) == []
    agent.runtime.write_file("go", "")
    turn.join(DEADLINE_S)
    assert "".join(delta.text for delta in recorder.of(OutputDelta)) == "one\n\x1b[31mtwo\x1b[0m\n"


@pytest.mark.parametrize(
    ("code", "status"), [("exit 0", 0), ("exit 1", 1), ("exit 126", 126), ("exit 127", 127), ("exit 255", 255), ("kill -9 $$", 137)]
)
def test_a_failing_command_is_a_result_with_its_exit_code(make_agent: MakeAgent, code: str, status: int) -> None:
    agent, recorder = make_agent(ScriptedModel([bash(code), "done"]))
    agent.run("go")
    assert (only_result(recorder).status, only_result(recorder).exit_code) == ("ok", status)


def test_a_timeout_is_a_result_that_says_so(make_agent: MakeAgent) -> None:
    agent, recorder = make_agent(ScriptedModel([bash("echo begun; sleep 60", timeout=2), "done"]))
    assert agent.run("go").outcome == "finished"
    assert (only_result(recorder).status, only_result(recorder).content) == ("timeout", "begun\n[timeout after 2s]")


def test_a_written_file_is_reported_with_what_changed_in_it_cleaned(make_agent: MakeAgent) -> None:
    write = ("write_file", {"path": "a/b.txt", "content": "x\x1b[2J\n"})
    edit = ("edit_file", {"path": "a/b.txt", "old": "x", "new": "y"})
    agent, recorder = make_agent(ScriptedModel([calls(write, edit), "done"]))
    agent.run("go")
    assert recorder.of(FilesChanged) == [
        FilesChanged(("a/b.txt",), (FileDiff("a/b.txt", "added", "@@ -0,0 +1,1 @@\n+x␛[2J\n", 1, 0),)),
        FilesChanged(("a/b.txt",), (FileDiff("a/b.txt", "modified", "@@ -1,1 +1,1 @@\n-x␛[2J\n+y␛[2J\n", 1, 1),)),
    ]


def test_a_result_of_any_size_is_bounded(make_agent: MakeAgent, own_tools: None) -> None:
    register_tool("flood", "Flood", {"type": "object", "properties": {}}, lambda runtime: "x" * 1_000_000)
    agent, recorder = make_agent(ScriptedModel([calls(("flood", {})), "done"]))
    agent.run("go")
    assert only_result(recorder).content == "x" * 200_000 + "\n[... 800000 more characters not shown ...]"

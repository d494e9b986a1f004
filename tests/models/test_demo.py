"""The demo: it says what it is, does what was typed, tells the truth about results, and comes to an end whatever they are."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from pygent_engine.agent import Agent
from pygent_engine.models.demo import DemoModel
from pygent_engine.models.reply import ReplyBuilder, message_to_dict
from pygent_engine.runtime import Runtime
from pygent_engine.values import NEWS, Delta, JsonDict, Message

ALL = ["bash", "write_file", "read_file", "edit_file", "ask_user", "stop", "delegate_task", "task_status", "list_tasks", "collect_file"]
Answer = Callable[[str, JsonDict], str]
Step = list[tuple[str, JsonDict]]


def offered(names: list[str]) -> list[JsonDict]:
    return [{"type": "function", "function": {"name": name, "parameters": {}}} for name in names]


def played(prompt: str, answer: Answer, names: list[str] | None = None) -> tuple[list[Step], str]:
    """The steps of a scene whose calls are answered by `answer`, and its last words."""
    model = DemoModel(delay_s=0)
    tools = offered(ALL if names is None else names)
    history: list[JsonDict] = [{"role": "system", "content": "s"}, {"role": "user", "content": prompt}]
    steps: list[Step] = []
    for _ in range(40):
        reply = model.chat(history, "demo", tools)
        history.append(message_to_dict(reply))
        if not reply.tool_calls:
            return steps, reply.content or ""
        step = [(call.name, json.loads(call.arguments)) for call in reply.tool_calls]
        steps.append(step)
        for call, (name, arguments) in zip(reply.tool_calls, step, strict=True):
            history.append({"role": "tool", "tool_call_id": call.id, "content": answer(name, arguments)})
    raise AssertionError("the demo does not end")


def nothing(name: str, arguments: JsonDict) -> str:
    raise AssertionError(f"{name} was called")


def denied(name: str, arguments: JsonDict) -> str:
    return "The user did not allow this call. They say: no."


@pytest.mark.parametrize("prompt", ["hello", "Hi!", "help", "?", "What can you do?"])
def test_a_greeting_is_answered_with_what_this_is_and_how_to_connect_a_model(prompt: str) -> None:
    steps, said = played(prompt, nothing)
    assert steps == []
    for told in ("offline demo model", "no language model", "OPENAI_API_KEY", "OPENAI_BASE_URL", "--model NAME"):
        assert told in said


@pytest.mark.parametrize(
    ("prompt", "step"),
    [
        ("run echo hi", [("bash", {"cmd": "echo hi", "timeout": 60})]),
        ("!echo a\necho b", [("bash", {"cmd": "echo a\necho b", "timeout": 60})]),
        ("$ echo hi", [("bash", {"cmd": "echo hi", "timeout": 60})]),
        ("run `echo hi`", [("bash", {"cmd": "echo hi", "timeout": 60})]),
        ("files", [("bash", {"cmd": "ls -la", "timeout": 60})]),
        ("show me all the files!", [("bash", {"cmd": "ls -la", "timeout": 60})]),
        ("list the files", [("bash", {"cmd": "ls -la", "timeout": 60})]),
        ("read README.md", [("read_file", {"path": "README.md"})]),
        ("show the file src/a.py", [("read_file", {"path": "src/a.py"})]),
        ("stop", [("stop", {})]),
    ],
)
def test_what_was_typed_is_done_as_it_stands(prompt: str, step: Step) -> None:
    steps, _ = played(prompt, lambda name, arguments: "ok")
    assert steps == [step]


def test_the_answer_quotes_the_output_and_says_how_it_ended() -> None:
    _, said = played("run ls x", lambda name, arguments: "no such file ```\n[exit code 2]")
    assert "It did not end well: it ended with exit code 2." in said
    assert "````text\nno such file ```\n[exit code 2]\n````" in said


def test_a_question_leads_where_its_answer_says() -> None:
    asked = [("ask_user", {"prompt": "What should the demo do next?", "options": ["Take the tour", "List the files", "Nothing, thanks"]})]
    steps, _ = played("ask me", lambda name, arguments: "List the files" if name == "ask_user" else "total 0")
    assert steps == [asked, [("bash", {"cmd": "ls -la", "timeout": 60})]]
    steps, said = played("ask me", lambda name, arguments: "Nothing, thanks")
    assert steps == [asked]
    assert "The answer was: Nothing, thanks." in said


@pytest.mark.parametrize("prompt", ["run date", "read a.txt", "ask", "delegate run date", "stop"])
def test_without_the_tools_it_says_so(prompt: str) -> None:
    steps, said = played(prompt, nothing, [])
    assert steps == []
    assert "was not given" in said or "this agent was not given the tool" in said


# ---------------------------------------------------------------- the tour


@pytest.mark.parametrize("prompt", ["show me", "run the tests", "explain this project", "make a website", "ls and explain"])
def test_what_it_does_not_know_is_the_tour(prompt: str) -> None:
    assert played(prompt, denied)[1].startswith("# The demo's tour\n\nThe demo has no script for this prompt")


@pytest.mark.parametrize("prompt", ["tour", "show me the tour!", "demo", "Show me around."])
def test_a_tour_that_was_asked_for_needs_no_excuse(prompt: str) -> None:
    said = played(prompt, denied)[1]
    assert said.startswith("# The demo's tour\n\n## ")
    assert played("ask", lambda name, arguments: "Take the tour" if name == "ask_user" else denied(name, arguments))[1] == said


def names_of(steps: list[Step]) -> set[str]:
    return {name for step in steps for name, _ in step}


def test_the_tour_survives_that_everything_is_denied() -> None:
    steps, said = played("build me a website", denied)
    assert names_of(steps) == {"bash", "write_file"}
    assert "## What did not work" in said
    assert "did not allow" in said
    assert "What came out" not in said


def test_the_tour_leaves_out_what_it_has_no_tools_for() -> None:
    steps, said = played("go", lambda name, arguments: "entries: 3\nprimes below 1000: 168, largest 997, sum 76127", ["bash", "write_file"])
    assert names_of(steps) == {"bash", "write_file"}
    assert "| entries in the workspace | 3 |" in said
    assert "did not work" not in said
    assert played("go", nothing, [])[0] == []


def test_the_tour_writes_for_the_shell_where_python_is_missing() -> None:
    steps, _ = played("go", lambda name, arguments: "entries: 0\nno python3 here", ["bash", "write_file"])
    assert [arguments["path"] for step in steps for name, arguments in step if name == "write_file"] == ["pygent-demo/primes.sh"]


def tasks_that(status: str) -> Answer:
    started = iter(range(1, 9))

    def answer(name: str, arguments: JsonDict) -> str:
        match name:
            case "delegate_task":
                return f"Started task task-{next(started)}. Ask for it with task_status."
            case "task_status":
                return f"{arguments['task_id']}: {status} (a title; 2 steps)"
            case "collect_file":
                return f"Copied {arguments['path']}."
            case "read_file":
                return "     5\t| 10 | 20 | 30 |" if "report" in arguments["path"] else "     1\t12345"
            case _:
                return "entries: 3\n/usr/bin/python3\nprimes below 1000: 168, largest 997, sum 76127"

    return answer


def test_finished_tasks_are_collected_and_their_numbers_told() -> None:
    steps, said = played("go", tasks_that("finished"))
    assert [name for name, _ in steps[-1]] == ["collect_file", "read_file", "collect_file", "read_file"]
    assert "| the program, counted by task-1 | 10 lines, 20 words, 30 bytes |" in said
    assert "| its checksum, by task-2 | 12345 |" in said


@pytest.mark.parametrize("status", ["failed: no model", "cancelled", "timeout after 5s", "lost"])
def test_tasks_that_ended_badly_are_told_and_not_collected(status: str) -> None:
    steps, said = played("go", tasks_that(status))
    assert "collect_file" not in names_of(steps)
    assert f"the task “Count the program”: it stands at {status}" in said


def test_tasks_that_never_end_are_waited_for_a_bounded_number_of_times() -> None:
    steps, said = played("go", tasks_that("waiting"))
    assert len([name for step in steps for name, _ in step if name == "task_status"]) == 24
    assert "it stands at waiting" in said


def test_a_task_that_was_not_started_is_told() -> None:
    refused = "Delegated agents cannot delegate."
    others = tasks_that("finished")
    _, said = played("go", lambda name, arguments: refused if name == "delegate_task" else others(name, arguments))
    assert f"the task “Count the program”: {refused}" in said


def test_the_tour_does_real_work(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("hi", encoding="utf-8")
    runtime = Runtime(use_docker=False, workspace=tmp_path)
    agent = Agent(DemoModel(delay_s=0), runtime)
    try:
        result = agent.run("make something nice")
    finally:
        agent.close()
        runtime.stop()
    said = result.reply.content or "" if result.reply else ""
    source = (tmp_path / "pygent-demo" / "primes.py").read_text(encoding="utf-8")
    counts = f"{len(source.splitlines())} lines, {len(source.split())} words, {len(source.encode())} bytes"
    assert result.outcome == "finished"
    assert "did not work" not in said
    for fact in ("| entries in the workspace | 1 |", "| primes below 1000 | 168 |", "| their sum | 76127 |", counts):
        assert fact in said
    assert sorted(path.name for path in (tmp_path / "pygent-demo").iterdir()) == ["checksum.txt", "primes.py", "report.md"]


@pytest.mark.parametrize("name", ["primes.py", "primes.sh"])
def test_both_programs_of_the_tour_print_the_same(tmp_path: Path, name: str) -> None:
    python = "entries: 0\n/usr/bin/python3" if name == "primes.py" else "entries: 0"
    steps, _ = played("go", lambda name, arguments: python, ["bash", "write_file"])
    [written] = [arguments for step in steps for tool, arguments in step if tool == "write_file"]
    run = steps[1][1][1]["cmd"]
    with Runtime(use_docker=False, workspace=tmp_path) as runtime:
        runtime.write_file(written["path"], written["content"])
        assert runtime.bash(run).strip() == "primes below 1000: 168, largest 997, sum 76127"


@pytest.mark.parametrize("prompt", ["help", "run date", "delegate: run date"])
def test_news_of_tasks_in_the_middle_of_a_turn_change_nothing(prompt: str) -> None:
    model = DemoModel(delay_s=0)
    history: list[JsonDict] = [{"role": "user", "content": prompt}]
    news: JsonDict = {"role": "user", "content": f"{NEWS}\n\ntask-1 (help): finished."}
    while (reply := model.chat(history, "demo", offered(ALL))).tool_calls:
        told = model.chat([*history, news], "demo", offered(ALL))
        assert [(call.name, call.arguments) for call in told.tool_calls] == [(call.name, call.arguments) for call in reply.tool_calls]
        history += [message_to_dict(reply), *({"role": "tool", "tool_call_id": call.id, "content": "no"} for call in reply.tool_calls)]
    assert model.chat([*history, news], "demo", offered(ALL)) == reply


# ---------------------------------------------------------------- streaming


def test_a_stream_gives_the_same_reply_word_by_word() -> None:
    ask: list[JsonDict] = [{"role": "user", "content": "help"}]
    model = DemoModel(delay_s=0)
    deltas = list(model.stream(ask, "demo", offered(ALL), threading.Event()))
    builder = ReplyBuilder()
    for delta in deltas:
        builder.add(delta)
    assert builder.message() == model.chat(ask, "demo", offered(ALL))
    assert max(len(delta.text.split()) for delta in deltas) == 1


def test_cancel_ends_the_text_without_a_terminal_signal() -> None:
    cancel = threading.Event()
    stream = DemoModel(delay_s=0.001).stream([{"role": "user", "content": "help"}], "demo", [], cancel)
    assert next(stream).text
    cancel.set()
    assert list(stream) == []


def test_one_demo_serves_many_conversations_at_once() -> None:
    model = DemoModel(delay_s=0)
    replies: list[Message] = []

    def ask() -> None:
        for _ in range(20):
            replies.append(model.chat([{"role": "user", "content": "run date"}], "demo", offered(ALL)))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len({call.id for reply in replies for call in reply.tool_calls}) == 160


def test_a_conversation_without_a_prompt_is_answered() -> None:
    assert list(DemoModel(delay_s=0).stream([], "demo", [], threading.Event()))[-1] == Delta(finish_reason="stop")

"""`pygent run`, as a process over the real engine: what it prints, how it exits, and that nothing of it is left."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from pygent_engine.events import (
    Envelope,
    OutputDelta,
    ReplyCompleted,
    SessionOpened,
    TaskCreated,
    TaskEnded,
    TextDelta,
    TurnEnded,
    TurnStarted,
)
from pygent_engine.task_values import TaskState
from pygent_engine.values import Usage
from tests.runtime.waiting import within_patience
from tests.support.command_line import DEADLINE_S, CommandLine
from tests.support.recording import check_whole, envelopes, read_until
from tests.support.sse_server import (
    Script,
    SSEServer,
    call_chunks,
    call_reply,
    chunk,
    error_reply,
    finish,
    text_chunks,
    text_reply,
)

KEY = "sk-canary-0123456789"
NO_DOCKER = "unix:///nonexistent/docker.sock"


def marked_processes(mark: str) -> list[str]:
    """The processes of this machine whose environment holds `mark`."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark.encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            continue
    return found


@pytest.fixture
def mark() -> Iterator[str]:
    """A word in the environment of every command of one run; none may be left. Those of a program that is just gone are ended
    by its lifeline, which takes a moment."""
    word = f"mark-{os.urandom(8).hex()}"
    yield word
    assert within_patience(lambda: marked_processes(word) == []), marked_processes(word)


# ---------------------------------------------------------------- what it prints


def test_the_answer_is_on_stdout_and_notes_are_on_stderr(command_line: CommandLine, sse_server: SSEServer) -> None:
    sse_server.play(call_reply(("bash", {"cmd": "echo one; exit 3"}), text="Looking."), text_reply("It is größer."))
    ended = command_line.run("run", "--no-docker", "--model", "m", "hi", OPENAI_BASE_URL=sse_server.url, OPENAI_API_KEY=KEY)
    notes = ended.err.splitlines()
    assert (ended.code, ended.out) == (0, "Looking.\nIt is größer.\n")
    assert notes[0] == f"LOCAL {command_line.workspace} · m"
    assert notes[1].startswith("bash: ") and "echo one; exit 3" in notes[1]
    assert notes[2:] == ["exit code 3"]
    assert "\x1b" not in ended.err and KEY not in ended.err
    assert [request.headers["authorization"] for request in sse_server.requests] == [f"Bearer {KEY}"] * 2


def test_json_is_one_envelope_a_line_and_nothing_else(command_line: CommandLine, sse_server: SSEServer) -> None:
    sse_server.play(call_reply(("bash", {"cmd": "echo one"})), text_reply("Done."))
    ended = command_line.run("run", "--json", "--no-docker", "--model", "m", "hi", OPENAI_BASE_URL=sse_server.url)
    stream = envelopes(ended.out.splitlines())
    check_whole(stream)
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out.splitlines()[0]).keys() >= {"seq", "at", "task_id", "type", "session_id", "workspace", "mode", "model"}
    events = [envelope.event for envelope in stream]
    assert [event.prompt for event in events if isinstance(event, TurnStarted)] == ["hi"]
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == "Done."
    assert "".join(event.text for event in events if isinstance(event, OutputDelta)) == "one\n"
    assert [event for event in events if isinstance(event, TurnEnded)] == [TurnEnded("finished", 2, Usage(24, 12))]


def test_hostile_text_reaches_no_terminal(command_line: CommandLine, sse_server: SSEServer) -> None:
    hostile = "\x1b]52;c;eA==\x07\x9b2J\u202e"
    call = call_reply(("bash", {"cmd": f"echo '{hostile}'"}), text=hostile)
    for flags in ([], ["--json"]):
        sse_server.play(call, text_reply(hostile))
        ended = command_line.run("run", "--no-docker", "--model", "m", *flags, "hi", OPENAI_BASE_URL=sse_server.url)
        assert ended.code == 0
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(ended.out + ended.err)


def test_flags_reach_the_engine(command_line: CommandLine, sse_server: SSEServer, tmp_path: Path) -> None:
    folder = tmp_path / "named"
    folder.mkdir()
    sse_server.play(call_reply(("bash", {"cmd": 'printf %s "$WORD" > word; curl'})), text_reply("Done."))
    flags = ["--workspace", str(folder), "-e", "WORD=a=b", "--ban-cmd", "other", "--omit-tool", "delegate_task", "--omit-tool", "stop"]
    ended = command_line.run("run", "--no-docker", "--model", "m", *flags, "hi", OPENAI_BASE_URL=sse_server.url)
    assert ended.code == 0
    assert (folder / "word").read_text() == "a=b"
    offered = {tool["function"]["name"] for tool in sse_server.requests[0].json["tools"]}
    assert "bash" in offered and not offered & {"delegate_task", "stop"}
    assert sse_server.requests[0].json["model"] == "m"


def test_a_throwaway_folder_is_gone_afterwards(command_line: CommandLine, sse_server: SSEServer) -> None:
    sse_server.play(call_reply(("bash", {"cmd": "pwd"})), text_reply("Done."))
    ended = command_line.run("run", "--json", "--scratch", "--no-docker", "--model", "m", "hi", OPENAI_BASE_URL=sse_server.url)
    opened = envelopes(ended.out.splitlines())[0].event
    assert isinstance(opened, SessionOpened)
    assert opened.workspace != str(command_line.workspace) and not Path(opened.workspace).exists()


@pytest.mark.timeout(120)
def test_the_demo_does_real_work_and_delegates(command_line: CommandLine) -> None:
    ended = command_line.run("run", "--json", "--no-docker", "--model", "demo", "--workspace", ".", "Show me what you can do")
    stream = envelopes(ended.out.splitlines())
    check_whole(stream)
    assert (ended.code, ended.err) == (0, "")
    created = [envelope.task_id for envelope in stream if isinstance(envelope.event, TaskCreated)]
    ends = [(envelope.task_id, envelope.event.state) for envelope in stream if isinstance(envelope.event, TaskEnded)]
    assert len(created) == 2 and sorted(ends) == sorted((task, TaskState.finished) for task in created)
    assert any(path.is_file() for path in command_line.workspace.rglob("*"))


# ---------------------------------------------------------------- how it exits


def test_without_docker_it_refuses_and_names_the_flag_that_accepts_local_runs(command_line: CommandLine) -> None:
    ended = command_line.run("run", "--model", "demo", "hi", DOCKER_HOST=NO_DOCKER)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert ended.err.startswith("pygent: ") and "Docker" in ended.err and "--no-docker" in ended.err


def test_a_configured_local_mode_is_consent_too(command_line: CommandLine, sse_server: SSEServer) -> None:
    sse_server.play(text_reply("Done."))
    ended = command_line.run("run", "hi", OPENAI_BASE_URL=sse_server.url, PYGENT_USE_DOCKER="0", DOCKER_HOST=NO_DOCKER)
    assert (ended.code, ended.out) == (0, "Done.\n")


def test_a_bad_key_is_one_sentence_without_the_key(command_line: CommandLine, sse_server: SSEServer) -> None:
    sse_server.play(error_reply(401, f"Incorrect API key provided: {KEY}"))
    ended = command_line.run("run", "--no-docker", "hi", OPENAI_BASE_URL=sse_server.url, OPENAI_API_KEY=KEY)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.splitlines()[-1].startswith("pygent: ") and "key" in ended.err
    assert KEY not in ended.err and "Traceback" not in ended.err


def test_a_dead_endpoint_is_one_sentence_naming_it(command_line: CommandLine) -> None:
    ended = command_line.run("run", "--no-docker", "hi", OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.splitlines()[-1].startswith("pygent: ") and "http://127.0.0.1:9/v1" in ended.err and "Traceback" not in ended.err


def test_the_step_limit_is_exit_code_3(command_line: CommandLine, sse_server: SSEServer) -> None:
    sse_server.play(call_reply(("bash", {"cmd": "true"})))
    ended = command_line.run("run", "--no-docker", "--max-steps", "2", "hi", OPENAI_BASE_URL=sse_server.url)
    assert (ended.code, ended.out, len(sse_server.requests)) == (3, "", 2)
    assert ended.err.splitlines()[-1].startswith("pygent: ")


def test_an_interrupt_ends_the_turn_the_stream_and_the_command(command_line: CommandLine, sse_server: SSEServer, mark: str) -> None:
    sse_server.play(call_reply(("bash", {"cmd": "echo begun; sleep 999"})))
    flags = ["--json", "--no-docker", "-e", f"MARK={mark}"]
    with command_line.start("run", *flags, "hi", OPENAI_BASE_URL=sse_server.url) as process:
        lines = read_until(process, '"type":"OutputDelta"')
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None and process.stderr is not None
        lines += process.stdout.readlines()
        assert (process.wait(DEADLINE_S), process.stderr.read()) == (130, b"")
    stream = envelopes(lines)
    check_whole(stream)
    assert [event.outcome for event in map(_event, stream) if isinstance(event, TurnEnded)] == ["interrupted"]


def test_an_interrupt_while_the_model_is_silent_keeps_what_it_said(command_line: CommandLine, sse_server: SSEServer) -> None:
    sse_server.play(Script(text_chunks("Half a", 20), end="hang"))
    with command_line.start("run", "--json", "--no-docker", "hi", OPENAI_BASE_URL=sse_server.url) as process:
        lines = read_until(process, '"type":"TextDelta"')
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        lines += process.stdout.readlines()
        assert process.wait(DEADLINE_S) == 130
    stream = envelopes(lines)
    check_whole(stream)
    assert [event.message.content for event in map(_event, stream) if isinstance(event, ReplyCompleted)] == ["Half a"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_to_end_closes_the_session_and_its_commands(
    number: signal.Signals, code: int, command_line: CommandLine, sse_server: SSEServer, mark: str
) -> None:
    sse_server.play(call_reply(("bash", {"cmd": "(setsid sleep 998 &) ; echo begun; sleep 999"})))
    flags = ["--json", "--no-docker", "-e", f"MARK={mark}"]
    with command_line.start("run", *flags, "hi", OPENAI_BASE_URL=sse_server.url) as process:
        lines = read_until(process, '"type":"OutputDelta"')
        process.send_signal(number)
        assert process.stdout is not None
        lines += process.stdout.readlines()
        assert process.wait(DEADLINE_S) == code
    check_whole(envelopes(lines))


def test_a_reader_that_goes_away_ends_the_run_quietly(command_line: CommandLine, sse_server: SSEServer, mark: str) -> None:
    sse_server.play(call_reply(("bash", {"cmd": "while :; do echo more; sleep 0.05; done"})))
    flags = ["--json", "--no-docker", "-e", f"MARK={mark}"]
    with command_line.start("run", *flags, "hi", OPENAI_BASE_URL=sse_server.url) as process:
        read_until(process, '"type":"OutputDelta"')
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert (process.wait(DEADLINE_S), process.stderr.read()) == (141, b"")


def test_a_full_disk_ends_the_run_and_is_said(command_line: CommandLine, sse_server: SSEServer) -> None:
    sse_server.play(text_reply("Done."))
    with (
        Path("/dev/full").open("wb") as full,
        command_line.start("run", "--no-docker", "hi", stdout=full, OPENAI_BASE_URL=sse_server.url) as process,
    ):
        assert process.stderr is not None
        assert process.stderr.read().decode().splitlines()[-1] == "pygent: The output cannot be written: No space left on device."
        assert process.wait(DEADLINE_S) == 1


def test_a_reader_that_stalls_cannot_hold_up_the_end(command_line: CommandLine, sse_server: SSEServer, mark: str) -> None:
    sse_server.play(call_reply(("bash", {"cmd": "yes", "timeout": 300})))
    flags = ["--json", "--no-docker", "-e", f"MARK={mark}"]
    with command_line.start("run", *flags, "hi", OPENAI_BASE_URL=sse_server.url) as process:
        read_until(process, '"type":"OutputDelta"')
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE_S) == 143


def test_a_second_interrupt_does_not_wait_for_the_first(command_line: CommandLine, sse_server: SSEServer, mark: str) -> None:
    sse_server.play(call_reply(("bash", {"cmd": "echo begun; sleep 999"})))
    with command_line.start("run", "--json", "--no-docker", "-e", f"MARK={mark}", "hi", OPENAI_BASE_URL=sse_server.url) as process:
        read_until(process, '"type":"OutputDelta"')
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        assert process.wait(DEADLINE_S) == 130


def test_standard_input_is_never_read(command_line: CommandLine, sse_server: SSEServer) -> None:
    question = Script([*call_chunks("ask_user", {"prompt": "Which?"}), chunk({}), finish("tool_calls")])
    sse_server.play(question, text_reply("Done."))
    ended = command_line.run("run", "--no-docker", "hi", OPENAI_BASE_URL=sse_server.url)
    assert (ended.code, ended.out) == (0, "Done.\n")


def _event(envelope: Envelope) -> object:
    return envelope.event

"""`pygent run` in a container: its commands run there, its files belong to the user, and no container outlives it."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from pygent_engine.events import OutputDelta, SessionOpened
from tests.runtime.waiting import within_patience
from tests.support.command_line import DEADLINE_S, CommandLine
from tests.support.docker_engine import containers_of
from tests.support.recording import check_whole, envelopes, read_until
from tests.support.sse_server import SSEServer, call_reply, text_reply

pytestmark = pytest.mark.docker


def assert_no_container_of(process: subprocess.Popen[bytes]) -> None:
    assert within_patience(lambda: not containers_of(process.pid)), "a container was left behind"


def test_commands_run_in_the_container_and_files_belong_to_the_user(
    docker_image: str, command_line: CommandLine, sse_server: SSEServer
) -> None:
    sse_server.play(call_reply(("bash", {"cmd": "pwd; echo text > made"})), text_reply("Done."))
    with command_line.start("run", "--json", "--image", docker_image, "hi", OPENAI_BASE_URL=sse_server.url) as process:
        assert process.stdout is not None
        stream = envelopes(process.stdout.readlines())
        assert process.wait(DEADLINE_S) == 0
        assert_no_container_of(process)
    check_whole(stream)
    opened = stream[0].event
    assert isinstance(opened, SessionOpened) and opened.mode == "docker"
    assert "".join(envelope.event.text for envelope in stream if isinstance(envelope.event, OutputDelta)) == "/workspace\n"
    made = command_line.workspace / "made"
    assert (made.read_text(), made.owner()) == ("text\n", Path(command_line.workspace).owner())


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_no_container_outlives_the_run(
    number: signal.Signals, code: int, docker_image: str, command_line: CommandLine, sse_server: SSEServer
) -> None:
    sse_server.play(call_reply(("bash", {"cmd": "echo begun; sleep 999", "timeout": 300})))
    with command_line.start("run", "--json", "--docker", "--image", docker_image, "hi", OPENAI_BASE_URL=sse_server.url) as process:
        read_until(process, '"type":"OutputDelta"')
        process.send_signal(number)
        assert process.wait(DEADLINE_S) == code
        assert_no_container_of(process)


def test_a_command_that_met_the_memory_limit_is_noted_with_it(docker_image: str, command_line: CommandLine, sse_server: SSEServer) -> None:
    sse_server.play(call_reply(("bash", {"cmd": "tail /dev/zero"})), text_reply("Done."))
    limits = ("--resources", "memory_mb=64 pids=32")
    ended = command_line.run("run", "--image", docker_image, *limits, "hi", OPENAI_BASE_URL=sse_server.url)
    assert (ended.code, ended.out) == (0, "Done.\n")
    assert ended.err.splitlines()[1:] == ["bash: tail /dev/zero", "exit code 137: the memory limit of 64 MB was reached"]

"""`pygent run` whose agent delegates: whatever ends it ends the tasks, with all that they run."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from pygent_engine.events import OutputDelta, TaskEnded
from tests.support.command_line import CommandLine
from tests.support.docker_engine import containers_of
from tests.support.recording import check_whole, envelopes, read_until
from tests.support.sse_server import SSEServer, call_reply

WITHIN_S = 30.0
FLAGS = {"local": ("--no-docker",), "docker": ("--docker",)}


def marked(mark: str) -> list[str]:
    """The processes of this machine whose environment holds `mark`."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            found += [path.parent.name] if mark.encode() in path.read_bytes() else []
        except OSError:
            continue
    return found


@pytest.mark.parametrize("kind", ["local", pytest.param("docker", marks=pytest.mark.docker)])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_no_task_outlives_the_program(
    kind: str, number: signal.Signals, code: int, request: pytest.FixtureRequest, command_line: CommandLine, sse_server: SSEServer
) -> None:
    mark = f"mark-{os.urandom(8).hex()}"
    image = ("--image", request.getfixturevalue("docker_image")) if kind == "docker" else ()
    work = call_reply(("bash", {"cmd": "(setsid sleep 998 &); echo begun; sleep 999", "timeout": 300}))
    sse_server.play(call_reply(("delegate_task", {"prompt": "work"})), work)
    flags = ("--json", *FLAGS[kind], *image, "-e", f"MARK={mark}")
    with command_line.start("run", *flags, "hi", OPENAI_BASE_URL=sse_server.url) as process:
        lines: list[bytes] = []
        while {envelope.task_id for envelope in envelopes(lines) if isinstance(envelope.event, OutputDelta)} != {"main", "task-1"}:
            lines += read_until(process, '"type":"OutputDelta"')
        began = time.monotonic()
        process.send_signal(number)
        assert process.stdout is not None
        lines += process.stdout.readlines()
        assert process.wait(WITHIN_S) == code
        while marked(mark) or (image and containers_of(process.pid)):
            assert time.monotonic() - began < WITHIN_S
            time.sleep(0.05)
    if number is not signal.SIGKILL:
        check_whole(envelopes(lines))
        assert [envelope.event.status for envelope in envelopes(lines) if isinstance(envelope.event, TaskEnded)] == ["cancelled"]

"""One turn, whatever answers it, whatever shows it and wherever its command runs: two servers, two front ends, two runtimes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pygent_engine.events import CallEnded, CallStarted, ReplyCompleted, TurnEnded
from tests.support.command_line import CommandLine
from tests.support.recording import check_whole, envelopes
from tests.support.sse_server import Script, SSEServer, call_reply, text_reply
from tests.support.terminal import terminal

KEY = "sk-canary-0123456789"
PROMPT = "make the note"
COMMAND = "printf 'one\\ntwo\\n' > note.txt; wc -l < note.txt; pwd; env"
ANSWER = "The note has two lines."
AIMOCK: list[dict[str, Any]] = [
    {"match": {"toolCallId": "call_1"}, "response": {"content": ANSWER}},
    {
        "match": {"userMessage": PROMPT},
        "response": {
            "content": "Writing it.",
            "toolCalls": [{"id": "call_1", "name": "bash", "arguments": f'{{"cmd": "{COMMAND}"}}'.replace("\\n", "\\\\n")}],
        },
    },
]


@pytest.fixture(params=["scripted", "independent"])
def endpoint(request: pytest.FixtureRequest) -> str:
    """The base URL of a server that answers the prompt with a command, and its result with the answer."""
    if request.param == "independent":
        start: Callable[[Any], str] = request.getfixturevalue("aimock")
        return start(AIMOCK)
    server: SSEServer = request.getfixturevalue("sse_server")
    replies: list[Script] = [call_reply(("bash", {"cmd": COMMAND}), text="Writing it."), text_reply(ANSWER)]
    server.play(*replies)
    return server.url


@pytest.fixture(params=["--no-docker", pytest.param("--docker", marks=pytest.mark.docker)])
def place(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Where commands run: the flag, and the image for it."""
    flag: str = request.param
    return flag, request.getfixturevalue("docker_image") if flag == "--docker" else "none"


def test_headless(command_line: CommandLine, endpoint: str, place: tuple[str, str]) -> None:
    flag, image = place
    ended = command_line.run(
        "run", "--json", flag, "--model", "tiny", PROMPT, OPENAI_BASE_URL=endpoint, OPENAI_API_KEY=KEY, PYGENT_IMAGE=image
    )
    stream = envelopes(ended.out.splitlines())
    check_whole(stream)
    events = [envelope.event for envelope in stream]
    replies = [event.message.content for event in events if isinstance(event, ReplyCompleted)]
    results = [event.result for event in events if isinstance(event, CallEnded)]
    assert (ended.code, replies) == (0, ["Writing it.", ANSWER])
    assert [event.summary for event in events if isinstance(event, CallStarted)] == [COMMAND.replace("\n", " ")]
    where = "/workspace" if flag == "--docker" else str(command_line.workspace)
    assert results[0].content.splitlines()[:2] == ["2", where]
    assert [(event.outcome, event.steps) for event in events if isinstance(event, TurnEnded)] == [("finished", 2)]
    assert (command_line.workspace / "note.txt").read_text() == "one\ntwo\n"
    assert KEY not in ended.out + ended.err


def test_in_the_app(tmp_path: Path, endpoint: str, place: tuple[str, str]) -> None:
    flag, image = place
    environ = {"OPENAI_BASE_URL": endpoint, "OPENAI_API_KEY": KEY, "PYGENT_IMAGE": image}
    workspace = tmp_path / "work"
    workspace.mkdir()
    with terminal(tmp_path, str(workspace), flag, "--model", "tiny", environ=environ) as shown:
        shown.until("LOCAL" if flag == "--no-docker" else "DOCKER")
        shown.app.send(PROMPT.encode() + b"\r")
        if flag == "--no-docker":
            shown.until("May this run?")
            shown.watch(1.0)  # the silence that the panel asks for
            shown.app.send(b"y")
        shown.until(lambda text: ANSWER in text and "· ready" in text)
        shown.until("/workspace" if flag == "--docker" else "exit 0")
        shown.app.send(b"\x11")
        assert shown.end() == 0
        shown.assert_restored()
        assert KEY.encode() not in shown.raw
    assert (workspace / "note.txt").read_text() == "one\ntwo\n"

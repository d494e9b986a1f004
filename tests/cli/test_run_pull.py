"""`pygent run` without its image: it pulls by itself and says how that goes, or ends with the command that pulls."""

from __future__ import annotations

import os
import signal
import time

import pytest

from pygent_engine.cli.outlet import Outlet
from pygent_engine.cli.pulling import PullNotes
from pygent_engine.events import ImagePullEnded, ImagePullProgress, ImagePullStarted, OutputDelta, PullEvent, TurnStarted
from tests.support.command_line import DEADLINE_S, CommandLine
from tests.support.engine_proxy import Upstream, proxy
from tests.support.recording import check_whole, envelopes, read_until
from tests.support.registry import LAYER_BYTES, Registry, forgetting
from tests.support.sse_server import SSEServer, call_reply, text_reply

MB = 1_000_000
PULL: tuple[PullEvent, ...] = (
    ImagePullStarted("i:1"),
    ImagePullProgress("i:1", 0, 4, 0, 0),
    ImagePullProgress("i:1", 1, 4, 6 * MB, 20 * MB),
    ImagePullProgress("i:1", 1, 4, 7 * MB, 20 * MB),
    ImagePullProgress("i:1", 4, 4, 20 * MB, 20 * MB),
)


def noted(columns: int, *events: PullEvent) -> str:
    """What is written of a pull on a terminal with so many columns, or (0) into a pipe."""
    reader, writer = os.pipe()
    with os.fdopen(reader, encoding="utf-8", newline="") as written:
        notes = PullNotes(Outlet(writer), columns)
        for event in events:
            notes.show(event)
        os.close(writer)
        return written.read()


def test_in_a_pipe_a_pull_is_a_few_lines() -> None:
    assert noted(0, *PULL, ImagePullEnded("i:1")) == (
        "pulling the image i:1\n"
        "pulling the image i:1: 27 %, 1 of 4 layers, 6.0 of 20.0 MB\n"
        "pulling the image i:1: 100 %, 4 of 4 layers, 20.0 of 20.0 MB\n"
        "pulled the image i:1\n"
    )


def test_on_a_terminal_it_is_one_line_that_is_gone_when_it_ended() -> None:
    assert noted(80, *PULL[:3], ImagePullEnded("i:1")) == (
        "\r\x1b[Kpulling the image i:1"
        "\r\x1b[Kpulling the image i:1: 0 %, 0 of 4 layers"
        "\r\x1b[Kpulling the image i:1: 27 %, 1 of 4 layers, 6.0 of 20.0 MB"
        "\r\x1b[Kpulled the image i:1\n"
    )
    assert noted(80, ImagePullStarted("i:1"), ImagePullEnded("i:1", "no")) == "\r\x1b[Kpulling the image i:1\r\x1b[K"


def test_a_line_never_wraps_and_carries_no_sequence_of_the_name() -> None:
    assert noted(12, ImagePullStarted("i:1")) == "\r\x1b[Kpulling the"
    assert "\x1b" not in noted(0, ImagePullStarted("\x1b[2J"))


@pytest.mark.docker
def test_an_image_that_cannot_be_had_ends_the_run_with_the_command_that_pulls(docker_image: str, command_line: CommandLine) -> None:
    image = "127.0.0.1:1/nobody:1"
    ended = command_line.run("run", "--image", image, "--model", "demo", "hi")
    notes = ended.err.splitlines()
    assert (ended.code, ended.out, notes[1:-1]) == (2, "", [f"pulling the image {image}"])
    assert notes[-1].startswith(f"pygent: Docker image {image} could not be pulled: ")
    assert notes[-1].endswith(f"; run: docker pull {image}, or run commands on this machine, without isolation, with --no-docker.")


@pytest.mark.docker
def test_a_missing_image_is_pulled_and_the_pull_is_part_of_the_stream(
    registry: Registry, command_line: CommandLine, sse_server: SSEServer
) -> None:
    sse_server.play(call_reply(("bash", {"cmd": "echo on"})), text_reply("Done."))
    with proxy(Upstream(port=registry.port), rate=4 * LAYER_BYTES) as slow:
        image = registry.image("latest", slow.port)
        with forgetting(image):
            ended = command_line.run("run", "--json", "--image", image, "hi", OPENAI_BASE_URL=sse_server.url)
    assert (ended.code, ended.err) == (0, "")
    stream = envelopes(ended.out.splitlines())
    check_whole(stream)
    told = [each.event for each in stream]
    progress = [event for event in told if isinstance(event, ImagePullProgress)]
    assert progress[-1].share == 1.0
    assert told.index(ImagePullStarted(image)) < told.index(ImagePullEnded(image)) < told.index(TurnStarted("hi"))
    assert "".join(event.text for event in told if isinstance(event, OutputDelta)) == "on\n"


@pytest.mark.docker
def test_a_signal_ends_a_pull_at_once_and_the_prompt_is_never_begun(registry: Registry, command_line: CommandLine) -> None:
    with proxy(Upstream(port=registry.port), rate=LAYER_BYTES // 10) as slow:
        image = registry.image("latest", slow.port)
        with forgetting(image), command_line.start("run", "--json", "--image", image, "--model", "demo", "hi") as process:
            lines = read_until(process, '"type":"ImagePullProgress"')
            process.send_signal(signal.SIGINT)
            began = time.monotonic()
            assert process.wait(DEADLINE_S) == 130
            took = time.monotonic() - began
            assert process.stdout is not None
            stream = envelopes([*lines, *process.stdout.readlines()])
    check_whole(stream)
    assert [each.event for each in stream if isinstance(each.event, ImagePullEnded | TurnStarted)] == [ImagePullEnded(image, "cancelled")]
    assert took < 10

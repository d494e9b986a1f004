"""`Agent.run_interactive`: the installed front end on a live agent, which its program has back afterwards."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.terminal import Terminal, terminal


def embedding(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "tests.support.embedding", *arguments)


def end_of(shown: Terminal) -> str:
    """What the program printed after the front end, once it has ended well."""
    shown.app.send(b"\x11")
    assert shown.end() == 0
    shown.assert_restored()
    return shown.raw.decode(errors="replace").rpartition("back: ")[2].strip()


def test_the_program_has_its_agent_back_as_it_was(tmp_path: Path) -> None:
    with terminal(tmp_path, program=embedding("own", "none")) as shown:
        shown.until("LOCAL")
        shown.app.send(b"run echo one-$((1+1))\r")
        shown.until(lambda text: "one-2" in text and "· ready" in text)
        assert end_of(shown) == "['run echo one-$((1+1))'], local, True, assistant"


def test_another_terminal_attaches_to_the_live_agent(tmp_path: Path) -> None:
    with terminal(tmp_path, program=embedding("own", "none")) as shown:
        shown.until("· ready")
        with terminal(tmp_path, "attach") as second:
            second.until("· ready")
            second.app.send(b"run echo one-$((1+1))\r")
            for each in (second, shown):
                each.until(lambda text: "one-2" in text and "· ready" in text)
            assert end_of(shown) == "['run echo one-$((1+1))'], local, True, assistant"
            assert second.end() == 0


@pytest.mark.docker
def test_another_mode_lasts_as_long_as_the_front_end(tmp_path: Path, docker_image: str) -> None:
    with terminal(tmp_path, program=embedding("docker", docker_image)) as shown:
        shown.until("DOCKER")
        shown.app.send(b"run pwd\r")
        shown.until(lambda text: "/workspace" in text and "· ready" in text)
        assert end_of(shown) == "['run pwd'], local, True, assistant"

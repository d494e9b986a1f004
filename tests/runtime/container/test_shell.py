"""A person's shell in a running container: beside its commands, with their user and folder, without anything that they lack."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pygent_engine.errors import RuntimeUnavailable
from pygent_engine.frontends import ShellIn
from pygent_engine.runtime import Runtime
from pygent_engine.runtime.default import shell_in
from pygent_engine.runtime.engine.plan import INSIDE
from tests.support.docker_engine import image_name
from tests.support.engine_proxy import proxy

pytestmark = pytest.mark.docker
DEADLINE_S = 20.0


@contextlib.contextmanager
def shell(runtime: Runtime) -> Iterator[ShellIn]:
    """A shell in the container of `runtime`, which has one by then."""
    runtime.execute("true")
    assert runtime.container_id is not None
    opened = shell_in(runtime.container_id, 100, 30, "xterm")
    try:
        yield opened
    finally:
        opened.close()


def told(opened: ShellIn, typed: str, until: str) -> str:
    """What the shell wrote since `typed`, up to `until`."""
    opened.send(typed.encode())
    said, end = b"", time.monotonic() + DEADLINE_S
    while until.encode() not in said:
        assert time.monotonic() < end, said
        data = opened.receive(0.1)
        assert data != b"", said
        said += data or b""
    return said.decode()


def test_without_a_container_there_is_a_sentence(docker_image: str) -> None:
    with pytest.raises(RuntimeUnavailable, match="The container is not there any more"):
        shell_in("0123456789ab", 80, 24, "xterm")


def test_in_a_container_that_no_pygent_made_nothing_is_started(docker_client: Any, docker_image: str) -> None:
    made = docker_client.create_container(docker_image, ["sleep", "100"], labels={"of": "the tests"})["Id"]
    try:
        docker_client.start(made)
        with pytest.raises(RuntimeUnavailable, match="none of Pygent's"):
            shell_in(made, 80, 24, "xterm")
        assert docker_client.inspect_container(made)["ExecIDs"] is None
    finally:
        docker_client.remove_container(made, force=True)


def test_it_is_who_and_where_the_commands_are_and_follows_the_size(docker_runtime: Runtime) -> None:
    with shell(docker_runtime) as opened:
        who = docker_runtime.execute("id -u; pwd").output.split()
        said = told(opened, 'echo "[$(id -u) $PWD $(stty size)]"\n', "30 100]")
        assert f"[{who[0]} {INSIDE} 30 100]" in said
        opened.resize(50, 20)
        assert "[20 50]" in told(opened, 'until [ "$(stty size)" = "20 50" ]; do :; done; echo "[$(stty size)]"\n', "[20 50]")


def test_neither_the_end_of_a_command_takes_it_along_nor_what_it_leaves_outlives_it(docker_runtime: Runtime) -> None:
    with shell(docker_runtime) as opened:
        told(opened, "setsid sleep 4321 & echo le''ft\n", "left")
        assert docker_runtime.execute("sleep 1234", timeout=1).timed_out
        assert "still" in told(opened, "echo sti''ll\n", "still")
        opened.send(b"exit 3\n")
        while opened.receive(0.1) != b"":
            pass
        assert opened.close() == 3
    count = "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c '[s]leep 4321'"  # which does not find itself
    assert docker_runtime.execute(count).output.strip() == "0"


def test_the_engine_may_be_on_another_machine(docker_image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with proxy() as way:
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{way.port}")
        with Runtime(True, image=image_name(), workspace=tmp_path) as runtime, shell(runtime) as opened:
            (tmp_path / "here").write_text("mine\n")
            assert runtime.execute("cat here").output == "mine\n"
            assert "mine" in told(opened, "cat here; echo do''ne\n", "done")

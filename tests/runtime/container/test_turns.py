"""The laws of a container that several threads use, and those who listen to its commands: one command at a time, and no deadlock."""

from __future__ import annotations

import threading
import time

import pytest

from pygent_engine.errors import RuntimeUnavailable
from pygent_engine.runtime import Runtime
from pygent_engine.values import ExecResult

from ..waiting import PATIENCE

pytestmark = pytest.mark.docker


def test_the_wait_for_a_turn_is_not_the_commands_time(docker_runtime: Runtime) -> None:
    began = threading.Event()
    first = threading.Thread(target=docker_runtime.execute, args=("echo on; sleep 4", None, lambda text: began.set()))
    first.start()
    assert began.wait(PATIENCE)
    result = docker_runtime.execute("echo mine", timeout=3)
    first.join(PATIENCE)
    assert (result.output, result.exit_code, result.timed_out) == ("mine\n", 0, False)


def test_a_wait_for_a_turn_can_be_cancelled(docker_runtime: Runtime) -> None:
    began, cancel = threading.Event(), threading.Event()
    first = threading.Thread(target=docker_runtime.execute, args=("echo on; sleep 630", None, lambda text: began.set()))
    first.start()
    assert began.wait(PATIENCE)
    results: list[ExecResult] = []
    second = threading.Thread(target=lambda: results.append(docker_runtime.execute("echo never", cancel=cancel)))
    second.start()
    cancel.set()
    second.join(PATIENCE)
    assert [(result.output, result.cancelled) for result in results] == [("", True)]
    docker_runtime.stop()
    first.join(PATIENCE)


def test_a_listener_cannot_run_another_command_there(docker_runtime: Runtime) -> None:
    refused: list[str] = []

    def listen(text: str) -> None:
        with pytest.raises(RuntimeUnavailable) as caught:
            docker_runtime.execute("echo inner")
        refused.append(str(caught.value))
        assert docker_runtime._backend.jobs() == ()

    assert docker_runtime.execute("echo on", on_output=listen).exit_code == 0
    assert refused == ["A container runs one command at a time: what listens to a command cannot run another there."]


def test_a_listener_may_stop_the_runtime(docker_runtime: Runtime) -> None:
    result = docker_runtime.execute("echo on; sleep 631", timeout=None, on_output=lambda text: docker_runtime.stop())
    assert (result.cancelled, docker_runtime.container_id) == (True, None)
    assert docker_runtime.execute("echo next").output == "next\n"


def test_a_listener_that_does_not_return_holds_up_no_stop(docker_runtime: Runtime) -> None:
    heard, over = threading.Event(), threading.Event()

    def listen(text: str) -> None:
        heard.set()
        over.wait(3 * PATIENCE)

    worker = threading.Thread(target=docker_runtime.execute, args=("echo on; sleep 632", None, listen))
    worker.start()
    assert heard.wait(PATIENCE)
    began = time.monotonic()
    docker_runtime.stop()
    assert time.monotonic() - began < PATIENCE
    over.set()
    worker.join(PATIENCE)
    assert docker_runtime.container_id is None

"""The laws of a container that goes away: what is said of it, and what takes its place."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pygent_engine.errors import RuntimeLost, RuntimeUnavailable
from pygent_engine.events import ContainerReplaced, ContainerStarted, Event
from pygent_engine.runtime import Runtime
from pygent_engine.runtime.container.starting import turnstile
from pygent_engine.scope import Scope, working_in
from pygent_engine.values import ExecResult

from ..waiting import PATIENCE, within_patience

pytestmark = pytest.mark.docker

LOST = "what was in /tmp and in the home folder, and background jobs, are lost, the workspace is kept."
FROM_OUTSIDE = "it was killed or removed from outside"
TIMEOUT_S = 2.0


@pytest.fixture
def reports() -> Iterator[list[Event]]:
    """What the runtime reports during the test, but for the containers that it starts first."""
    events: list[Event] = []

    def keep(event: Event) -> None:
        if not isinstance(event, ContainerStarted):
            events.append(event)

    with working_in(Scope(lambda needs, command: "", keep)):
        yield events


def elsewhere(act: Callable[[], object]) -> None:
    """Do it on a thread of its own, to the end."""
    thread = threading.Thread(target=act)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive()


@contextlib.contextmanager
def occupied() -> Iterator[None]:
    """Within the block every start waits: as many as may start at once seem to."""
    with contextlib.ExitStack() as places:
        with contextlib.suppress(RuntimeUnavailable):  # once there is no place any more
            while True:
                places.enter_context(turnstile().passing(lambda: True))
        yield


def kill_main_process(docker_client: Any, container: str) -> None:
    state = docker_client.inspect_container(container)["State"]
    assert state["Pid"] > 0, state
    os.kill(state["Pid"], signal.SIGKILL)


ENDS: dict[str, tuple[Callable[[Any, str], object], str]] = {
    "kill": (lambda docker_client, container: docker_client.kill(container), FROM_OUTSIDE),
    "remove": (lambda docker_client, container: docker_client.remove_container(container, force=True), FROM_OUTSIDE),
    "main process": (kill_main_process, "its main process was killed"),
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("lane", ["first", "further"])
def test_the_loss_in_mid_command_is_told_and_another_container_takes_over(
    docker_runtime: Runtime, docker_client: Any, reports: list[Event], end: str, lane: str
) -> None:
    act, reason = ENDS[end]
    docker_runtime.execute("echo kept > kept; touch /tmp/lost" + ("; sleep 700 & true" if lane == "further" else ""))
    lost = str(docker_runtime.container_id)

    def take_away(text: str) -> None:
        if text == "on\n":  # what dies may say so
            elsewhere(lambda: act(docker_client, lost))

    with pytest.raises(RuntimeLost) as caught:
        docker_runtime.execute("echo on; sleep 600", timeout=60, on_output=take_away)
    assert str(caught.value) == f"The container is gone: {reason}; the workspace is still there."
    assert (docker_runtime.container_id, reports) == (None, [])
    assert docker_runtime.execute("cat kept; ls /tmp").output == "kept\n"
    assert reports == [ContainerReplaced(str(docker_runtime.container_id), f"The container was replaced, for {reason}; {LOST}")]
    assert docker_runtime.container_id != lost


def test_the_loss_between_two_commands_costs_no_command(docker_runtime: Runtime, docker_client: Any, reports: list[Event]) -> None:
    docker_runtime.start()
    lost = str(docker_runtime.container_id)
    docker_client.remove_container(lost, force=True)
    assert docker_runtime.execute("echo next").output == "next\n"
    assert reports == [ContainerReplaced(str(docker_runtime.container_id), f"The container was replaced, for {FROM_OUTSIDE}; {LOST}")]


def test_a_container_that_was_stopped_is_not_missed(docker_runtime: Runtime, reports: list[Event]) -> None:
    docker_runtime.start()
    docker_runtime.stop()
    docker_runtime.start()
    assert reports == []


def test_a_container_that_was_stopped_in_mid_command_is_not_missed(docker_runtime: Runtime, reports: list[Event]) -> None:
    began = threading.Event()
    worker = threading.Thread(target=docker_runtime.execute, args=("echo on; sleep 600", None, lambda text: began.set()))
    worker.start()
    assert began.wait(PATIENCE)
    docker_runtime.stop()
    worker.join(PATIENCE)
    docker_runtime.start()
    assert reports == []


def test_a_command_that_cannot_be_ended_costs_the_container(docker_runtime: Runtime, reports: list[Event]) -> None:
    docker_runtime.start()
    result = docker_runtime.execute("kill -STOP -1", timeout=0.5)  # the lane, too, which should end it
    assert (result.timed_out, result.duration_s < PATIENCE) == (True, True)
    assert docker_runtime.execute("echo next").output == "next\n"
    reason = "a command in it could not be ended"
    assert reports == [ContainerReplaced(str(docker_runtime.container_id), f"The container was replaced, for {reason}; {LOST}")]


def test_a_frozen_container_delays_no_call(docker_runtime: Runtime, docker_client: Any) -> None:
    docker_runtime.start()
    docker_client.pause(docker_runtime.container_id)
    began = time.monotonic()
    result = docker_runtime.execute("echo never", timeout=0.5)
    assert (result.timed_out, time.monotonic() - began < PATIENCE) == (True, True)
    assert docker_runtime.execute("echo next").output == "next\n"


@pytest.mark.parametrize("end", ["cancel", "stop"])
def test_a_start_is_given_up_at_once_and_leaves_nothing(docker_runtime: Runtime, docker_client: Any, end: str) -> None:
    cancel = threading.Event()
    if end == "cancel":
        cancel.set()
        began = time.monotonic()
        result = docker_runtime.execute("echo never", cancel=cancel)
        assert (result.cancelled, result.output, time.monotonic() - began < PATIENCE) == (True, "", True)
    else:
        results: list[bool] = []
        worker = threading.Thread(target=lambda: results.append(docker_runtime.execute("sleep 60").cancelled))
        others = set(threading.enumerate())
        worker.start()
        assert within_patience(lambda: any(thread.name == "pygent-start" for thread in set(threading.enumerate()) - others))
        docker_runtime.stop()
        worker.join(PATIENCE)
        assert results == [True]
    assert docker_runtime.container_id is None
    docker_runtime.stop()
    assert docker_client.containers(all=True, filters={"label": f"pygent.runtime={docker_runtime._backend._maker._marker}"}) == []  # type: ignore[attr-defined]
    assert docker_runtime.execute("echo next").output == "next\n"


def test_the_start_is_not_the_commands_time(docker_runtime: Runtime) -> None:
    results: list[ExecResult] = []
    worker = threading.Thread(target=lambda: results.append(docker_runtime.execute("echo done", timeout=TIMEOUT_S)))
    with occupied():
        worker.start()
        worker.join(TIMEOUT_S)
        assert worker.is_alive()
    worker.join(PATIENCE)
    assert [(result.output, result.exit_code, result.timed_out) for result in results] == [("done\n", 0, False)]

"""The laws of the network of a container: off, but for the one command that was allowed it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from pygent_engine.errors import RuntimeLost
from pygent_engine.runtime import Runtime
from pygent_engine.runtime.backend import Command

from ..waiting import PATIENCE

pytestmark = pytest.mark.docker

NAMES = "ls /sys/class/net"


def networks(docker_client: Any, runtime: Runtime) -> list[str]:
    return sorted(docker_client.inspect_container(runtime.container_id)["NetworkSettings"]["Networks"])


def interfaces(runtime: Runtime, network: bool = False) -> int:
    return len(runtime._backend.run(Command(NAMES, PATIENCE, network=network)).output.split())


def test_the_network_is_there_for_one_command_alone(docker_runtime: Runtime, docker_client: Any) -> None:
    assert interfaces(docker_runtime) == 1
    container = docker_runtime.container_id
    for _ in range(2):
        assert interfaces(docker_runtime, network=True) == 2
        assert interfaces(docker_runtime) == 1
    assert (docker_runtime.container_id, networks(docker_client, docker_runtime)) == (container, ["none"])


def test_the_first_command_may_have_the_network(docker_runtime: Runtime) -> None:
    assert interfaces(docker_runtime, network=True) == 2
    assert interfaces(docker_runtime) == 1


def test_what_listens_outside_is_reached_and_names_could_be_asked(docker_runtime: Runtime, docker_client: Any) -> None:
    gateway = docker_client.inspect_network("bridge")["IPAM"]["Config"][0]["Gateway"]
    reach = f"python3 -c 'import socket; print(socket.create_connection((\"{gateway}\", PORT), 3).recv(9).decode())' 2>&1 | tail -n 1"
    with socket.create_server((gateway, 0)) as server:
        server.settimeout(PATIENCE)
        command = reach.replace("PORT", str(server.getsockname()[1]))

        def greet() -> None:
            with server.accept()[0] as caller:
                caller.sendall(b"hello")

        worker = threading.Thread(target=greet, daemon=True)
        worker.start()
        assert docker_runtime._backend.run(Command(command, PATIENCE)).output == "OSError: [Errno 101] Network is unreachable\n"
        assert docker_runtime._backend.run(Command(command, PATIENCE, network=True)).output == "hello\n"
        worker.join(PATIENCE)
    assert "nameserver" in docker_runtime._backend.run(Command("cat /etc/resolv.conf", PATIENCE, network=True)).output


def fail(text: str) -> None:
    raise LookupError(text)


@pytest.mark.parametrize("end", ["crash", "cancel", "timeout", "killed lane"])
def test_the_network_is_cut_off_however_the_command_ends(docker_runtime: Runtime, docker_client: Any, end: str) -> None:
    docker_runtime.execute("sleep 800 & (while true; do sleep 0.02; touch alive; done) >/dev/null & true")
    container = docker_runtime.container_id
    cancel = threading.Event()
    listeners: dict[str, Callable[[str], None]] = {"crash": fail, "cancel": lambda text: cancel.set()}
    kill = "kill -KILL -1;" if end == "killed lane" else ""
    command = Command(f"echo on; {kill} sleep 600", 0.5 if end == "timeout" else 60, listeners.get(end), cancel, network=True)
    try:
        docker_runtime._backend.run(command)
    except LookupError:
        assert end == "crash"
    assert (docker_runtime.container_id, networks(docker_client, docker_runtime), interfaces(docker_runtime)) == (container, ["none"], 1)
    if end != "killed lane":
        assert docker_runtime.execute("rm -f alive; until [ -e alive ]; do sleep 0.02; done", timeout=PATIENCE).exit_code == 0
        assert "sleep 800" in docker_runtime._backend.jobs()


def test_a_container_that_is_lost_with_the_network_comes_back_without(docker_runtime: Runtime, docker_client: Any) -> None:
    docker_runtime.start()
    container = docker_runtime.container_id

    def take_away(text: str) -> None:
        if text != "on\n":
            return  # what dies may say so
        worker = threading.Thread(target=lambda: docker_client.kill(container))
        worker.start()
        worker.join(PATIENCE)

    with pytest.raises(RuntimeLost):
        docker_runtime._backend.run(Command("echo on; sleep 600", 60, take_away, network=True))
    assert interfaces(docker_runtime) == 1


def test_a_network_that_was_joined_meanwhile_is_left_too(docker_runtime: Runtime, docker_client: Any) -> None:
    docker_runtime.start()
    container = docker_runtime.container_id
    other = docker_client.create_network("pygent-test-other", driver="bridge", internal=True)["Id"]

    def join(text: str) -> None:
        docker_client.connect_container_to_network(container, other)

    try:
        assert docker_runtime._backend.run(Command("echo on; sleep 0.2", PATIENCE, join, network=True)).exit_code == 0
        assert (docker_runtime.container_id, networks(docker_client, docker_runtime)) == (container, ["none"])
        assert interfaces(docker_runtime) == 1
    finally:
        docker_client.remove_network(other)

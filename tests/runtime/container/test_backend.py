"""The laws of the container: what it may do, when it ends, and what its loss means."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pygent_engine.errors import RuntimeUnavailable
from pygent_engine.runtime import Runtime
from pygent_engine.runtime.engine.owner import labels_of
from pygent_engine.values import Resources

from ..waiting import PATIENCE, within_patience

pytestmark = pytest.mark.docker

HOST = """
import sys
from pygent_engine.runtime import Runtime
runtime = Runtime(True, image=sys.argv[1], workspace=sys.argv[2])
runtime.execute("echo on", on_output=None)
print(runtime.container_id, flush=True)
runtime.execute("sleep 600", timeout=None)
"""


def ids(docker_client: Any) -> list[str]:
    return [each["Id"][:12] for each in docker_client.containers(all=True)]


def test_the_container_holds_the_workspace_and_no_right_more(docker_runtime: Runtime, docker_client: Any) -> None:
    assert docker_runtime.container_id is None
    docker_runtime.start()
    assert docker_runtime.container_id is not None
    facts = docker_client.inspect_container(docker_runtime.container_id)
    assert [(mount["Type"], mount["Source"], mount["Destination"]) for mount in facts["Mounts"]] == [
        ("bind", str(docker_runtime.base_dir), "/workspace")
    ]
    names = ("Privileged", "CapDrop", "CapAdd", "SecurityOpt", "NetworkMode", "ReadonlyRootfs", "PidMode", "AutoRemove")
    assert {name: facts["HostConfig"][name] for name in names} == {
        "Privileged": False,
        "CapDrop": ["ALL"],
        "CapAdd": None,
        "SecurityOpt": ["no-new-privileges:true"],
        "NetworkMode": "none",
        "ReadonlyRootfs": True,
        "PidMode": "",
        "AutoRemove": True,
    }
    assert facts["Config"]["User"] == f"{os.getuid()}:{os.getgid()}"
    labels = facts["Config"]["Labels"]
    assert labels == labels_of(labels["pygent.runtime"])


def test_only_the_workspace_and_the_temporary_folder_are_writable(docker_runtime: Runtime) -> None:
    assert (
        docker_runtime.execute("touch /usr/x 2>/dev/null || echo no; touch /tmp/x x && echo yes; echo $HOME").output
        == "no\nyes\n/home/pygent\n"
    )
    assert docker_runtime.execute("ls /sys/class/net").output == "lo\n"


def test_the_environment_reaches_the_commands(docker_image: str, no_container_left: None) -> None:
    with Runtime(True, image=docker_image, env={"GREETING": "it's fine"}) as runtime, runtime.spawn() as spawned:
        assert spawned.execute('echo "$GREETING"').output == "it's fine\n"


def test_a_missing_image_names_the_command_that_gets_it(docker_image: str, no_container_left: None) -> None:
    with pytest.raises(RuntimeUnavailable) as caught:
        Runtime(True, image="no-such-image:1")
    assert str(caught.value) == (
        "Docker image no-such-image:1 is not here; run: docker pull no-such-image:1 "
        "(or choose the local runtime with use_docker=False / --no-docker)"
    )


def test_docker_is_taken_when_its_engine_answers(docker_image: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYGENT_USE_DOCKER", raising=False)
    with Runtime(image=docker_image) as runtime:
        assert (runtime.mode, runtime.use_docker, runtime.fallback_reason) == ("docker", True, "")


@pytest.mark.parametrize("attack", ["kill -TERM 1; kill -KILL 1; kill -HUP 1", "kill -KILL -1", "kill -TERM -1"])
def test_the_container_survives_what_its_commands_kill(docker_runtime: Runtime, attack: str) -> None:
    docker_runtime.start()
    container = docker_runtime.container_id
    docker_runtime.execute(attack, timeout=PATIENCE)
    result = docker_runtime.execute("echo next", timeout=PATIENCE)
    assert (result.output, result.exit_code, docker_runtime.container_id) == ("next\n", 0, container)


def test_no_command_and_no_orphan_stays_as_a_zombie(docker_runtime: Runtime) -> None:
    for _ in range(20):
        docker_runtime.execute("(setsid true &)")
    zombies = "cat /proc/[0-9]*/stat 2>/dev/null | grep -c ' Z '"
    assert within_patience(lambda: docker_runtime.execute(zombies).output == "0\n")


def test_a_fork_bomb_meets_the_limit_and_the_next_command_works(docker_image: str, no_container_left: None) -> None:
    with Runtime(True, image=docker_image, resources=Resources(pids=64)) as runtime:
        result = runtime.execute("bomb() { bomb | bomb & }; bomb 2>/dev/null; sleep 60", timeout=2)
        assert result.duration_s < 2 * PATIENCE
        assert runtime.execute("echo next", timeout=PATIENCE).output == "next\n"


def test_a_command_that_hides_from_the_sweep_ends_with_its_container(docker_runtime: Runtime) -> None:
    docker_runtime.start()
    hidden = "setsid env -i sleep 600 & trap '' TERM; sleep 600"
    assert docker_runtime.execute(hidden, timeout=0.5).timed_out
    docker_runtime.stop()
    assert docker_runtime.container_id is None


def test_the_container_dies_with_its_host(docker_image: str, docker_client: Any, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOST, docker_image, str(tmp_path)], stdout=subprocess.PIPE, text=True) as host:
        assert host.stdout is not None
        container = host.stdout.readline().strip()
        assert container in ids(docker_client)
        host.send_signal(signal.SIGKILL)
    assert within_patience(lambda: container not in ids(docker_client))


def test_more_cpus_than_the_engine_has_are_no_limit_and_no_failure(docker_image: str, no_container_left: None) -> None:
    with Runtime(True, image=docker_image, resources=Resources(cpus=4096)) as runtime:
        assert runtime.execute("echo on").output == "on\n"

"""A container's life: the first result beside the engine's own create and start, and the end after a SIGKILL beside `rm -f`."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import docker

from pygent_engine.runtime import Runtime

from .figures import Figure, alternating_medians, seconds

_HOST = """
import sys
from pygent_engine.runtime import Runtime
runtime = Runtime(True, image=sys.argv[1])
runtime.start()
print(runtime.container_id, runtime.base_dir, flush=True)
runtime.execute("sleep 600", timeout=None)
"""
_WAIT_S = 10.0
_LOOK_S = 0.005


def figures(image: str, times: int, kills: int) -> list[Figure]:
    """The median first result of `times`, and the slowest end of `kills`."""
    with contextlib.closing(docker.APIClient(timeout=20)) as engine, _floor_config(engine, image) as config:
        first, floor = alternating_medians([partial(_first_result_s, image), partial(_create_and_start_s, engine, config)], times)
        ends = [(_killed_s(engine, image), _removed_s(engine, config)) for _ in range(kills)]
    gone, removed = (max(column) for column in zip(*ends, strict=True))
    return [
        Figure("first result of a container", first, "s", "the engine's create and start", floor, 1.3),
        Figure(f"container gone after SIGKILL, worst of {kills}", gone, "s", "rm -f, worst", removed, 3.0, 1.0),
    ]


@contextmanager
def _floor_config(engine: Any, image: str) -> Iterator[dict[str, Any]]:
    """What the engine is asked for when a runtime starts, read back from one; its folder is there within the block."""
    with Runtime(True, image=image) as runtime:
        runtime.start()
        facts = engine.inspect_container(runtime.container_id)
        config = {**facts["Config"], "HostConfig": facts["HostConfig"], "Hostname": ""}
        yield config


def _first_result_s(image: str) -> float:
    """From making a runtime until its first command is back."""
    made = []

    def run() -> None:
        made.append(Runtime(True, image=image))
        if made[0].execute("true").exit_code != 0:
            raise RuntimeError("`true` failed")

    try:
        return seconds(run)
    finally:
        made[0].cleanup()


def _create_and_start_s(engine: Any, config: dict[str, Any]) -> float:
    """The same container, made and started by the SDK alone."""
    made: list[str] = []

    def run() -> None:
        made.append(engine.create_container_from_config(config)["Id"])
        engine.start(made[0])

    try:
        return seconds(run)
    finally:
        _remove(engine, made[0])


def _removed_s(engine: Any, config: dict[str, Any]) -> float:
    made = str(engine.create_container_from_config(config)["Id"])
    engine.start(made)
    return seconds(lambda: _remove(engine, made))


def _remove(engine: Any, container: str) -> None:
    with contextlib.suppress(docker.errors.NotFound, docker.errors.APIError):  # its stdin has no writer: it may be going by itself
        engine.remove_container(container, force=True)
    _await_gone(engine, container)


def _killed_s(engine: Any, image: str) -> float:
    """From the SIGKILL of a process with a running command until the engine no longer has its container."""
    with subprocess.Popen([sys.executable, "-c", _HOST, image], stdout=subprocess.PIPE, text=True) as host:
        assert host.stdout is not None
        container, folder = host.stdout.readline().split()
        try:
            host.send_signal(signal.SIGKILL)
            return seconds(lambda: _await_gone(engine, container))
        finally:
            subprocess.run(["rm", "-rf", folder], check=True)


def _await_gone(engine: Any, container: str) -> None:
    deadline = time.monotonic() + _WAIT_S
    while engine.containers(all=True, filters={"id": container}):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the container {container} is still there after {_WAIT_S:g} s")
        time.sleep(_LOOK_S)

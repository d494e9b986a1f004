"""Runs commands in a container over the workspace. The only module that imports docker; loaded when Docker is chosen."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import threading
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from docker.types import LogConfig, Mount
from docker.utils import kwargs_from_env

from ..errors import RuntimeLost, RuntimeUnavailable
from ..settings import docker_environment
from ..untrusted import clean_line
from ..values import ExecResult, Resources
from .attached import AttachedLane
from .backend import POLL_S, QUIET_ENVIRONMENT, Command, Watch
from .lane import KEEPER

INSIDE = "/workspace"
LABEL = "pygent.runtime"
_OWNER_PID = "pygent.owner.pid"
_OWNER_START = "pygent.owner.start"
_PING_S = 3
_CALL_S = 20
_REMOVE_S = 5


def engine_problem() -> str:
    """Why the Docker engine cannot be used, "" when it answers."""
    try:
        client = docker.APIClient(timeout=_PING_S, **kwargs_from_env(docker_environment()))
        try:
            client.ping()
        finally:
            client.close()
    except (DockerException, OSError) as error:
        return f"the Docker engine does not answer ({_short(error)})"
    return ""


class ContainerBackend:
    """Commands in one container over `folder`, started at the first command; commands run one after the other."""

    def __init__(self, folder: Path, env: Mapping[str, str], *, image: str, network: bool, resources: Resources) -> None:
        self._folder = folder
        self._env = {**QUIET_ENVIRONMENT, "HOME": "/tmp", **env}
        self._image = image
        self._network = network
        self._resources = resources
        self._marker = secrets.token_hex(8)
        self._numbers = count(1)
        self._halt = threading.Event()
        self._turn = threading.Lock()  # guards _lane and _container: who holds it runs a command, starts or removes
        self._container: _Container | None = None
        self._check_image()

    @property
    def container_id(self) -> str | None:
        container = self._container
        return None if container is None else container.id[:12]

    def run(self, command: Command) -> ExecResult:
        halt = self._halt
        watch = Watch(command, halt)
        while not self._turn.acquire(timeout=watch.pause() or POLL_S):
            if verdict := watch.verdict():
                return watch.result(verdict, None)
        try:
            return self._run(command, halt)
        except RuntimeLost:
            self._discard()
            if halt.is_set():
                return watch.result("cancelled", None)
            raise
        finally:
            self._turn.release()

    def stop(self) -> None:
        halt, self._halt = self._halt, threading.Event()
        halt.set()
        container = self._container
        if container is not None:
            container.lane.shut()
        with self._turn:
            self._discard()

    def _run(self, command: Command, halt: threading.Event) -> ExecResult:
        if self._container is None:
            self._container = self._start()
        lane = self._container.lane
        try:
            # A watch of its own: neither the wait for a turn nor the start is the command's time.
            return lane.run(command, f"{self._marker}.{next(self._numbers)}.", Watch(command, halt))
        finally:
            if not lane.usable:
                self._discard()

    def _discard(self) -> None:
        container, self._container = self._container, None
        if container is not None:
            container.remove()

    def _check_image(self) -> None:
        client = _connect()
        try:
            client.inspect_image(self._image)  # type: ignore[no-untyped-call] # the stubs forgot it
        except ImageNotFound as error:
            raise _no_image(self._image) from error
        except (DockerException, OSError) as error:
            raise RuntimeUnavailable(f"The Docker engine cannot be used: {_short(error)}.") from error
        finally:
            client.close()

    def _start(self) -> _Container:
        client = _connect()
        made = ""
        try:
            made = str(client.create_container(**self._description(client))["Id"])
            attached = client.attach_socket(made, {"stdin": 1, "stdout": 1, "stream": 1})
            client.start(made)
            return _Container(client, made, attached)
        except (DockerException, OSError) as error:
            if made:
                _remove(client, made)
            client.close()
            if isinstance(error, ImageNotFound):
                raise _no_image(self._image) from error
            raise RuntimeUnavailable(f"The container could not be started: {_short(error)}.") from error

    def _description(self, client: docker.APIClient) -> dict[str, Any]:
        return {
            "image": self._image,
            "entrypoint": ["sh", "-c", KEEPER],
            "environment": self._env,
            "working_dir": INSIDE,
            "user": f"{os.getuid()}:{os.getgid()}",
            "labels": {LABEL: self._marker, _OWNER_PID: str(os.getpid()), _OWNER_START: _start_time()},
            "stdin_open": True,  # attached, not detached: the engine closes stdin when this process is gone
            "detach": False,
            "host_config": self._host_config(client),
        }

    def _host_config(self, client: docker.APIClient) -> Any:
        memory = f"{self._resources.memory_mb}m"
        return client.create_host_config(
            mounts=[Mount(INSIDE, str(self._folder), type="bind")],
            network_mode="bridge" if self._network else "none",
            cap_drop=["ALL"],
            security_opt=["no-new-privileges:true"],
            pids_limit=self._resources.pids,
            mem_limit=memory,
            memswap_limit=memory,
            nano_cpus=int(self._resources.cpus * 1_000_000_000),
            read_only=True,
            tmpfs={"/tmp": f"rw,exec,nosuid,nodev,mode=1777,size={self._resources.tmp_mb}m"},
            log_config=LogConfig(type="none"),
            auto_remove=True,
        )


class _Container:
    """One running container with its lane and the connection that keeps it alive."""

    def __init__(self, client: docker.APIClient, name: str, attached: Any) -> None:
        self.id = name
        self._client = client
        # The HTTP response owns the reader that was put over the connection: it is closed first, the connection after it.
        self._response = attached._response
        self._connection: socket.socket = attached._sock
        self.lane = AttachedLane(self._connection, secrets.token_hex(16))

    def remove(self) -> None:
        self.lane.shut()
        self._response.close()
        self._connection.close()
        _remove(self._client, self.id)
        self._client.close()


def _connect() -> docker.APIClient:
    try:
        return docker.APIClient(timeout=_CALL_S, **kwargs_from_env(docker_environment()))
    except (DockerException, OSError) as error:
        raise RuntimeUnavailable(f"The Docker engine does not answer: {_short(error)}.") from error


def _remove(client: docker.APIClient, name: str) -> None:
    """Remove the container, whatever it does; it may be on its way out already."""
    try:
        client.remove_container(name, force=True)
    except NotFound:
        return
    except APIError:
        with contextlib.suppress(DockerException, OSError):
            client.wait(name, timeout=_REMOVE_S, condition="removed")
    except (DockerException, OSError):
        return  # the engine is gone; the container ends with its stdin


def _no_image(image: str) -> RuntimeUnavailable:
    return RuntimeUnavailable(
        f"Docker image {image} is not here; run: docker pull {image} (or choose the local runtime with use_docker=False / --no-docker)"
    )


def _start_time() -> str:
    """When this process began, in clock ticks since boot: with the pid it names the process beyond doubt."""
    try:
        return Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def _short(error: Exception) -> str:
    reason = getattr(error, "explanation", None) or str(error) or type(error).__name__
    return clean_line(str(reason))

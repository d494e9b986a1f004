"""Speaks to a Docker engine. The only module that imports docker; loaded when Docker is chosen.

Knows containers, images and connections; nothing of commands, lanes or files. What the engine refuses becomes one sentence.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from docker.types import LogConfig, Mount
from docker.utils import kwargs_from_env

from ..errors import ImageMissing, RuntimeUnavailable
from ..untrusted import clean_line
from ..values import Resources
from .address import engine_address

INSIDE = "/workspace"
HOME = "/home/pygent"
_PING_S = 3
_CALL_S = 20
_REMOVE_S = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """A container to be made: its PID 1, who it runs as, what it sees and what it may use."""

    image: str
    command: tuple[str, ...]
    folder: Path
    env: Mapping[str, str]
    user: str
    labels: Mapping[str, str]
    network: bool
    resources: Resources


class Engine:
    """One connection to the engine that `environment` leads to. Not for two threads at once."""

    def __init__(self, environment: Mapping[str, str], timeout: int = _CALL_S) -> None:
        self.remote = engine_address(environment).remote  # it cannot be taken to see this machine's folders
        with _refusals("The Docker engine does not answer"):
            self._client = docker.APIClient(timeout=timeout, **kwargs_from_env(dict(environment)))

    def close(self) -> None:
        self._client.close()

    def ping(self) -> None:
        """Raises RuntimeUnavailable when the engine does not answer."""
        with _refusals("The Docker engine does not answer"):
            self._client.ping()

    def require_image(self, image: str) -> None:
        """Raises ImageMissing when the engine does not have `image`."""
        with _refusals("The Docker engine cannot be used", image):
            self._client.inspect_image(image)  # type: ignore[no-untyped-call] # the stubs forgot it

    def create(self, plan: Plan) -> str:
        """Make the container; its id."""
        with _refusals("The container could not be made", plan.image):
            made = self._client.create_container(
                plan.image,
                entrypoint=list(plan.command),
                environment=dict(plan.env),
                working_dir=INSIDE,
                user=plan.user,
                labels=dict(plan.labels),
                stdin_open=True,  # attached, not detached: the engine closes stdin when this process is gone
                detach=False,
                host_config=self._host_config(plan),
            )
        return str(made["Id"])

    def attach(self, container: str) -> Connection:
        """The stdin and stdout of PID 1; while it is open, the container's stdin is."""
        with _refusals("The container could not be attached to"):
            return Connection(self._client.attach_socket(container, {"stdin": 1, "stdout": 1, "stream": 1}))

    def start(self, container: str) -> None:
        with _refusals("The container could not be started"):
            self._client.start(container)

    def remove(self, container: str) -> None:
        """Remove the container, whatever it does; it may be on its way out already."""
        try:
            self._client.remove_container(container, force=True)
        except NotFound:
            return
        except APIError:
            with contextlib.suppress(DockerException, OSError):
                self._client.wait(container, timeout=_REMOVE_S, condition="removed")
        except (DockerException, OSError):
            return  # the engine is gone; the container ends with its stdin

    def _host_config(self, plan: Plan) -> Any:
        limits = plan.resources
        memory = f"{limits.memory_mb}m"
        return self._client.create_host_config(
            mounts=[Mount(INSIDE, str(plan.folder), type="bind")],
            network_mode="bridge" if plan.network else "none",
            cap_drop=["ALL"],
            security_opt=["no-new-privileges:true"],
            pids_limit=limits.pids,
            mem_limit=memory,
            memswap_limit=memory,
            nano_cpus=int(limits.cpus * 1_000_000_000),
            read_only=True,
            tmpfs={"/tmp": f"rw,exec,nosuid,nodev,mode=1777,size={limits.tmp_mb}m"},
            log_config=LogConfig(type="none"),
            auto_remove=True,
        )


class Connection:
    """An attached stream of a container: bytes both ways."""

    def __init__(self, attached: Any) -> None:
        # The HTTP response owns the reader that was put over the connection: it is closed first, the connection after it.
        self._response = attached._response
        self.socket: socket.socket = attached._sock

    def close(self) -> None:
        self._response.close()
        self.socket.close()


def engine_problem(environment: Mapping[str, str]) -> str:
    """Why the Docker engine cannot be used, "" when it answers."""
    try:
        with contextlib.closing(Engine(environment, timeout=_PING_S)) as engine:
            engine.ping()
    except RuntimeUnavailable as error:
        return f"the Docker engine does not answer ({_short(error.__cause__ or error)})"
    return ""


@contextmanager
def _refusals(what: str, image: str = "") -> Iterator[None]:
    """Turns what the engine or the way to it refuses into one sentence."""
    try:
        yield
    except ImageNotFound as error:
        raise ImageMissing(
            f"Docker image {image} is not here; run: docker pull {image} (or choose the local runtime with use_docker=False / --no-docker)",
            image,
        ) from error
    except (DockerException, OSError) as error:
        raise RuntimeUnavailable(f"{what}: {_short(error)}.") from error


def _short(error: BaseException) -> str:
    reason = getattr(error, "explanation", None) or str(error) or type(error).__name__
    return clean_line(str(reason)).rstrip(".")

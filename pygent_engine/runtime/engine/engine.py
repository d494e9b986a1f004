"""Speaks to a Docker engine. Imports docker, and is loaded when Docker is chosen.

Knows containers, images and connections; nothing of commands, lanes or files.
"""

from __future__ import annotations

import contextlib
import posixpath
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from docker.errors import APIError, DockerException, NotFound
from docker.types import LogConfig, Mount, Ulimit
from urllib3.exceptions import HTTPError

from ...errors import ImageMissing, RuntimeUnavailable
from ...frozen import frozen
from ...untrusted import clean_line
from .address import engine_address
from .client import api_version, client_of, seconds_of
from .connection import Connection, connection_of
from .dial import dialer_to
from .owner import OUR_NAMES, new_name
from .plan import HOME, INSIDE, Plan
from .pull import Progress, PullRefused, follow
from .refusals import refusals, short
from .storage import Storage
from .transport import EngineAdapter
from .visits import Visits

_PING_S = 3
_CALL_S = 20
_REMOVE_S = 5
_PULL_SILENCE_S = 120
_FATE_S = 1.2  # a busy engine learns of an end a third of a second after the last byte came
_ON, _OFF = "bridge", "none"
_CPU_PERIOD = 100_000  # microseconds


@frozen
class Labelled:
    """Something on the engine that may be ours."""

    name: str
    labels: Mapping[str, str]


class Engine:
    """The engine that `environment` leads to (see `address`). Not for two threads at once."""

    def __init__(self, environment: Mapping[str, str], timeout: int = _CALL_S) -> None:
        self._environment = environment
        self.address = engine_address(environment)
        with self._answers():
            self._adapter = EngineAdapter(dialer_to(self.address, timeout), timeout)
            self._client = client_of(self.address, self._adapter, timeout)
        try:
            with self._answers():
                self._client._version = api_version(self._client)  # type: ignore[attr-defined] # what its constructor sets
        except BaseException:
            self.close()
            raise

    @property
    def remote(self) -> bool:
        """Whether the engine may stand on another machine: it cannot be taken to see this one's folders."""
        return self.address.remote

    def close(self) -> None:
        self._client.close()

    @property
    def storage(self) -> Storage:
        """The volumes of this engine."""
        return Storage(self._client)

    @property
    def visits(self) -> Visits:
        """The shells that people have in containers of this engine."""
        return Visits(self._client)

    def ping(self) -> None:
        """Raises RuntimeUnavailable when the engine does not answer."""
        with self._answers():
            self._client.ping()

    def version(self) -> str:
        """The engine's own, not that of its API."""
        with self._answers():
            return str(self._client.version(api_version=False)["Version"])

    def require_image(self, image: str) -> None:
        """Raises ImageMissing when the engine does not have `image`."""
        with refusals("The Docker engine cannot be used", image):
            self._client.inspect_image(image)  # type: ignore[no-untyped-call] # the stubs forgot it

    def pull(self, image: str, report: Callable[[Progress], None], cancelled: Callable[[], bool]) -> bool:
        """Fetch `image` (without a tag: its latest), over streams of its own; False when that was `cancelled`.

        Raises ImageMissing, with the reason and the command that pulls, when the image cannot be had.
        """
        try:
            with contextlib.closing(Engine(self._environment, _PULL_SILENCE_S)) as line:
                return follow(lambda: line._client.pull(image, stream=True, decode=True), line._adapter.shut, report, cancelled)
        except (PullRefused, RuntimeUnavailable, DockerException, HTTPError, OSError, ValueError, RuntimeError) as error:
            name = clean_line(image)
            raise ImageMissing(f"Docker image {name} could not be pulled: {short(error)}; run: docker pull {name}", image) from error

    def create(self, plan: Plan) -> str:
        """Make the container; its id. Raises RuntimeUnavailable for an image that wants a volume within the workspace."""
        with refusals("The container could not be made", plan.image):
            volumes = self._volumes(plan.image)
            made = self._client.create_container(
                plan.image,
                name=new_name(),
                entrypoint=list(plan.command),
                environment=dict(plan.env),
                working_dir=INSIDE,
                user=plan.user,
                labels=dict(plan.labels),
                stdin_open=True,  # attached, not detached: the engine closes stdin when this process is gone
                detach=False,
                use_config_proxy=False,  # its password is a secret of the user's, and what a container sees is an allow-list
                healthcheck={"test": ["NONE"]},  # the image's own would run beside the commands
                host_config=self._host_config(plan, volumes),
            )
        return str(made["Id"])

    def attach(self, container: str) -> Connection:
        """The stdin and stdout of PID 1; while it is open, the container's stdin is."""
        with refusals("The container could not be attached to"):
            return connection_of(self._client.attach_socket(container, {"stdin": 1, "stdout": 1, "stream": 1}))

    def start(self, container: str, image: str) -> None:
        """Start the container that was made from `image`."""
        with refusals("The container could not be started"):
            try:
                self._client.start(container)
            except APIError as error:
                if "executable file not found" not in str(error) and "no such file or directory" not in str(error):
                    raise
                raise RuntimeUnavailable(
                    f"Docker image {image} cannot be used: it has no sh, the shell that commands run in; choose another image."
                ) from error

    def open_lane(self, container: str, command: Sequence[str]) -> Connection:
        """The stdin and stdout of one more process, executed in the running container."""
        with refusals("The container takes no more commands"):
            made = self._client.exec_create(container, list(command), stdin=True, stderr=False)
            return connection_of(self._client.exec_start(made["Id"], socket=True))

    def connect(self, container: str) -> None:
        """Give a running container the network."""
        with refusals("The container could not be connected to the network"):
            self._client.disconnect_container_from_network(container, _OFF)
            self._client.connect_container_to_network(container, _ON)

    def cut_off(self, container: str) -> None:
        """Take the network from a running container, whatever became of `connect`. Raises RuntimeUnavailable when that is
        not certain."""
        with refusals("The container could not be cut off from the network"):
            for name in set(self._networks(container)) - {_OFF}:
                self._client.disconnect_container_from_network(container, name, force=True)
            if not self._networks(container):
                self._client.connect_container_to_network(container, _OFF)
            if self._networks(container) != [_OFF]:
                raise DockerException("it is still connected")

    def happened(self, container: str) -> frozenset[str]:
        """What the engine tells of a container that may be gone: "kill", "oom", "die", "destroy" and others. Waits a moment for
        its end."""
        deadline = time.monotonic() + _FATE_S
        with refusals("The Docker engine does not answer"):
            while True:
                now = str(self._client.info()["SystemTime"])
                # Up to now by the engine's clock: beyond that it would wait. The stubs know whole seconds only.
                told = self._client.events(since=1, until=seconds_of(now), filters={"container": container}, decode=True)  # type: ignore[call-overload]
                actions = frozenset(str(event.get("Action")) for event in told)
                if actions & {"die", "destroy"} or time.monotonic() > deadline:
                    return actions
                time.sleep(_FATE_S / 24)

    def _networks(self, container: str) -> list[str]:
        return sorted(self._client.inspect_container(container)["NetworkSettings"]["Networks"])

    def remove(self, container: str) -> None:
        """Remove the container, whatever it does; it may be on its way out already."""
        try:
            self._client.remove_container(container, v=True, force=True)
        except NotFound:
            return
        except APIError:
            with contextlib.suppress(DockerException, OSError):
                self._client.wait(container, timeout=_REMOVE_S, condition="removed")
        except (DockerException, OSError):
            return  # the engine is gone; the container ends with its stdin

    def remove_volume(self, volume: str) -> None:
        """Remove the volume unless a container has it."""
        with contextlib.suppress(DockerException, OSError):
            self._client.remove_volume(volume, force=True)

    def containers(self, labels: Sequence[str]) -> list[Labelled]:
        """The containers of Pygents that have all `labels` ("name" or "name=value"), running or not."""
        with refusals("The containers could not be listed"):
            found = self._client.containers(all=True, filters={"label": list(labels), "name": OUR_NAMES})
        return [Labelled(each["Id"], each["Labels"] or {}) for each in found]

    def volumes(self, labels: Sequence[str]) -> list[Labelled]:
        """The volumes that have all `labels`."""
        with refusals("The volumes could not be listed"):
            found = self._client.volumes(filters={"label": list(labels)})["Volumes"] or []
        return [Labelled(each["Name"], each["Labels"] or {}) for each in found]

    @contextmanager
    def _answers(self) -> Iterator[None]:
        with refusals(f"The Docker engine does not answer ({self.address})"):
            yield

    def _volumes(self, image: str) -> set[str]:
        """Where the image wants volumes of its own, beside the workspace."""
        named = self._client.inspect_image(image)["Config"].get("Volumes") or ()  # type: ignore[no-untyped-call] # the stubs forgot it
        folders = {posixpath.normpath(folder) for folder in named} - {INSIDE}
        if inside := sorted(folder for folder in folders if folder.startswith(f"{INSIDE}/")):
            where = f"it wants a volume at {clean_line(inside[0])}, within the workspace"
            raise RuntimeUnavailable(f"Docker image {image} cannot be used: {where}; choose another image.")
        return folders

    def _host_config(self, plan: Plan, volumes: set[str]) -> Any:
        limits = plan.resources
        memory = f"{limits.memory_mb}m"
        temporary = f"rw,exec,nosuid,nodev,mode=1777,size={limits.tmp_mb}m"
        return self._client.create_host_config(
            mounts=[_workspace(plan)],
            network_mode=_ON if plan.network else _OFF,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges:true"],
            pids_limit=limits.pids,
            mem_limit=memory,
            memswap_limit=memory,
            cpu_period=_CPU_PERIOD,  # not NanoCpus, which an engine with fewer CPUs refuses
            cpu_quota=int(limits.cpus * _CPU_PERIOD),
            read_only=True,
            tmpfs={
                **dict.fromkeys(volumes, temporary),  # a volume would be space without a limit on the engine's disk
                "/tmp": temporary,
                HOME: f"rw,exec,nosuid,nodev,mode=1777,size={limits.home_mb}m",
            },
            ulimits=[
                Ulimit(name="fsize", soft=limits.file_mb << 20, hard=limits.file_mb << 20),
                Ulimit(name="core", soft=0, hard=0),
            ],
            log_config=LogConfig(type="none"),
            auto_remove=True,
        )


def _workspace(plan: Plan) -> Mount:
    if plan.volume:
        return Mount(INSIDE, plan.volume, type="volume", no_copy=True)  # nothing of the image's
    return Mount(INSIDE, str(plan.folder), type="bind")


def engine_problem(environment: Mapping[str, str]) -> str:
    """Why the Docker engine cannot be used, "" when it answers."""
    try:
        with contextlib.closing(Engine(environment, timeout=_PING_S)) as engine:
            engine.ping()
    except RuntimeUnavailable as error:
        return str(error).rstrip(".").replace("The Docker", "the Docker", 1)
    return ""

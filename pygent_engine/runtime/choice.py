"""Which backend a runtime has, and why. Loads what is docker's only for who chose it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..errors import RuntimeUnavailable
from ..settings import docker_environment
from ..values import Resources
from .backend import Backend


def choose(use_docker: bool | None) -> tuple[bool, str]:
    """Whether Docker is used, and why not when nobody ruled it out. None: if its engine answers.

    Raises RuntimeUnavailable when it was asked for and cannot be used.
    """
    if use_docker is False:
        return False, ""
    from .engine.probe import docker_problem  # noqa: PLC0415 - as below

    problem = docker_problem(docker_environment())
    if problem and use_docker:
        raise RuntimeUnavailable(
            f"Docker was asked for, but {problem}; start Docker, or choose the local runtime with use_docker=False / --no-docker."
        )
    return not problem, problem


def container_backend(
    folder: Path, env: Mapping[str, str], resources: Resources, *, image: str, network: bool, pull: bool
) -> tuple[Backend, str]:
    """Commands in a container, and the name that the folder has there."""
    from .container.backend import ContainerBackend  # noqa: PLC0415 - a local runtime must not pay for it,
    from .engine.engine import Engine  # noqa: PLC0415 - nor for docker, which this one imports
    from .engine.plan import INSIDE  # noqa: PLC0415 - as above

    def connect() -> Engine:
        return Engine(docker_environment())

    return ContainerBackend(folder, env, connect, image=image, network=network, resources=resources, pull=pull), INSIDE

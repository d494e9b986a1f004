"""Says early why Docker cannot be used, without importing docker where its socket alone can tell."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path

_DEFAULT_SOCKET = "/var/run/docker.sock"
_CONNECT_S = 2.0


def docker_problem(environment: Mapping[str, str]) -> str:
    """Why the Docker engine that `environment` leads to cannot be used; "" when it answers."""
    host = environment.get("DOCKER_HOST") or f"unix://{_DEFAULT_SOCKET}"
    if host.startswith("unix://") and (problem := _socket_problem(Path(host.removeprefix("unix://")))):
        return problem
    from .engine import engine_problem  # noqa: PLC0415 - it imports docker, which costs 0.1 s

    return engine_problem(environment)


def _socket_problem(path: Path) -> str:
    if not path.exists():
        return f"there is no Docker engine on this machine ({path} does not exist)"
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_CONNECT_S)
        try:
            connection.connect(str(path))
        except OSError as error:
            return f"the Docker engine does not answer ({path}: {error.strerror or error})"
    return ""

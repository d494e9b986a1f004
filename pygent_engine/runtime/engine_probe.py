"""Says early why Docker cannot be used, without importing docker where its socket alone can tell."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path

from ..errors import RuntimeUnavailable
from .address import engine_address

_CONNECT_S = 2.0


def docker_problem(environment: Mapping[str, str]) -> str:
    """Why the Docker engine that `environment` leads to cannot be used, without a full stop; "" when it answers."""
    try:
        address = engine_address(environment)
    except RuntimeUnavailable as error:
        return str(error).rstrip(".")
    if not address.remote and (problem := _socket_problem(Path(address.path))):
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
            return f"the Docker engine does not answer ({path}): {error.strerror or error}"
    return ""

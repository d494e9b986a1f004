"""Says early why Docker cannot be used, without importing docker where its socket alone can tell."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Mapping
from pathlib import Path

from ...errors import ImageMissing, RuntimeUnavailable
from ...frozen import frozen
from ...untrusted import clean_line
from .address import engine_address

_CONNECT_S = 2.0


@frozen
class EngineFacts:
    """An engine that answers: where it is, its version, whether it may stand on another machine, and has an image."""

    address: str
    version: str
    remote: bool
    has_image: bool


def docker_problem(environment: Mapping[str, str]) -> str:
    """Why the Docker engine that `environment` leads to cannot be used, without a full stop; "" when it answers."""
    try:
        address = engine_address(environment)
    except RuntimeUnavailable as error:
        return str(error).rstrip(".").replace("The Docker", "the Docker", 1)
    if not address.remote and (problem := _socket_problem(Path(address.path))):
        return problem
    from .engine import engine_problem  # noqa: PLC0415 - it imports docker, which costs 0.1 s

    return engine_problem(environment)


def engine_facts(environment: Mapping[str, str], image: str) -> EngineFacts:
    """What the engine that `environment` leads to says of itself and of `image`. Raises RuntimeUnavailable."""
    from .engine import Engine  # noqa: PLC0415 - as above

    with contextlib.closing(Engine(environment)) as engine:
        try:
            engine.require_image(image)
        except ImageMissing:
            has_image = False
        else:
            has_image = True
        return EngineFacts(str(engine.address), clean_line(engine.version(), 80), engine.remote, has_image)


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

"""Shells for a person in a running container. Beside `engine`, whose client it is handed.

Which container is whose is told by its label alone: in one that no Pygent made, nothing is started.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from docker.errors import DockerException, NotFound

from ...errors import RuntimeUnavailable
from .connection import Connection, connection_of
from .owner import RUNTIME
from .refusals import refusals

_GONE = "The container is not there any more; it is there while its task is, or from the first command on."


class Visits:
    """The shells in containers of the engine behind `client`. What it refuses raises RuntimeUnavailable."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def runtime_of(self, container: str) -> str:
        """The marker of the runtime whose running container this is."""
        with refusals("The container cannot be seen"):
            try:
                found = self._client.inspect_container(container)
            except NotFound as error:
                raise RuntimeUnavailable(_GONE) from error
        marker = (found["Config"].get("Labels") or {}).get(RUNTIME, "")
        if not marker:
            raise RuntimeUnavailable("That container is none of Pygent's, so no shell is opened in it.")
        if not found["State"].get("Running"):
            raise RuntimeUnavailable(_GONE)
        return str(marker)

    def begin(self, container: str, command: Sequence[str], environment: Mapping[str, str]) -> tuple[str, Connection]:
        """Start `command` with a terminal of its own: its id, and the terminal's bytes both ways."""
        with refusals("No shell could be opened in the container"):
            made = self._client.exec_create(container, list(command), stdin=True, tty=True, environment=dict(environment))
            return str(made["Id"]), connection_of(self._client.exec_start(made["Id"], tty=True, socket=True))

    def resize(self, visit: str, columns: int, rows: int) -> None:
        """Give the terminal of `visit` another size; one that has ended, or is just about to begin, refuses."""
        with refusals("The shell takes no other size"):
            self._client.exec_resize(visit, height=rows, width=columns)

    def exit_code(self, visit: str) -> int | None:
        """How what was begun ended; None while it runs, and when that is known to nobody."""
        try:
            code = self._client.exec_inspect(visit)["ExitCode"]
        except (DockerException, OSError):
            return None
        return None if code is None else int(code)

"""A shell for a person in a running container, over a terminal there. Whose container it is does not matter: another process's too."""

from __future__ import annotations

import contextlib
import secrets
import time
from typing import TYPE_CHECKING

from ...errors import RuntimeUnavailable
from ..backend import MARKER
from .lane import kill_script

if TYPE_CHECKING:
    from ..engine.engine import Engine

_SHELL = ("sh", "-c", "command -v bash >/dev/null && exec bash; exec sh")
_SEND_S = 5.0
_SWEEP_S = 3.0
_CODE_S = 1.0
_LATE_S = 5.0  # for the code of a shell that has ended
_GONE_S = 3.0  # for a container to be gone that may have taken its shell along
_KILLED = 137
_LOOK_S = 0.05


class ContainerShell:
    """A shell in `container`, as who its commands run and where they do. Owns `engine`, and closes it.

    It carries a mark of its own, so that neither the end of a command takes it along, nor what it leaves outlives it. Not for two
    threads at once, but `receive` may wait on another, and `shut` may come from any.
    """

    def __init__(self, engine: Engine, container: str, columns: int, rows: int, term: str) -> None:
        self._engine = engine
        self._container = container
        self._shut = False
        self._ended = False  # by itself
        self._token = secrets.token_hex(8)
        self._marker = f"{engine.visits.runtime_of(container)}.{self._token}."
        environment = {"TERM": term, MARKER: self._marker}
        self._visit, self._connection = engine.visits.begin(container, _SHELL, environment)
        self.resize(columns, rows)

    def receive(self, seconds: float) -> bytes | None:
        """What the shell wrote; None when nothing came for `seconds`, b"" when it has ended. Raises OSError."""
        data = self._connection.receive(seconds)
        self._ended = self._ended or (data == b"" and not self._shut)
        return data

    def send(self, data: bytes) -> None:
        """Hand the shell what was typed. Raises OSError."""
        self._connection.send(data, _SEND_S)

    def resize(self, columns: int, rows: int) -> None:
        """Follow the terminal's size; a shell that has ended does not mind."""
        with contextlib.suppress(RuntimeUnavailable):
            self._engine.visits.resize(self._visit, columns, rows)

    def shut(self) -> None:
        """Let no `receive` wait any longer."""
        self._shut = True
        self._connection.shut()

    def close(self) -> int | None:
        """End the shell and all that it left; its exit code, None when the container went away or the shell was ended."""
        try:
            self._connection.close()
            with contextlib.suppress(RuntimeUnavailable, OSError):
                code = self._code()
                self._see_container(_GONE_S if code == _KILLED else 0.0)
                self._sweep()
                return code
            return None
        finally:
            self._engine.close()

    def _code(self) -> int | None:
        """The engine knows of the end a moment after the last byte, a busy one seconds after it. Raises RuntimeUnavailable when
        the container is gone before."""
        deadline = time.monotonic() + (_LATE_S if self._ended else _CODE_S)
        while (code := self._engine.visits.exit_code(self._visit)) is None and time.monotonic() < deadline:
            self._see_container(_LOOK_S)
        return code

    def _see_container(self, seconds: float) -> None:
        """Look for `seconds` whether the container goes; raises RuntimeUnavailable when it is gone. What is killed with it ends first,
        and has an exit code all the same."""
        deadline = time.monotonic() + seconds
        while True:
            self._engine.visits.runtime_of(self._container)
            if time.monotonic() >= deadline:
                return
            time.sleep(_LOOK_S)

    def _sweep(self) -> None:
        script = kill_script(None, self._marker, self._token).decode()
        sweeping = self._engine.open_lane(self._container, ("sh", "-c", script))
        try:
            deadline = time.monotonic() + _SWEEP_S
            while sweeping.receive(_LOOK_S) != b"" and time.monotonic() < deadline:
                pass
        finally:
            sweeping.close()

"""The end of a person's shell, as an engine tells it that is late: its code is waited for, and not where there will be none."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import cast

from pygent_engine.errors import RuntimeUnavailable
from pygent_engine.runtime.container.shell import ContainerShell
from pygent_engine.runtime.engine.connection import Connection
from pygent_engine.runtime.engine.engine import Engine

LATE_S = 1.5


class Ended:
    """A stream that is at its end."""

    def receive(self, seconds: float) -> bytes:
        return b""

    def send(self, data: bytes, seconds: float) -> None: ...

    def shut(self) -> None: ...

    def close(self) -> None: ...


class LateEngine:
    """An engine with one container, which knows the code of a shell's end, if there is one, LATE_S after it was asked first."""

    def __init__(self, code: int | None = 3) -> None:
        self.visits = self
        self.there = True
        self.asked = 0
        self._code = code
        self._since = time.monotonic()

    def runtime_of(self, container: str) -> str:
        if not self.there:
            raise RuntimeUnavailable("gone")
        return "m"

    def begin(self, container: str, command: Sequence[str], environment: Mapping[str, str]) -> tuple[str, Connection]:
        return "v", Ended()

    def resize(self, visit: str, columns: int, rows: int) -> None: ...

    def exit_code(self, visit: str) -> int | None:
        self._since = self._since if self.asked else time.monotonic()
        self.asked += 1
        return self._code if time.monotonic() - self._since > LATE_S else None

    def open_lane(self, container: str, command: Sequence[str]) -> Connection:
        return Ended()

    def close(self) -> None: ...


def shell(engine: LateEngine) -> ContainerShell:
    return ContainerShell(cast(Engine, engine), "c", 80, 24, "xterm")


def test_the_code_of_a_shell_that_has_ended_may_come_late() -> None:
    ended = shell(LateEngine())
    assert (ended.receive(0), ended.close()) == (b"", 3)


def test_a_shell_that_was_ended_in_the_middle_has_no_code_to_wait_for() -> None:
    engine = LateEngine(code=None)
    running = shell(engine)
    running.shut()
    assert (running.receive(0), running.close()) == (b"", None)
    assert engine.asked < 60  # for one second; a code that may come is asked for a hundred times


def test_a_container_that_is_gone_ends_the_wait_for_a_code() -> None:
    engine = LateEngine(code=None)
    ended = shell(engine)
    ended.receive(0)
    engine.there = False
    assert (ended.close(), engine.asked) == (None, 1)

"""What the two places that run commands have in common: the seam between `Runtime` and local or container.

A backend runs one command to its end, its deadline or its cancellation; it knows nothing of files or bans.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal, Protocol

from ..frozen import frozen
from ..values import ExecResult, Flag
from .output.spool import Spool

POLL_S = 0.04
COALESCE_S = 0.004
READ_BYTES = 1 << 20
_PART = 30_000

# What every command finds in its environment, so that nothing waits for a person or paints a screen.
QUIET_ENVIRONMENT = {"TERM": "dumb", "PAGER": "cat", "GIT_PAGER": "cat", "GIT_TERMINAL_PROMPT": "0"}
MARKER = "PYGENT_RUN"

Verdict = Literal["timeout", "cancelled"]


@frozen
class Command:
    """One shell command. `timeout` in seconds, None for none; `on_output` gets decoded text as it comes; with `network`, a
    container is connected for as long as it runs; `spool` takes the full output when the result cannot hold it."""

    text: str
    timeout: float | None = None
    on_output: Callable[[str], None] | None = None
    cancel: Flag | None = None
    network: bool = False
    spool: Spool | None = None


class Backend(Protocol):
    """A place where commands run. `stop` ends all that runs there; `run` may be used again after it, unless it was for good:
    a command that comes too late is then cancelled before it starts."""

    @property
    def container_id(self) -> str | None: ...

    def run(self, command: Command) -> ExecResult: ...

    def jobs(self) -> tuple[str, ...]:
        """The command lines of what earlier commands left running here."""
        ...

    def stop(self, for_good: bool = False) -> None: ...


class Watch:
    """Says when a command must end, and how long one may wait before asking again."""

    def __init__(self, command: Command, halt: Flag) -> None:
        self._started = time.monotonic()
        self._deadline = None if command.timeout is None else self._started + command.timeout
        self._flags = [halt] if command.cancel is None else [halt, command.cancel]

    def verdict(self) -> Verdict | None:
        if self.is_cancelled:
            return "cancelled"
        if self._deadline is not None and time.monotonic() >= self._deadline:
            return "timeout"
        return None

    @property
    def is_cancelled(self) -> bool:
        return any(flag.is_set() for flag in self._flags)

    def pause(self) -> float:
        """Seconds that one may block now."""
        if self._deadline is None:
            return POLL_S
        return min(POLL_S, max(0.0, self._deadline - time.monotonic()))

    def result(self, verdict: Verdict | None, code: int | None, output: str = "", truncated: bool = False, full: str = "") -> ExecResult:
        """How the command ended, by now: `code` counts only where it ended by itself."""
        return ExecResult(
            output,
            code if verdict is None else None,
            timed_out=verdict == "timeout",
            truncated=truncated,
            duration_s=time.monotonic() - self._started,
            cancelled=verdict == "cancelled",
            full_output=full,
        )


def shell_arguments(text: str) -> list[str]:
    """What follows the shell's name to run `text`; one argument may hold 128 KiB, so a longer text comes in parts."""
    if len(text) <= _PART:
        return ["-c", text]
    parts = [text[at : at + _PART] for at in range(0, len(text), _PART)]
    joined = "".join(f"${{{number}}}" for number in range(1, len(parts) + 1))
    return ["-c", f'eval "set --;{joined}"', "sh", *parts]

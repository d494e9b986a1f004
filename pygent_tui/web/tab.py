"""The process behind an open tab: the app, attached to the session, and what goes to and from it.

The only room of the app that starts the app. A process ends with its tab; what does not end by itself is ended with its
whole group. Speaks the packets of Textual's driver for the web: one letter, four bytes of length, the payload.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from pygent_engine.untrusted import clean_line

_BEGINS = b"__GANGLION__\n"
_DRIVER = "pygent_tui.web.driver:TabDriver"
_FPS = "60"
# What tells of the terminal that the server was started in: the tab is none of it.
_NOT_OF_A_TAB = frozenset({"TMUX", "STY", "SSH_TTY", "SSH_CONNECTION", "SSH_CLIENT", "DISPLAY", "WAYLAND_DISPLAY", "LINES"})
_QUIT_S = 2.0
_LEAVING_S = 3.0  # of a process that leaves by itself
_TERM_S = 0.4
_KILL_S = 1.0
_SAID = 2000
_LONGEST = 1 << 26


class Tab:
    """One process, from `start` to `end`. `show` gets what its terminal is to be sent."""

    def __init__(self, command: tuple[str, ...], environment: Mapping[str, str], show: Callable[[bytes], Awaitable[None]]) -> None:
        self._command = command
        self._environment = environment
        self._show = show
        self._process: Process | None = None
        self._leaves = False
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`

    async def start(self, columns: int, rows: int) -> None:
        """Raises OSError when it cannot be started."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=self._errors,
            env=_environment(self._environment, columns, rows),
            start_new_session=True,
        )

    async def run(self) -> None:
        """Pass on what the process shows, until it says that it leaves, or is gone."""
        assert self._process is not None and self._process.stdout is not None
        out = self._process.stdout
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await out.readuntil(_BEGINS)
            while True:
                kind, size = await out.readexactly(1), int.from_bytes(await out.readexactly(4), "big")
                if size > _LONGEST:
                    return
                payload = await out.readexactly(size)
                if kind == b"D":
                    await self._show(payload)
                elif kind == b"M" and json.loads(payload).get("type") == "exit":
                    break
        self._leaves = True

    async def type(self, text: str) -> None:
        """Hand over what was typed, pasted or clicked."""
        await self._send(b"D", text.encode(errors="replace"))

    async def tell(self, **meta: str | int) -> None:
        """Hand over what is no input: a size, the focus, the end."""
        await self._send(b"M", json.dumps(meta).encode())

    async def end(self) -> None:
        """Have it leave, and end it when it does not, in less than four seconds; in five when it was about to leave by itself."""
        process = self._process
        if process is None:
            self._errors.close()
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(_LEAVING_S if self._leaves else _QUIT_S):
                await self.tell(type="quit")
                _close_input(process)
                await _drained(process)
        by_itself = process.returncode is not None
        for number, patience_s in ((signal.SIGTERM, _TERM_S), (signal.SIGKILL, _KILL_S)):
            if process.returncode is not None:
                break
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with suppress(TimeoutError):
                await asyncio.wait_for(_drained(process), patience_s)
        self._log(process.returncode, by_itself)

    def _log(self, code: int | None, by_itself: bool) -> None:
        """Say how it ended, unless that was well. One that had to be ended was slow, which is no news where nobody asks for it."""
        with self._errors as errors:
            errors.seek(0)
            said = errors.read(_SAID).decode(errors="replace")
        if code != 0:
            level = logging.WARNING if by_itself else logging.INFO
            logging.getLogger("pygent").log(level, "the app of a browser's tab ended with %s: %s", code, clean_line(said, _SAID))

    async def _send(self, kind: bytes, payload: bytes) -> None:
        assert self._process is not None and self._process.stdin is not None
        with suppress(ConnectionError, RuntimeError):  # it is gone, which `run` sees too
            self._process.stdin.write(kind + len(payload).to_bytes(4, "big") + payload)
            await self._process.stdin.drain()


def _environment(environment: Mapping[str, str], columns: int, rows: int) -> dict[str, str]:
    kept = {name: value for name, value in environment.items() if name not in _NOT_OF_A_TAB}
    return kept | {
        "TEXTUAL_DRIVER": _DRIVER,
        "TEXTUAL_FPS": _FPS,
        "TEXTUAL_COLOR_SYSTEM": "truecolor",
        "TERM": "xterm-256color",
        "TERM_PROGRAM": "browser",
        "COLUMNS": str(columns),
        "ROWS": str(rows),
    }


def _close_input(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()


async def _drained(process: Process) -> None:
    """Wait for the end of `process`; what it still shows must not hold it up."""
    assert process.stdout is not None
    while await process.stdout.read(1 << 16):
        continue
    await process.wait()

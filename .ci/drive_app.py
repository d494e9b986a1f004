"""Drives a command that opens the app as a user at a terminal would, until the demo has finished a turn and the app was left.

Run as `python .ci/drive_app.py COMMAND` in the folder where the command is pasted, with `tests` importable. Approves what
is asked. Prints how long each part took; fails when a part does not come, the exit code is not 0 or the terminal is not as it was.
"""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

import pyte

from tests.benchmarks.pty_app import PtyApp

_COLUMNS, _ROWS = 120, 40
_PAINTED = "Ctrl+Q"
_READY = re.compile(r"(LOCAL|DOCKER) .*· ready")
_ASKED = "May this run?"
_CANNOT_START = "work locally"
_PROMPT = "Show me around"
_QUIET_S = 0.6  # longer than the time for which a panel takes no key after it was drawn
_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_ON_AT_REST = {7, 25}  # line wrap and the cursor


class Terminal:
    """A person at the screen: sees what a terminal would show, waits and types."""

    def __init__(self, app: PtyApp) -> None:
        self._app = app
        self._screen = pyte.Screen(_COLUMNS, _ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = bytearray()
        self._mark = time.perf_counter()

    @property
    def text(self) -> str:
        return "\n".join(self._screen.display)

    @property
    def status(self) -> str:
        return str(self._screen.display[-1])

    def watch(self, seconds: float) -> None:
        """Take in what is painted during `seconds`."""
        self._take(self._app.read_for(seconds))

    def wait_for_ready(self, timeout: float) -> None:
        """Until the session waits for a prompt, approving whatever is asked on the way."""
        until = time.perf_counter() + timeout
        while not _READY.search(self.status):
            if time.perf_counter() > until:
                raise TimeoutError(f"the app was not ready within {timeout} s")
            self.watch(0.1)
            if _ASKED in self.text:
                self.watch(_QUIET_S)
                self.type("y")
            elif _CANNOT_START in self.text:
                self.type("l")

    def wait_while_ready(self, timeout: float) -> None:
        """Until the session has begun to work."""
        until = time.perf_counter() + timeout
        while _READY.search(self.status):
            if time.perf_counter() > until:
                raise TimeoutError(f"the prompt was not taken within {timeout} s")
            self.watch(0.05)

    def wait_for_paint(self, timeout: float) -> None:
        until = time.perf_counter() + timeout
        while _PAINTED not in self.status:
            if time.perf_counter() > until:
                raise TimeoutError(f"nothing was painted within {timeout} s")
            self._take(self._app.read(0.1))

    def type(self, keys: str) -> None:
        self._app.send(keys.encode())
        self.watch(0.2)

    def took(self, what: str) -> None:
        now = time.perf_counter()
        print(f"{what}: {now - self._mark:.1f} s", flush=True)
        self._mark = now

    def _take(self, data: bytes) -> None:
        self.raw += data
        self._stream.feed(data)


def modes_left(raw: bytes) -> set[int]:
    """The private terminal modes that are not at rest after `raw`."""
    on: dict[int, bool] = {}
    for numbers, state in _MODE.findall(raw):
        on.update({int(number): state == b"h" for number in numbers.split(b";")})
    return {mode for mode, is_on in on.items() if is_on != (mode in _ON_AT_REST)}


def a_turn_of_the_demo(terminal: Terminal) -> None:
    """From the pasted command to an answered prompt."""
    terminal.wait_for_paint(400.0)
    terminal.took("set-up and first paint")
    terminal.wait_for_ready(30.0)
    terminal.took("session open")
    terminal.type(_PROMPT)
    terminal.type("\r")
    terminal.wait_while_ready(10.0)
    terminal.wait_for_ready(120.0)
    terminal.took("one turn of the demo")
    print(terminal.text)


def main(command: str) -> int:
    env = dict(os.environ) | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    with PtyApp(["bash", "-c", command], env=env, cwd=Path.cwd(), columns=_COLUMNS, rows=_ROWS) as app:
        terminal = Terminal(app)
        try:
            a_turn_of_the_demo(terminal)
        except (EOFError, TimeoutError) as error:
            print(f"{type(error).__name__}: {error}; the terminal showed:\n{terminal.text}")
            return 1
        app.send(b"\x11")
        code = app.wait(20.0, terminal.raw)
        terminal.took("leaving")
        left = modes_left(bytes(terminal.raw))
        cooked = app.is_cooked()
    print(f"exit code {code}, terminal modes left on: {sorted(left)}, line editing {'on' if cooked else 'off'}")
    return 0 if (code, left, cooked) == (0, set(), True) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

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

from tests.benchmarks.pty_app import PtyApp
from tests.support.terminal import COLUMNS, ROWS, Terminal

_PAINTED = "Ctrl+Q"
_READY = re.compile(r"(LOCAL|DOCKER) .*· ready")
_ASKED = "May this run?"
_CANNOT_START = "work locally"
_PROMPT = "Show me around"
_KEY_S = 0.2
_QUIET_S = 0.6  # longer than the time for which a panel takes no key after it was drawn


class Stopwatch:
    """Prints what each part took."""

    def __init__(self) -> None:
        self._mark = time.perf_counter()

    def took(self, what: str) -> None:
        now = time.perf_counter()
        print(f"{what}: {now - self._mark:.1f} s", flush=True)
        self._mark = now


def is_ready(text: str) -> bool:
    """Whether the screen says that the session waits for a prompt."""
    return _READY.search(text) is not None


def wait_for_ready(terminal: Terminal, timeout: float) -> None:
    """Until the session waits for a prompt, approving whatever is asked on the way. Raises TimeoutError and EOFError."""
    until = time.perf_counter() + timeout
    while not is_ready(terminal.text):
        if time.perf_counter() > until:
            raise TimeoutError(terminal.text)
        terminal.until(lambda text: is_ready(text) or _ASKED in text or _CANNOT_START in text, until - time.perf_counter())
        terminal.watch(_QUIET_S)
        if _ASKED in terminal.text:
            type_keys(terminal, "y")
        elif _CANNOT_START in terminal.text:
            type_keys(terminal, "l")


def type_keys(terminal: Terminal, keys: str) -> None:
    terminal.app.send(keys.encode())
    terminal.watch(_KEY_S)


def a_turn_of_the_demo(terminal: Terminal, stopwatch: Stopwatch) -> None:
    """From the pasted command to an answered prompt."""
    terminal.until(_PAINTED, 400.0)
    stopwatch.took("set-up and first paint")
    wait_for_ready(terminal, 30.0)
    stopwatch.took("session open")
    type_keys(terminal, _PROMPT)
    type_keys(terminal, "\r")
    terminal.until(lambda text: not is_ready(text), 10.0)
    wait_for_ready(terminal, 120.0)
    stopwatch.took("one turn of the demo")
    print(terminal.text)


def main(command: str) -> int:
    env = dict(os.environ) | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    with PtyApp(["bash", "-c", command], env=env, cwd=Path.cwd(), columns=COLUMNS, rows=ROWS) as app:
        terminal, stopwatch = Terminal(app, COLUMNS, ROWS), Stopwatch()
        try:
            a_turn_of_the_demo(terminal, stopwatch)
        except TimeoutError as error:
            print(error)
            return 1
        except EOFError:
            print(f"the command ended; the screen showed:\n{terminal.text}")
            return 1
        app.send(b"\x11")
        code = terminal.end(20.0)
        stopwatch.took("leaving")
        left, cooked = terminal.modes_left(), app.is_cooked()
    print(f"exit code {code}, terminal modes left on: {sorted(left)}, line editing {'on' if cooked else 'off'}")
    return 0 if (code, left, cooked) == (0, set(), True) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

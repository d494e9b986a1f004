"""The installed `pygent` in a real pseudo-terminal, and what a person sees of it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from subprocess import TimeoutExpired
from time import monotonic

import pyte

from tests.benchmarks.pty_app import PtyApp

COLUMNS, ROWS = 120, 40
DEADLINE_S = 40.0
ROOT = Path(__file__).resolve().parents[2]
_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_ON_AT_REST = {7, 25}  # line wrap and the cursor


class Terminal:
    """What a person sees of the running program; `raw` is every byte that came."""

    def __init__(self, app: PtyApp, columns: int, rows: int) -> None:
        self.app = app
        self.raw = bytearray()
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def text(self) -> str:
        return "\n".join(self._screen.display)

    def colour(self, text: str) -> str:
        """The colour of `text` where the screen shows it first, "" where it does not."""
        for row, line in enumerate(self._screen.display):
            if text in line:
                return str(self._screen.buffer[row][line.index(text)].fg)
        return ""

    def resize(self, columns: int, rows: int) -> None:
        self._screen.resize(rows, columns)
        self.app.resize(columns, rows)

    def until(self, shows: str | Callable[[str], bool], timeout: float = DEADLINE_S) -> None:
        """Read until the screen shows a text. Raises TimeoutError with the screen, and EOFError when the program has ended."""
        end = monotonic() + timeout
        while not (shows in self.text if isinstance(shows, str) else shows(self.text)):
            if monotonic() > end:
                raise TimeoutError(f"the screen did not show {shows!r} within {timeout:.0f} s:\n{self.text}")
            self._take(self.app.read(0.1))

    def watch(self, seconds: float) -> None:
        """Take in what is painted during `seconds`."""
        self._take(self.app.read_for(seconds))

    def forget(self) -> None:
        """Clear the screen, as a shell would that has the terminal meanwhile, and begin no text within a sequence that was cut."""
        self._screen.reset()
        self._stream = pyte.ByteStream(self._screen)

    def end(self, timeout: float = DEADLINE_S) -> int:
        """The exit code, once the program has ended. Raises TimeoutError with the screen when it does not end."""
        rest = bytearray()
        try:
            return self.app.wait(timeout, rest)
        except TimeoutExpired:
            self._take(bytes(rest))
            raise TimeoutError(f"the program did not end within {timeout:.0f} s:\n{self.text}") from None
        finally:
            self.raw += rest

    def modes_left(self) -> set[int]:
        """The private modes (alternate screen, mouse, paste, cursor ...) that are not as a terminal has them at rest."""
        on: dict[int, bool] = {}
        for numbers, state in _MODE.findall(self.raw):
            on.update({int(number): state == b"h" for number in numbers.split(b";")})
        return {mode for mode, is_on in on.items() if is_on != (mode in _ON_AT_REST)}

    def assert_restored(self) -> None:
        """The terminal is as it was: cooked, and every mode at rest."""
        assert self.app.is_cooked()
        assert self.modes_left() == set()

    def _take(self, data: bytes) -> None:
        self.raw += data
        # pyte does not know private sequences with `>` or `<`, such as those of the kitty keyboard
        self._stream.feed(data.replace(b"\x1b[>", b"\x1b[?").replace(b"\x1b[<", b"\x1b[?"))


def pygent() -> tuple[str, ...]:
    """The installed console script, else the same entry from the source tree."""
    script = Path(sys.executable).with_name("pygent")
    entry = "import sys; from pygent_tui.launch import main; sys.exit(main())"
    return (str(script),) if script.exists() else (sys.executable, "-c", entry)


@contextmanager
def terminal(
    tmp_path: Path,
    *flags: str,
    program: tuple[str, ...] | None = None,
    columns: int = COLUMNS,
    rows: int = ROWS,
    term: str = "xterm-256color",
    environ: Mapping[str, str] | None = None,
    controlling: bool = True,
) -> Iterator[Terminal]:
    """`pygent` (or `program`) with these flags in a terminal; `environ` adds variables."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "DOCKER_HOST") if name in os.environ}
    env = kept | {"TERM": term, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)} | dict(environ or {})
    argv = [*(program or pygent()), *flags]
    with PtyApp(argv, env=env, cwd=tmp_path, columns=columns, rows=rows, controlling=controlling) as app:
        yield Terminal(app, columns, rows)

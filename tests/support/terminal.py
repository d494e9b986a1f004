"""The installed `pygent` in a real pseudo-terminal, and what a person sees of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pyte

from tests.benchmarks.pty_app import PtyApp

DEADLINE_S = 40.0
ROOT = Path(__file__).resolve().parents[2]
# What a terminal must not be left in: alternate screen, mouse reports, bracketed paste, focus reports.
MODES = (b"1049", b"1000", b"1003", b"1006", b"2004", b"1004")


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

    def resize(self, columns: int, rows: int) -> None:
        self._screen.resize(rows, columns)
        self.app.resize(columns, rows)

    def until(self, shows: str | Callable[[str], bool]) -> None:
        """Read until the screen shows a text; fails with the screen when that takes longer than the deadline."""
        end = monotonic() + DEADLINE_S
        while not (shows in self.text if isinstance(shows, str) else shows(self.text)):
            assert monotonic() < end, f"the screen never showed {shows!r}:\n{self.text}"
            data = self.app.read(0.1)
            self.raw += data
            # pyte does not know private sequences with `>` or `<`, such as those of the kitty keyboard
            self._stream.feed(data.replace(b"\x1b[>", b"\x1b[?").replace(b"\x1b[<", b"\x1b[?"))

    def end(self) -> int:
        """The exit code, once the program has ended."""
        return self.app.wait(DEADLINE_S, self.raw)

    def assert_restored(self) -> None:
        """The terminal is as it was: cooked, and every mode that was set is reset."""
        assert self.app.is_cooked()
        for mode in MODES:
            sets, resets = self.raw.rfind(b"\x1b[?" + mode + b"h"), self.raw.rfind(b"\x1b[?" + mode + b"l")
            assert sets < resets, f"mode {mode.decode()} was left on"
        assert self.raw.rfind(b"\x1b[?25l") < self.raw.rfind(b"\x1b[?25h"), "the cursor was left hidden"


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
    columns: int = 120,
    rows: int = 40,
    term: str = "xterm-256color",
    environ: Mapping[str, str] | None = None,
) -> Iterator[Terminal]:
    """`pygent` (or `program`) with these flags in a terminal; `environ` adds variables."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "DOCKER_HOST") if name in os.environ}
    env = kept | {"TERM": term, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)} | dict(environ or {})
    with PtyApp([*(program or pygent()), *flags], env=env, cwd=tmp_path, columns=columns, rows=rows) as app:
        yield Terminal(app, columns, rows)

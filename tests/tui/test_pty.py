"""The installed `pygent` in a real terminal: the whole way from keys to an answer, and every way out leaves it clean."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pyte
import pytest

from tests.benchmarks.pty_app import PtyApp
from tests.support.crashing_app import CANARY

DEADLINE_S = 40.0
ROOT = Path(__file__).resolve().parent.parent.parent
FLAGS = ("--scratch", "--model", "demo", "--no-docker", "--no-confirm-bash")
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
    tmp_path: Path, *flags: str, program: tuple[str, ...] | None = None, columns: int = 120, rows: int = 40, term: str = "xterm-256color"
) -> Iterator[Terminal]:
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    env = kept | {"TERM": term, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    with PtyApp([*(program or pygent()), *flags], env=env, cwd=tmp_path, columns=columns, rows=rows) as app:
        yield Terminal(app, columns, rows)


def test_a_prompt_is_answered_and_ctrl_q_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS) as shown:
        shown.until("LOCAL")
        shown.app.send(b"hello\r")
        shown.until(lambda text: "offline demo model" in text and "· ready" in text)
        shown.app.send(b"\x11")
        assert shown.end() == 0
        shown.assert_restored()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_in_mid_turn_ends_it_with_128_plus_n_and_a_clean_terminal(number: signal.Signals, tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS) as shown:
        shown.until("LOCAL")
        shown.app.send(b"!sleep 300\r")
        shown.until("running: sleep 300")
        os.kill(shown.app.pid, number)
        assert shown.end() == 128 + number
        shown.assert_restored()


def test_a_resize_is_followed(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS) as shown:
        shown.until("Tasks")
        shown.resize(80, 24)
        shown.until(lambda text: "Tasks" not in text and "Ctrl+Q quit" in text)
        shown.resize(120, 40)
        shown.until("Tasks")
        shown.app.send(b"\x11")
        assert shown.end() == 0


def test_a_local_command_runs_only_after_its_yes(tmp_path: Path) -> None:
    with terminal(tmp_path, "--scratch", "--model", "demo", "--no-docker") as shown:
        shown.until("LOCAL")
        shown.app.send(b"!echo one-$((1+1))\r")
        shown.until("May this run?")
        shown.app.read_for(1.0)  # the silence that the panel asks for
        assert "one-2" not in shown.text
        shown.app.send(b"y")
        shown.until("one-2")


def test_a_terminal_that_cannot_be_drawn_on_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS, term="dumb") as shown:
        assert shown.end() == 2
        assert shown.raw.decode().strip() == "The app needs a terminal; `pygent run PROMPT` works without one."


def test_a_docker_that_was_asked_for_and_is_missing_stops_with_its_sentence(tmp_path: Path) -> None:
    with terminal(tmp_path, "--scratch", "--model", "demo", "--docker", "--image", "pygent-no-such-image:0") as shown:
        shown.until("Pygent cannot start")
        shown.app.send(b"q")
        assert shown.end() == 1
        shown.assert_restored()
        assert b"\n" in shown.raw.rpartition(b"\x1b[?1006l")[2], "the sentence stands on the terminal that is left"


def test_a_crash_leaves_a_clean_terminal_one_sentence_and_a_log_without_the_values_of_variables(tmp_path: Path) -> None:
    with terminal(tmp_path, program=(sys.executable, "-m", "tests.support.crashing_app")) as shown:
        shown.until("ready")
        shown.app.send(b"\x1b[20~")
        assert shown.end() == 1
        shown.assert_restored()
    left = shown.raw.rpartition(b"\x1b[?1006l")[2].decode()
    logs = list(tmp_path.rglob("crash.log"))
    assert left.strip() == f"Pygent stopped on an internal error (LookupError); the details are in {logs[0]}"
    assert "raise LookupError(len(secret))" in logs[0].read_text()
    assert logs[0].stat().st_mode & 0o777 == 0o600
    assert CANARY.encode() not in shown.raw + logs[0].read_bytes()

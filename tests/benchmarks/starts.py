"""How quickly things start: the engine's import, `pygent --version`, and in a real terminal the first paint and the first key."""

from __future__ import annotations

import compileall
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from .figures import Figure, alternating_medians, seconds
from .pty_app import PtyApp

ROOT = Path(__file__).resolve().parent.parent.parent
PYGENT = Path(sys.executable).with_name("pygent")
_FLOOR_APP = Path(__file__).with_name("floor_app.py")
_FLOOR_PAINTED = b"floor-is-painted"
# What the screen shows from its first frame on: the last hint of the status bar.
PAINTED = b"Ctrl+Q"
_CTRL_Q = b"\x11"
_KEY = "\u1e00".encode()  # nothing else on the screen holds it


def figures(times: int) -> list[Figure]:
    """All of them, each the median of `times` runs."""
    for package in ("pygent_engine", "pygent_tui"):
        compileall.compile_dir(ROOT / package, quiet=2)  # as an installation does: a user never waits for the compiler
    bare, engine, agent, version = alternating_medians(
        [
            lambda: _process_ms([sys.executable, "-c", "pass"]),
            lambda: _process_ms([sys.executable, "-c", "import pygent_engine"]),
            lambda: _process_ms([sys.executable, "-c", "from pygent_engine import Agent"]),
            lambda: _process_ms([str(PYGENT), "--version"]),
        ],
        times * 2,
    )
    with tempfile.TemporaryDirectory(prefix="pygent-bench.") as home:
        floor_paint, paint, floor_key, key = alternating_medians(
            [
                lambda: first_paint_ms([sys.executable, str(_FLOOR_APP)], _FLOOR_PAINTED, Path(home)),
                lambda: first_paint_ms(app_command(), PAINTED, Path(home)),
                lambda: first_key_ms([sys.executable, str(_FLOOR_APP), "--input"], _FLOOR_PAINTED, Path(home)),
                lambda: first_key_ms(app_command(), PAINTED, Path(home)),
            ],
            times,
        )
    return [
        Figure("import pygent_engine", engine, "ms", "bare python", bare, 70 / 11, 70.0),
        Figure("from pygent_engine import Agent", agent, "ms", "bare python", bare, 12.0),
        Figure("pygent --version", version, "ms", "bare python", bare, 3.0),
        Figure("first paint of pygent", paint, "ms", "floor app", floor_paint, 1.25),
        Figure("start to the first echoed key", key, "ms", "floor app", floor_key, 1.6, 300.0),
    ]


def app_command(*arguments: str) -> list[str]:
    """The installed app over a throwaway workspace, never asking, on this machine."""
    return [str(PYGENT), "--scratch", "--no-docker", "--no-confirm-bash", *arguments]


def environment(home: Path) -> dict[str, str]:
    """What the measured programs see: nothing of the user's settings."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TMPDIR": str(home),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
    }


def first_paint_ms(argv: Sequence[str], painted: bytes, home: Path) -> float:
    """From the start of the process until `painted` arrived at the terminal."""
    with PtyApp(argv, env=environment(home), cwd=ROOT) as app:
        elapsed = app.wait_for(painted, 30.0) - app.started_at
        _leave(app)
    return elapsed * 1000


def first_key_ms(argv: Sequence[str], painted: bytes, home: Path) -> float:
    """From the start of the process until a key that was pressed at its first paint was painted."""
    with PtyApp(argv, env=environment(home), cwd=ROOT) as app:
        app.wait_for(painted, 30.0)
        app.send(_KEY)
        elapsed = app.wait_for(_KEY, 30.0) - app.started_at
        _leave(app)
    return elapsed * 1000


def _leave(app: PtyApp) -> None:
    app.send(_CTRL_Q)
    app.wait(15.0)


def _process_ms(argv: Sequence[str]) -> float:
    return seconds(lambda: _run(argv)) * 1000


def _run(argv: Sequence[str]) -> None:
    """Run a program to its end, and know at once when that is: a wait with a timeout would look only now and then."""
    process = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.DEVNULL)
    ended = os.pidfd_open(process.pid)
    try:
        if not select.select([ended], [], [], 60.0)[0]:
            process.kill()
    finally:
        os.close(ended)
    if process.wait() != 0:
        raise RuntimeError(f"{argv} ended with {process.returncode}")

"""Completing a file name in a workspace of 100,000 files, and a paste of 1 MB, in a real terminal.

A key is timed to its own repaint, and to that of the list for what was typed so far; beside both, the same keys without a list.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path

from .figures import Figure, percentile
from .pty_app import PtyApp, key_latencies
from .starts import PAINTED, PYGENT, ROOT, environment

FILES = 100_000
_PER_FOLDER = 200
_PAUSE_S = 0.11
_KEYS = 40
_LETTERS = [chr(0x1E00 + offset) for offset in range(_KEYS)]
_PASTED = b"a line of a log file\r" * 50_000
_CHIP = b"[paste 1: 50,000 lines, 1.1 MB]"


def figures(times: int) -> list[Figure]:
    """So many completions: typing without a list, with one whose letters are in many names, and the list itself."""
    with tempfile.TemporaryDirectory(prefix="pygent-bench.") as folder:
        home, workspace = Path(folder, "home"), Path(folder, "work")
        home.mkdir()
        _fill(workspace)
        with PtyApp([str(PYGENT), "--no-docker", "--model", "demo", str(workspace)], env=environment(home), cwd=ROOT) as app:
            app.wait_for(PAINTED, 30.0)
            app.read_for(2.0)
            plain = _ms(key_latencies(app, _LETTERS, pause_s=_PAUSE_S))
            keyed, listed = _complete(app, times)
            app.send(b"\x15")
            app.read_for(1.0)
            pasted = _paste(app)
    return [
        Figure("key while files are completed, p95", percentile(keyed, 95), "ms", "without a list", percentile(plain, 95), 6.0, 50.0),
        Figure(
            "list of 100,000 files after a key, p50", percentile(listed, 50), "ms", "a key without it", percentile(plain, 50), 25.0, 50.0
        ),
        Figure("paste of 1 MB", pasted, "s", "two seconds", 2.0, 1.0, 2.0),
    ]


def _complete(app: PtyApp, times: int) -> tuple[list[float], list[float]]:
    """Milliseconds from a key to the first repaint, and to the list that shows the one file which is sought then.

    The list is opened anew each time, so that the files are listed anew meanwhile. Of ten files that begin as what was typed
    before it shows eight; the last digit brings up the tenth.
    """
    keyed, listed = [], []
    for number in range(9, FILES, FILES // times // 10 * 10):
        name = f"{number:06}"
        app.send(b"\x15@")
        app.wait_for(b"Files", 30.0)
        for digit in name[:-1]:
            app.send(digit.encode())
            app.read_for(_PAUSE_S)
        app.read_for(_PAUSE_S)
        first, found = _until_shown(app, name[-1].encode(), f"{name}.py".encode())
        keyed.append(first)
        listed.append(found)
        app.send(b"\x15")
        app.read_for(3 * _PAUSE_S)
    return keyed, listed


def _until_shown(app: PtyApp, key: bytes, shown: bytes, timeout: float = 10.0) -> tuple[float, float]:
    """Milliseconds from sending `key` to the first repaint, and to `shown`."""
    sent = time.perf_counter()
    app.send(key)
    seen = app.read(timeout)
    first = time.perf_counter()
    while shown not in seen:
        if time.perf_counter() > sent + timeout:
            raise TimeoutError(f"{shown!r} was not listed")
        seen += app.read(timeout)
    return (first - sent) * 1000, (time.perf_counter() - sent) * 1000


def _paste(app: PtyApp) -> float:
    """Seconds from the first byte of a megabyte to its chip."""
    sent = time.perf_counter()
    whole = b"\x1b[200~" + _PASTED + b"\x1b[201~"
    for start in range(0, len(whole), 4096):
        app.send(whole[start : start + 4096])
    return app.wait_for(_CHIP, 30.0) - sent


def _fill(workspace: Path) -> None:
    """A repository with 100,000 files that git does not track yet."""
    for start in range(0, FILES, _PER_FOLDER):
        folder = workspace / f"package_{start // _PER_FOLDER:03}"
        folder.mkdir(parents=True)
        for number in range(start, start + _PER_FOLDER):
            (folder / f"{number:06}.py").touch()
    subprocess.run(["git", "init", "-q", str(workspace)], check=True, timeout=60)


def _ms(seconds: list[float]) -> list[float]:
    return [1000 * each for each in seconds]

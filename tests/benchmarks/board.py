"""1,000 delegated tasks in a real terminal, ten reports a second from each: how long a key takes meanwhile.

Keys are typed into the prompt, with the board in its pane beside it, and move the cursor of the board on the whole screen.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from .figures import Figure, percentile
from .pty_app import PtyApp, key_latencies
from .starts import PAINTED, ROOT, environment

_PAUSE_S = 0.11
_SETTLE_S = 3.0
_CLEAR, _F2 = b"\x15", b"\x1bOQ"


def figures(keys: int) -> list[Figure]:
    """So many keys at rest and under load, in the prompt and on the board."""
    with tempfile.TemporaryDirectory(prefix="pygent-bench.") as home:
        argv = [sys.executable, "-m", "tests.benchmarks.board_app"]
        with PtyApp(argv, env=environment(Path(home)) | {"PYTHONPATH": str(ROOT)}, cwd=ROOT) as app:
            app.wait_for(PAINTED, 30.0)
            app.wait_for(b"task-1", 30.0)
            app.read_for(_SETTLE_S)
            rest, moved_at_rest = _typed(app, keys), _moved(app, keys)
            app.send(b"go\r")
            app.read_for(_SETTLE_S)
            busy = _typed(app, keys)
            moved = _moved(app, keys)
    return [
        Figure("key beside 1,000 busy tasks, p95", percentile(busy, 95), "ms", "at rest", percentile(rest, 95), 20.0, 40.0),
        Figure("cursor key on their board, p95", percentile(moved, 95), "ms", "at rest", percentile(moved_at_rest, 95), 20.0, 40.0),
    ]


def _typed(app: PtyApp, keys: int) -> list[float]:
    """Milliseconds of keys in the prompt, which is empty before and after."""
    latencies = key_latencies(app, [chr(0x1E00 + number) for number in range(keys)], pause_s=_PAUSE_S)
    app.send(_CLEAR)
    app.read_for(0.5)
    return [1000 * latency for latency in latencies]


def _moved(app: PtyApp, keys: int) -> list[float]:
    """Milliseconds until the strip below the board told of the next task; the board is left again."""
    app.send(_F2)
    app.wait_for(_told(1), 10.0)
    latencies = []
    for number in range(2, keys + 2):
        app.read_for(_PAUSE_S)
        sent = time.perf_counter()
        app.send(b"j")
        latencies.append(1000 * (app.wait_for(_told(number), 10.0) - sent))
    app.send(b"g")
    app.wait_for(_told(1), 10.0)
    app.send(_F2)
    app.read_for(0.5)
    return latencies


def _told(number: int) -> bytes:
    """What only the strip says of a task."""
    return f"task-{number} · ".encode()

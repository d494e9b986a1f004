"""The app under load in a real terminal: a command prints 200,000 lines a second while the model streams 100 tokens a second.

Both go through everything that they go through for a user: the openai client against an endpoint on the loopback, and a
delegated task's shell. What counts is how long a typed key takes until it is painted, and what memory the app takes.
"""

from __future__ import annotations

import re
import shlex
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from .endpoint import Endpoint
from .figures import Figure, percentile
from .pty_app import PtyApp, key_latencies
from .starts import PAINTED, ROOT, app_command, environment

LINES_PER_S = 200_000
_KEYS = 80
_PAUSE_S = 0.11
_SETTLE_S = 4.0
# Letters that nothing else on the screen holds, so that the repaint of each can be told from every other.
_LETTERS = [chr(0x1E00 + offset) for offset in range(_KEYS)]
_LINE = re.compile(rb"line +(\d+)")


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of the app while keys were typed. Latencies in milliseconds; `cpu` is in per cent of one core."""

    p50: float
    p95: float
    rss_mb: float
    cpu: float


def figures() -> list[Figure]:
    """The app under load, beside the same app at rest."""
    rest = _at_rest()
    load, lines_per_s = _under_load()
    return [
        Figure("key under load, p50", load.p50, "ms", "at rest", rest.p50, 15.0),
        Figure("key under load, p95", load.p95, "ms", "at rest", rest.p95, 30.0, 60.0),
        Figure("memory under load", load.rss_mb, "MB", "at rest", rest.rss_mb, 2.5, 120.0),
        Figure("processor under load", load.cpu, "%", "one core", 100.0, 0.9),
        Figure("time to take 200,000 lines", LINES_PER_S / lines_per_s, "s", "as printed", 1.0, 1.2),
    ]


def _at_rest() -> Seen:
    with tempfile.TemporaryDirectory(prefix="pygent-bench.") as home, _app(Path(home), {}) as app:
        app.read_for(_SETTLE_S)
        return _typed_into(app)


def _under_load() -> tuple[Seen, float]:
    """What was seen, and how many lines a second came to the screen."""
    flood = shlex.join([sys.executable, str(Path(__file__).with_name("flood.py")), str(LINES_PER_S)])
    with tempfile.TemporaryDirectory(prefix="pygent-bench.") as home, Endpoint(flood) as endpoint:
        env = {"OPENAI_BASE_URL": endpoint.url, "OPENAI_API_KEY": "sk-benchmark", "PYGENT_MODEL": "bench"}
        with _app(Path(home), env) as app:
            app.read_for(1.0)
            app.send(b"go\r")
            app.wait_for(b"word", 30.0)
            app.wait_for(b"line", 30.0)
            app.read_for(_SETTLE_S)
            first, started = _last_line(app), time.perf_counter()
            seen = _typed_into(app)
            return seen, (_last_line(app) - first) / (time.perf_counter() - started)


def _app(home: Path, env: dict[str, str]) -> PtyApp:
    app = PtyApp(app_command(), env=environment(home) | env, cwd=ROOT)
    app.wait_for(PAINTED, 30.0)
    return app


def _typed_into(app: PtyApp) -> Seen:
    cpu, started = app.cpu_s(), time.perf_counter()
    latencies = [1000 * latency for latency in key_latencies(app, _LETTERS, pause_s=_PAUSE_S)]
    share = (app.cpu_s() - cpu) / (time.perf_counter() - started)
    return Seen(percentile(latencies, 50), percentile(latencies, 95), app.rss_mb(), share * 100)


def _last_line(app: PtyApp) -> int:
    """The number of the newest line on the screen."""
    return max(int(number) for number in _LINE.findall(app.read_for(0.5)))

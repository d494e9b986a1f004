"""A long day in a real terminal: thousands of messages of a kilobyte, then an idle app, then all at once.

Every message goes through everything that it goes through for a user: the composer, the openai client against an endpoint on
the loopback, the session, the screen. At the end a command of a delegated task prints 200,000 lines a second while the model
streams 100 tokens a second. What counts is how long a typed key takes until it is painted, and what the app takes.
"""

from __future__ import annotations

import re
import shlex
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from .endpoint import LOAD, Endpoint, page_end
from .figures import Figure, percentile
from .pty_app import PtyApp, key_latencies

LINES_PER_S = 200_000
_FEW_TURNS = 300
_AT_ONCE = 25  # prompts that wait for their turn
_FRESH = 50  # turns after which a new conversation begins, so that a request does not hold the whole day
_KEYS = 40
_PAUSE_S = 0.11
_SETTLE_S = 4.0
_CLEAR = b"\x15"  # Ctrl+U
_LINE = re.compile(rb"line +(\d+)")


def figures(messages: int, idle_s: float) -> list[Figure]:
    """The app at rest, after 300 turns, after so many messages, idle for so long with them, and then under load."""
    flood = shlex.join([sys.executable, str(Path(__file__).with_name("flood.py")), str(LINES_PER_S)])
    with Endpoint(flood) as endpoint, endpoint.app() as app:
        return list(_day(app, messages, idle_s))


def _day(app: PtyApp, messages: int, idle_s: float) -> Iterator[Figure]:
    app.read_for(_SETTLE_S)
    rest = _keys(app)
    _turns(app, range(_FEW_TURNS))
    yield Figure(f"key after {_FEW_TURNS} turns of 1 kB, p95", percentile(_keys(app), 95), "ms", "at rest", percentile(rest, 95), 5.0, 20.0)
    _turns(app, range(_FEW_TURNS, messages // 2))
    app.read_for(_SETTLE_S)
    painted, cpu = _idle(app, idle_s)
    yield Figure(f"painted in {idle_s:.0f} s with {messages:,} messages", painted, "bytes", "one key", 1.0, 0.0, 0.0)
    yield Figure("processor then", cpu, "%", "one core", 100.0, 0.005, 0.5)
    yield Figure("memory then", app.rss_mb(), "MB", "the limit", 120.0, 1.0, 120.0)
    yield from _load(app, rest)


def _turns(app: PtyApp, turns: range) -> None:
    """Ask for a page a turn; every so often in a new conversation."""
    for done in range(turns.start, turns.stop, _AT_ONCE):
        if done and done % _FRESH == 0:
            app.read_for(0.3)
            app.send(b"/new\r")
            app.wait_for(b"stands above", 30.0)
        app.send(b"next page\r" * _AT_ONCE)
        app.wait_for(page_end(done + _AT_ONCE).encode(), 120.0)


def _idle(app: PtyApp, seconds: float) -> tuple[int, float]:
    """Bytes that were painted, and the share of a core that was used, in per cent."""
    cpu, until, painted = app.cpu_s(), time.perf_counter() + seconds, 0
    while (left := until - time.perf_counter()) > 0:
        painted += len(app.read(left))
    return painted, (app.cpu_s() - cpu) / seconds * 100


def _load(app: PtyApp, rest: list[float]) -> Iterator[Figure]:
    app.send(f"{LOAD}\r".encode())
    app.wait_for(b"word", 30.0)
    app.wait_for(b"line", 30.0)
    app.read_for(_SETTLE_S)
    first, cpu, started = _last_line(app), app.cpu_s(), time.perf_counter()
    keys = _keys(app) + _keys(app)
    elapsed = time.perf_counter() - started
    used = (app.cpu_s() - cpu) / elapsed * 100
    lines_per_s = (_last_line(app) - first) / (time.perf_counter() - started)
    yield Figure("key under load, p50", percentile(keys, 50), "ms", "at rest", percentile(rest, 50), 15.0)
    yield Figure("key under load, p95", percentile(keys, 95), "ms", "at rest", percentile(rest, 95), 30.0, 60.0)
    yield Figure("memory under load", app.rss_mb(), "MB", "the limit", 120.0, 1.0, 120.0)
    yield Figure("processor under load", used, "%", "one core", 100.0, 0.9)
    yield Figure("time to take 200,000 lines", LINES_PER_S / lines_per_s, "s", "as printed", 1.0, 1.2)


def _keys(app: PtyApp) -> list[float]:
    """How long each key of some took, in milliseconds; the composer is empty before and after."""
    latencies = [1000 * latency for latency in key_latencies(app, [chr(0x1E00 + number) for number in range(_KEYS)], pause_s=_PAUSE_S)]
    app.send(_CLEAR)
    app.read_for(0.5)
    return latencies


def _last_line(app: PtyApp) -> int:
    """The number of the newest line on the screen."""
    return max(int(number) for number in _LINE.findall(app.read_for(0.5)))

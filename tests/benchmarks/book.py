"""A fast model in a real terminal: 300 kB of markdown with code in pieces of 12 characters, without a pause.

All of it goes through the openai client from an endpoint on the loopback, which gets ahead of its reader by a few kilobytes
only: it is done when its bytes were read. What counts is how far the screen is behind it, and how long a key takes meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from .endpoint import BOOK, Endpoint, book_end
from .figures import Figure, percentile
from .pty_app import PtyApp, key_latencies

_PAUSE_S = 0.04
_TIMEOUT_S = 60.0
_CLEAR = b"\x15"  # Ctrl+U
# Letters that nothing else on the screen holds, so that the repaint of each can be told from every other.
_AT_REST = [chr(0x1E00 + offset) for offset in range(40)]
_MEANWHILE = [chr(0x1E80 + offset) for offset in range(100)]


def figures(books: int) -> list[Figure]:
    """So many books, one after the other: the first is the one after which everything is loaded, and does not count."""
    sent, shown, keys = list[float](), list[float](), list[float]()
    with Endpoint() as endpoint, endpoint.app() as app:
        app.read_for(2.0)
        rest = key_latencies(app, _AT_REST, pause_s=_PAUSE_S)
        for number in range(1, books + 2):
            end, latencies = _read(app, number, iter(_MEANWHILE))
            sent.append(endpoint.book_sent - endpoint.book_asked)
            shown.append(end - endpoint.book_asked)
            keys += latencies if number > 1 else []
    pages, words = sum(shown[1:]) / books, sum(sent[1:]) / books
    at_rest, meanwhile = (percentile([1000 * key for key in each], 95) for each in (rest, keys))
    return [
        Figure("300 kB of markdown, until the last of it is painted", pages, "s", "until it was sent", words, 1.2, 2.6),
        Figure("key meanwhile, p95", meanwhile, "ms", "at rest", at_rest, 20.0, 60.0),
    ]


def _read(app: PtyApp, number: int, letters: Iterator[str]) -> tuple[float, list[float]]:
    """When the end of the next book was painted, and how long each key took that was typed until then."""
    app.send(_CLEAR)
    app.read_for(0.5)
    app.send(f"{BOOK}\r".encode())
    return _typing(app, book_end(number).encode(), letters)


def _typing(app: PtyApp, end: bytes, letters: Iterator[str]) -> tuple[float, list[float]]:
    """As `_read`; no key is typed before the repaint of the last was seen."""
    seen, latencies = b"", list[float]()
    key, sent = b"", time.perf_counter() + 0.2
    deadline = sent + _TIMEOUT_S
    while (now := time.perf_counter()) < deadline:
        if not key and now > sent + _PAUSE_S:
            key, sent = next(letters).encode(), now
            app.send(key)
        seen = seen[-8192:] + app.read(0.01)
        now = time.perf_counter()
        if key and key in seen:
            latencies.append(now - sent)
            key, sent = b"", now
        if end in seen:
            return now, latencies
    raise TimeoutError(f"{end!r} was not painted within {_TIMEOUT_S:.0f} s")

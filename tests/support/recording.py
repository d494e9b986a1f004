"""Reads the JSON lines of a running `pygent run` back into envelopes."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterable

from pygent_engine.events import Envelope, SessionClosed, SessionOpened
from pygent_engine.wire import decode_line
from tests.support.laws import check_stream

DEADLINE_S = 60


def envelopes(lines: Iterable[str | bytes]) -> list[Envelope]:
    """What the lines hold, each an envelope."""
    found = []
    for line in lines:
        envelope = decode_line(line)
        assert isinstance(envelope, Envelope)
        found.append(envelope)
    return found


def check_whole(stream: list[Envelope]) -> None:
    """The stream keeps the laws, from the opening of the session to its closing."""
    check_stream(stream)
    assert isinstance(stream[0].event, SessionOpened) and isinstance(stream[-1].event, SessionClosed)


def read_until(process: subprocess.Popen[bytes], text: str) -> list[bytes]:
    """The lines up to the first that holds `text`; the process is killed when none comes in time."""
    assert process.stdout is not None
    watchdog = threading.Timer(DEADLINE_S, process.kill)
    watchdog.start()
    try:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if text.encode() in line:
                return lines
        raise AssertionError(f"the output ended without {text}: {lines} {process.stderr and process.stderr.read()!r}")
    finally:
        watchdog.cancel()

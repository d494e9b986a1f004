"""The end of a tab's process: who leaves has the time for it, who does not is ended, and what is worth knowing is logged."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest

from pygent_tui.web.tab import Tab

DEADLINE_S = 30.0
PROGRAM = """
import json, sys, time
out = sys.stdout.buffer
def say(kind, payload):
    out.write(kind + len(payload).to_bytes(4, "big") + payload)
    out.flush()
out.write(b"__GANGLION__\\n")
say(b"D", b"shown")
"""
LEAVES = "say(b'M', json.dumps({'type': 'exit'}).encode())\n"


def end_of(program: str, caplog: pytest.LogCaptureFixture) -> tuple[int | None, list[str]]:
    """The exit code of a process that has shown something, once its tab has ended, and what was logged of it."""
    return asyncio.run(_end_of(program)), [record.getMessage() for record in caplog.records]


async def _end_of(program: str) -> int | None:
    seen = asyncio.Event()

    async def show(data: bytes) -> None:
        seen.set()

    tab = Tab((sys.executable, "-c", PROGRAM + program), {"PATH": os.environ["PATH"]}, show)
    await tab.start(80, 24)
    shown = asyncio.create_task(tab.run())
    await asyncio.wait_for(seen.wait(), DEADLINE_S)
    if LEAVES in program:
        await asyncio.wait_for(shown, DEADLINE_S)
    shown.cancel()
    await asyncio.gather(shown, return_exceptions=True)
    await tab.end()
    assert tab._process is not None
    return tab._process.returncode


def test_who_leaves_has_the_time_for_it(caplog: pytest.LogCaptureFixture) -> None:
    assert end_of(f"{LEAVES}time.sleep(0.5)", caplog) == (0, [])


def test_that_one_was_slow_and_had_to_be_ended_is_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    assert end_of("sys.stderr.write('The session has ended.'); sys.stderr.flush(); time.sleep(60)", caplog) == (-15, [])


def test_what_went_wrong_is_logged_with_what_was_said(caplog: pytest.LogCaptureFixture) -> None:
    assert end_of(f"{LEAVES}sys.exit('no \\x1b[2Jscreen')", caplog) == (1, ["the app of a browser's tab ended with 1: no ␛[2Jscreen"])

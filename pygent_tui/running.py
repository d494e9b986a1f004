"""Runs the app to its end: signals become clean exits, a crash becomes one sentence and a log, the session is closed."""

from __future__ import annotations

import asyncio
import signal
import sys
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from pygent_engine.cli.border import drop
from pygent_engine.cli.log import keep_crash

if TYPE_CHECKING:
    from .app import PygentApp

_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
_PATIENCE_S = 1.0
_CLOSE_S = 10.0


def run_app(app: PygentApp) -> int:
    """The exit code: the app's own, 128 + n after signal n, 1 after a crash."""
    try:
        asyncio.run(_run(app))
    finally:
        _let_go_of_a_lost_terminal()
        app.memory.close()
        closed = _close(app)
    code = app.return_code or 0
    if app.crash is not None:
        _say(_crash_sentence(app.crash, app.redact))
        return 1
    if word := (app.failure if code == 1 else "") or app.last_word:
        _say(word)
    return code if closed else code or 1


async def _run(app: PygentApp) -> None:
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, app.leave, 128 + number)
    await app.run_async(mouse=app.mouse)


def _close(app: PygentApp) -> bool:
    """End the session; the terminal is the user's again while that takes its time."""
    if app.conductor is None:
        return True
    connection = app.conductor.connection
    connection.close()
    if connection.wait_closed(_PATIENCE_S):
        return True
    _say("Stopping what still runs …")
    if connection.wait_closed(_CLOSE_S):
        return True
    _say("Something did not stop in time and was left behind.")
    return False


def _let_go_of_a_lost_terminal() -> None:
    """What could not be written to a terminal that went away would fail again at exit, and hide the exit code."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            drop(stream)


def _crash_sentence(error: BaseException, redact: Callable[[str], str]) -> str:
    sentence = f"Pygent stopped on an internal error ({type(error).__name__})"
    try:
        # Lines of code, never the values of variables.
        return f"{sentence}; the details are in {keep_crash(redact(''.join(traceback.format_exception(error))))}"
    except OSError as refused:
        return f"{sentence}; the details could not be written ({refused.strerror})."


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201 - the terminal is the user's again

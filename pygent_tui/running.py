"""Runs the app to its end: signals become clean exits, a crash becomes one sentence and a log, the session is closed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

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
        closed = _close(app)
    code = app.return_code or 0
    if app.crash is not None:
        _say(_crash_sentence(app.crash))
        return 1
    if app.failure and code == 1:
        _say(app.failure)
    return code if closed else code or 1


async def _run(app: PygentApp) -> None:
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, app.leave, 128 + number)
    await app.run_async()


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
    _say("Something did not stop in time; `pygent doctor` tells what is left.")
    return False


def _let_go_of_a_lost_terminal() -> None:
    """What could not be written to a terminal that went away would fail again at exit, and hide the exit code."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream.fileno())
            os.close(null)


def _crash_sentence(error: BaseException) -> str:
    sentence = f"Pygent stopped on an internal error ({type(error).__name__})"
    try:
        return f"{sentence}; the details are in {_write_log(error)}"
    except OSError as refused:
        return f"{sentence}; the details could not be written ({refused.strerror})."


def _write_log(error: BaseException) -> Path:
    """The traceback in a file of the user's state folder: lines of code, never the values of variables."""
    from platformdirs import user_log_path  # noqa: PLC0415 - needed by nobody whose app does not crash

    folder = user_log_path("pygent", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "crash.log"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as log:
        log.writelines(traceback.format_exception(error))
    return path


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)  # noqa: T201 - the terminal is the user's again

"""Runs the app to its end: signals become clean exits, a crash becomes one sentence and a log, the session is closed."""

from __future__ import annotations

import asyncio
import os
import sys
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from pygent_engine.cli.border import drop
from pygent_engine.cli.log import keep_crash

from .way_out import WayOut

if TYPE_CHECKING:
    from .app import PygentApp

_PATIENCE_S = 1.0
_CLOSE_S = 10.0


def run_app(app: PygentApp) -> int:
    """The exit code: the app's own, 128 + n after signal n, 1 after a crash."""
    try:
        asyncio.run(_run(app))
    finally:
        _let_go_of_a_lost_terminal(app.terminal is not None and app.terminal.stalled)
        app.memory.close()
        app.say_last(app.memory.failure)
        closed = _close(app)
    code = app.return_code or 0
    if app.crash is not None:
        _say(_crash_sentence(app.crash, app.redact))
        return 1
    if word := (app.failure if code == 1 else "") or app.last_word:
        _say(word)
    return code if closed else code or 1


async def _run(app: PygentApp) -> None:
    with WayOut(app, lambda code: _end_behind(app, code)):
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


def _end_behind(app: PygentApp, code: int) -> None:
    """End the process of an app whose own thread stands still, from another one."""
    if app.terminal is not None:
        app.terminal.leave()
    sys.stderr = sys.__stderr__  # Textual has put its own in place
    _close(app)
    _say("Pygent did not answer any more and was ended.")
    os._exit(code)


def _let_go_of_a_lost_terminal(stalled: bool) -> None:
    """What could not be written to a terminal that went away would fail again at exit, and hide the exit code; one that
    takes nothing more would hold the exit up."""
    for stream in (sys.stdout, sys.stderr):
        if stalled:
            drop(stream)
            continue
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

"""The door of the app: the console script, and the front end that the engine finds by entry point.

Imports nothing heavy, so that `pygent --version` stays cheap, and gives the terminal back on every way out.
"""

from __future__ import annotations

import gc
import os
import sys

from pygent_engine.cli import main as cli_main

TYPE_CHECKING = False  # as typing's, which `pygent --version` need not load
if TYPE_CHECKING:
    from .ports import LaunchPort


def main(argv: list[str] | None = None) -> int:
    """The console script `pygent`."""
    return cli_main(argv, open_app=open_app)


def open_app(launch: LaunchPort) -> int:
    """Show the session of `launch` in this terminal until the user leaves; returns the exit code."""
    if not _is_terminal():
        print("The app needs a terminal; `pygent run PROMPT` works without one.", file=sys.stderr)  # noqa: T201
        return 2
    gc.disable()  # until the first paint: collecting while importing costs a tenth of the start
    try:
        from .app import PygentApp  # noqa: PLC0415 - textual, only when there is a terminal to draw on
        from .running import run_app  # noqa: PLC0415 - as above

        return run_app(PygentApp(launch, on_painted=gc.enable))
    finally:
        gc.enable()


def _is_terminal() -> bool:
    # TERM is no setting of ours: it tells what the terminal can do.
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in ("", "dumb")

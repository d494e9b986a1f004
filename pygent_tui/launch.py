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

# Python's own are (700, 10, 10): under load that is a full collection of 100 ms and more every second. The middle generation
# stays small too: once it held all that openai and docker make when they are imported, and the screen stood for 270 ms.
_COLLECT_AFTER = (5_000, 4, 500)
# What changes just after a frame is painted one to two ticks of Textual's clock later: 8 to 17 ms, where its own 60 a second make 17 to 33.
_TICKS_PER_S = "120"


def main(argv: list[str] | None = None) -> int:
    """The console script `pygent`."""
    return cli_main(argv, open_app=open_app)


def open_app(launch: LaunchPort) -> int:
    """Show the session of `launch` in this terminal until the user leaves; returns the exit code."""
    if not _is_terminal():
        print("The app needs a terminal; `pygent run PROMPT` works without one.", file=sys.stderr)  # noqa: T201 - there is no screen to say it on
        return 2
    os.environ.setdefault("TEXTUAL_FPS", _TICKS_PER_S)
    before = gc.get_threshold()
    gc.disable()  # until the first paint: collecting while importing costs a tenth of the start
    try:
        from .app import PygentApp  # noqa: PLC0415 - textual, only when there is a terminal to draw on
        from .colours import colours  # noqa: PLC0415 - as above
        from .running import run_app  # noqa: PLC0415 - as above

        return run_app(PygentApp(launch, on_painted=_collect_seldom, colours=colours(os.environ)))
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
        gc.enable()


def _collect_seldom() -> None:
    """Collect garbage again, but seldom: a full collection holds the screen still for as long as it walks every object."""
    gc.freeze()  # what the start made lives as long as the app
    gc.set_threshold(*_COLLECT_AFTER)
    gc.enable()


def _is_terminal() -> bool:
    # Neither is a setting of ours: they tell what the terminal can do, and that a web server is at the other end.
    if os.environ.get("TEXTUAL_DRIVER", "") == "pygent_tui.web.driver:TabDriver":
        return True
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in ("", "dumb")

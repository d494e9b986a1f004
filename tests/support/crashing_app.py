"""A program that breaks while it is on the screen, with a secret in a variable and in its error: what is left of it must not show that."""

from __future__ import annotations

import sys
from dataclasses import replace

from pygent_tui.app import PygentApp
from pygent_tui.running import run_app
from tests.scenes import scene

CANARY = "sk-canary-4711"


class CrashingApp(PygentApp):
    """Breaks on F9."""

    BINDINGS = [("f9", "crash", "Crash")]  # noqa: RUF012 - Textual's own declaration

    def action_crash(self) -> None:
        secret = "".join(("sk-canary-", "4711"))
        raise LookupError(f"no such key: {secret}")


if __name__ == "__main__":
    launch = replace(scene("start").launch(), redact=lambda text: text.replace(CANARY, "[api key]"))
    sys.exit(run_app(CrashingApp(launch)))

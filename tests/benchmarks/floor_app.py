"""The floors of a start: a Textual app of one Static, with --input of an Input too, started as a script."""

from __future__ import annotations

import sys

from textual.app import App, ComposeResult
from textual.widgets import Input, Static


class FloorApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("floor-is-painted")
        if "--input" in sys.argv:
            yield Input()


if __name__ == "__main__":
    FloorApp().run()

"""The floor that first paint is measured against: a Textual app of one Static, started as a script."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static


class FloorApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("floor-is-painted")


if __name__ == "__main__":
    FloorApp().run()

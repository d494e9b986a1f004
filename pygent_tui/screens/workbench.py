"""The main screen: conversation, live output and task board; below them the composer, or the panel of what is asked.

It is painted before the engine's vocabulary and the panes are imported, so it knows neither: it lays out and focuses.
"""

from __future__ import annotations

import time

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from ..widgets.composer import Composer
from ..widgets.request import Request
from ..widgets.status_bar import StatusBar

PANES = {"conversation": "Conversation", "output": "Output", "board": "Tasks"}


class Workbench(Screen[None]):
    """Panes stand empty until `furnish`. Posts `Escaped`; what its widgets post bubbles up to the app."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("escape", "escape", "Interrupt", show=False),
        Binding("f6", "app.focus_next", "Next pane", show=False, priority=True),
        Binding("shift+f6", "app.focus_previous", "Previous pane", show=False, priority=True),
        Binding("f3", "zoom", "Zoom the pane", show=False, priority=True),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - as above
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall")]  # noqa: RUF012 - as above

    AUTO_FOCUS = "Composer"

    class Escaped(Request):
        """The user pressed Escape, and no panel or pane wanted it."""

    class Uncovered(Request):
        """A dialog that lay over the screen is gone."""

    def __init__(self, model: str) -> None:
        super().__init__(classes="-no-output -no-tasks")
        self.composer = Composer(id="composer")
        self.bar = StatusBar(((f" {model} · starting", ""),), ("Ctrl+Q quit", "F1 help"), id="status")
        self._panel: Widget | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(id="panes"):
            yield _entitled(Static(id="conversation"))
            with Vertical(id="side"):
                yield _entitled(Static(id="output"))
                yield _entitled(Static(id="board"))
        yield self.composer
        yield self.bar

    async def furnish(self, *panes: Widget) -> None:
        """Put each of the real panes in the place of the empty one with its id."""
        for pane in panes:
            empty = self.query_one(f"#{pane.id}")
            parent = empty.parent
            assert isinstance(parent, Widget)
            place = parent.children.index(empty)
            await empty.remove()
            await parent.mount(_entitled(pane), before=place if place < len(parent.children) else None)

    # ------------------------------------------------------------ what stands below the panes

    def ask(self, panel: Widget) -> None:
        """Let `panel` take the composer's place."""
        self._drop_panel()
        self._panel = panel
        self.composer.display = False
        self.mount(panel, before=self.bar)
        panel.focus()

    def compose_again(self) -> None:
        """Give the composer its place back."""
        self._drop_panel()
        if not self.composer.display:
            self.composer.display = True
            self.composer.focus()

    def _drop_panel(self) -> None:
        if self._panel is not None:
            self._panel.remove()
            self._panel = None

    def focus_below(self) -> None:
        """Focus the composer, or the panel in its place."""
        (self._panel or self.composer).focus()

    def focus_pane(self, name: str) -> None:
        self.query_one(f"#{name}").focus()

    # ------------------------------------------------------------ keys

    def on_screen_resume(self) -> None:
        self.call_next(_let_go)
        self.post_message(self.Uncovered())

    def action_escape(self) -> None:
        self.post_message(self.Escaped())

    def action_zoom(self) -> None:
        """Let the focused pane fill the screen, and back."""
        zoomed = next((name for name in PANES if self.has_class(f"-zoom-{name}")), None)
        focused = self.focused.id if self.focused is not None else None
        self.remove_class(*(f"-zoom-{name}" for name in PANES))
        if zoomed is None:
            self.add_class(f"-zoom-{focused if focused in PANES else 'conversation'}")


def _let_go() -> None:
    """Let the frame just drawn reach the terminal: textual writes on a thread, which waits 5 ms for one that is busy."""
    time.sleep(0.0005)


def _entitled(pane: Widget) -> Widget:
    pane.border_title = PANES[pane.id or ""]
    return pane

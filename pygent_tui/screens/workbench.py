"""The main screen: conversation, live output and task board; below them the composer, or the panel of what is asked.

It is painted before the engine's vocabulary and the panes are imported, so it knows neither: it lays out and focuses.
"""

from __future__ import annotations

import time

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from ..views.arrangement import Arrangement, Pane
from ..widgets.board.task_requests import BoardAsked
from ..widgets.composer.composer import Composer
from ..widgets.key_line import KeyLine
from ..widgets.pane_grid import PaneGrid, pane_of
from ..widgets.request import InboxAsked, Request
from ..widgets.status_bar import StatusBar

# Rows of the screen; with fewer, what stands above needs the last line. A panel says itself which keys answer.
_LEAST_FOR_KEYS, _LEAST_BELOW_PANEL = 10, 18
TITLES: dict[str, str] = {"conversation": "Conversation", "output": "Output", "board": "Tasks"}


class Workbench(Screen[None]):
    """Panes stand empty until `furnish`. Posts `Escaped`; what its widgets post bubbles up to the app."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("escape", "escape", "Interrupt, or back to the prompt", id="app.back", show=False),
        Binding("f6", "go(1)", "Next pane", id="pane.next", show=False, priority=True),
        Binding("shift+f6", "go(-1)", "Previous pane", id="pane.previous", show=False, priority=True),
        Binding("tab", "go(1)", "Next pane", id="pane.next-tab", show=False),
        Binding("shift+tab", "go(-1)", "Previous pane", id="pane.previous-tab", show=False),
        Binding("i", "write", "Write a prompt", id="pane.write", show=False),
        Binding("f2", "board", "Tasks on the whole screen, and back", id="board.full", show=False, priority=True),
        Binding("f3", "zoom", "Zoom the pane, and back", id="layout.zoom", show=False, priority=True),
        Binding("f4", "side", "Hide output and tasks, and back", id="layout.side", show=False, priority=True),
        Binding("alt+right", "push(True, 1)", "Conversation wider", id="layout.wider", show=False, priority=True),
        Binding("alt+left", "push(True, -1)", "Conversation narrower", id="layout.narrower", show=False, priority=True),
        Binding("alt+down", "push(False, 1)", "Upper pane taller", id="layout.taller", show=False, priority=True),
        Binding("alt+up", "push(False, -1)", "Upper pane lower", id="layout.lower", show=False, priority=True),
        Binding("alt+a", "answer", "What waits for an answer; again: all of it", id="asks.go", show=False, priority=True),
        Binding("equals_sign", "reset", "Panes as they were at first", id="layout.reset", show=False),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - as above
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall")]  # noqa: RUF012 - as above

    AUTO_FOCUS = "Composer"

    class Escaped(Request):
        """The user pressed Escape, and no panel or pane wanted it."""

    class Uncovered(Request):
        """A dialog that lay over the screen is gone."""

    def __init__(self, model: str, arrangement: Arrangement) -> None:
        super().__init__()
        self.grid = PaneGrid(*(_entitled(Static(id=name)) for name in TITLES), id="panes")
        self.grid.arrangement = arrangement
        self.composer = Composer(id="composer")
        self.bar = StatusBar(((f" {model} · starting", ""),), (), id="status")
        self.keys = KeyLine(id="keys")
        self._foot = Vertical(self.bar, self.keys, id="foot")
        self._panel: Widget | None = None

    def compose(self) -> ComposeResult:
        yield self.grid
        yield self.composer
        yield self._foot

    async def furnish(self, *panes: Widget) -> None:
        """Put each of the real panes in the place of the empty one with its id."""
        for pane in panes:
            empty = self.grid.query_one(f"#{pane.id}")
            place = self.grid.children.index(empty)
            await empty.remove()
            await self.grid.mount(_entitled(pane), before=place if place < len(self.grid.children) else None)

    def on_resize(self, event: events.Resize) -> None:
        self._show_keys(event.size.height)

    # ------------------------------------------------------------ what stands below the panes

    def ask(self, panel: Widget) -> None:
        """Let `panel` take the composer's place, and its focus; who is in a pane stays there, for a key meant for it is no answer."""
        elsewhere = pane_of(self.focused) is not None
        self._drop_panel()
        self._panel = panel
        self.add_class("-asking")
        self._show_keys(self.size.height)
        self.composer.display = False
        self.mount(panel, before=self._foot)
        if not elsewhere:
            panel.focus()

    def compose_again(self) -> None:
        """Give the composer its place back, and its focus unless that is in a pane."""
        elsewhere = pane_of(self.focused) is not None  # before the panel goes, which leaves its focus to the next best
        self._drop_panel()
        if not self.composer.display:
            self.composer.display = True
            if not elsewhere:
                self.composer.focus()

    def list_asks(self, rows: tuple[str, ...], at: int, waits: tuple[str, ...]) -> None:
        """The panel lists them itself."""

    def _drop_panel(self) -> None:
        if self._panel is not None:
            if pane_of(self.focused) is None:
                self.set_focus(None)  # else it would pass to a pane, which a screen with room for one would then show
            self._panel.remove()
            self._panel = None
            self.remove_class("-asking")
            self._show_keys(self.size.height)

    def _show_keys(self, rows: int) -> None:
        self.keys.display = rows >= (_LEAST_FOR_KEYS if self._panel is None else _LEAST_BELOW_PANEL)

    def focus_below(self) -> None:
        """Focus the composer, or the panel in its place."""
        (self._panel or self.composer).focus()

    def focus_pane(self, name: Pane) -> None:
        """Focus a pane, and let it be seen."""
        self.grid.bring(name)
        self.grid.query_one(f"#{name}").focus()

    # ------------------------------------------------------------ keys

    def on_screen_resume(self) -> None:
        self.call_next(_let_go)
        self.post_message(self.Uncovered())

    def action_escape(self) -> None:
        self.post_message(self.Escaped())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "write" or self._panel is None  # what is written next would be taken for an answer

    def action_write(self) -> None:
        self.focus_below()

    def on_key(self, event: events.Key) -> None:
        """What is typed in a pane and is none of its keys is written in the composer, which lets no text through to here."""
        if event.is_printable and event.character and self._panel is None and event.key not in self.active_bindings:
            event.stop()
            self.set_focus(self.composer)
            self.composer.insert(event.character)

    def on_paste(self, event: events.Paste) -> None:
        if self._panel is None:
            event.stop()
            self.set_focus(self.composer)
            self.composer.post_message(events.Paste(event.text))

    def action_go(self, step: int) -> None:
        """Focus the next of what stands on the screen, or the one before; the composer is the first."""
        panes = self.grid.reachable
        here = pane_of(self.focused)
        place = panes.index(here) + 1 if here in panes else 0
        place = (place + step) % (len(panes) + 1)
        if place:
            self.focus_pane(panes[place - 1])
        else:
            self.focus_below()

    def action_answer(self) -> None:
        """Go to what is asked; from there, to all that wait."""
        if self._panel is not None and self._panel.has_focus_within:
            self.post_message(InboxAsked())
        else:
            self.focus_below()

    def action_board(self) -> None:
        self.post_message(BoardAsked())

    def action_zoom(self) -> None:
        self.grid.zoom()

    def action_side(self) -> None:
        self.grid.toggle_side()
        if pane_of(self.focused) not in (None, *self.grid.reachable):
            self.focus_below()

    def action_push(self, upright: bool, steps: int) -> None:
        self.grid.push(upright, steps)

    def action_reset(self) -> None:
        self.grid.reset()


def _let_go() -> None:
    """Let the frame just drawn reach the terminal: textual writes on a thread, which waits 5 ms for one that is busy."""
    time.sleep(0.0005)


def _entitled(pane: Widget) -> Widget:
    pane.border_title = TITLES[pane.id or ""]
    return pane

"""The peek: a few lines of the task under the board's cursor, beside it, and what it asks, to be answered there."""

from __future__ import annotations

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region, Size
from textual.screen import ModalScreen
from textual.widgets import Static

from pygent_engine.task_values import TaskView

from ..views.board_keys import valid
from ..views.task_facts import Part, spends, stands
from ..widgets.asks.ask_panel import AskPanel
from ..widgets.board.bindings import ASKED
from ..widgets.key_line import KeyLine
from ..widgets.request import Request
from ..widgets.roles import drawn

_WIDEST, _BESIDE, _LEAST, _USUAL = 88, 46, 6, 14


class Peek(ModalScreen[None]):
    """Follows the board's cursor, which its keys move. What it asks is answered by `a` and `d`, or in its panel (Tab)."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("escape,p,q", "dismiss", "Close the peek", id="peek.close", show=False),
        Binding("j,down", "move(1)", "Next task", id="peek.next", show=False),
        Binding("k,up", "move(-1)", "Task before", id="peek.previous", show=False),
        Binding("enter", "ask('open')", "Open it", id="peek.open", show=False),
        Binding("m", "ask('message')", "Write to it", id="peek.message", show=False),
        Binding("x", "ask('cancel')", "Cancel it", id="peek.cancel", show=False),
        Binding("a", "ask('allow')", "Allow what it asks for", id="peek.allow", show=False),
        Binding("d", "ask('deny')", "Deny what it asks for", id="peek.deny", show=False),
        Binding("tab,alt+a", "answer", "Answer what it asks, or back", id="peek.answer", show=False, priority=True),
    ]

    DEFAULT_CSS = """
    Peek #peek {
        background: $surface;
        border: round $border;
        border-title-color: $text-primary;
        border-title-style: bold;
        padding: 0 1;
        height: auto;
    }
    Peek #peek-lines { height: auto; max-height: 100%; text-wrap: nowrap; text-overflow: ellipsis; }
    Peek KeyLine { background: $surface; padding: 0; dock: bottom; }
    """

    @dataclass
    class Moved(Request):
        """The cursor of the board is to go `by` rows further."""

        by: int

    class Shown(Request):
        """The peek is what is seen, again."""

    def __init__(self) -> None:
        super().__init__()
        self.task_id = ""
        self.styles.align = ("left", "top")  # over the rule for all dialogs
        self.styles.background = "transparent"  # the board is read beside it
        self._box = Vertical(id="peek")
        self._lines = Static(id="peek-lines")
        self._view: TaskView | None = None
        self._panel: AskPanel | None = None

    def compose(self) -> ComposeResult:
        with self._box:
            yield self._lines
            yield KeyLine(id="peek-keys")

    # ------------------------------------------------------------ attributes down

    def show(self, view: TaskView, lines: tuple[tuple[Part, ...], ...], now: float) -> None:
        """Show a task and its last lines."""
        if self._view is None or valid(view) != valid(self._view):
            self.call_after_refresh(self.refresh_bindings)
        self.task_id, self._view = view.id, view
        self._box.border_title = drawn(stands(view, now))
        spent = [part for group in spends(view, now) for part in (*group, ("   ", "muted"))]
        self._lines.update(Content("\n").join([drawn(tuple(spent)), *(drawn(line) for line in lines)]))

    def ask(self, panel: AskPanel | None) -> None:
        """Show what it asks; the panel has the focus only when the user goes there."""
        if self._panel is not None:
            self._panel.remove()
            self.set_focus(None)
        self._panel = panel
        if panel is not None:
            self._box.mount(panel, before=self.query_one(KeyLine))

    @property
    def panel(self) -> AskPanel | None:
        """What is asked here."""
        return self._panel

    @property
    def height(self) -> int:
        """The lines that it takes; before it was drawn about as many as most do."""
        return self._box.outer_size.height or _USUAL

    def put(self, place: Region) -> None:
        """Stand there, no higher than that."""
        self._box.styles.offset = place.offset
        self._box.styles.width = place.width
        self._box.styles.max_height = place.height

    # ------------------------------------------------------------ keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "answer":
            return self._panel is not None
        if self._panel is not None and self._panel.has_focus_within:
            return False  # its keys come first
        return action != "ask" or (self._view is not None and parameters[0] in valid(self._view))

    def action_move(self, by: int) -> None:
        self.post_message(self.Moved(by))

    def action_ask(self, what: str) -> None:
        self.post_message(ASKED[what](self.task_id))

    def action_answer(self) -> None:
        """Go to what it asks; from there back to the rows."""
        if self._panel is not None:
            self.set_focus(None if self._panel.has_focus_within else self._panel)

    def on_mount(self) -> None:
        self.post_message(self.Shown())

    def on_screen_resume(self) -> None:
        self.post_message(self.Shown())


def beside(table: Region, row: int, screen: Size, height: int) -> Region:
    """Where a peek of so many lines stands that does not lie on the line `row`: to the left of the board, at that row; else below the
    row, else above it."""
    if table.x >= _BESIDE:
        top = max(0, min(row - 1, screen.height - height))
        return Region(max(0, table.x - _WIDEST), top, min(table.x, _WIDEST), screen.height - top)
    width = min(screen.width - table.x, _WIDEST)
    below, above = screen.height - row - 1, row - 1  # a row may have two lines
    if below >= max(_LEAST, above):
        return Region(table.x, row + 1, width, below)
    return Region(table.x, 0, width, max(1, above))

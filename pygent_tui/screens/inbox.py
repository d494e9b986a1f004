"""The inbox: all that wait for the user's answer, of every task, on the whole screen; the one that is chosen in full below them."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget

from ..widgets.asks.ask_list import AskList
from ..widgets.asks.ask_panel import AskPanel
from ..widgets.key_line import KeyLine
from ..widgets.request import Request

_FRAME = 2  # lines


class InboxScreen(ModalScreen[None]):
    """Closes when nothing waits any more. Escape is an answer of the panel, so that another key leaves."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("alt+a", "leave", "Back", id="inbox.close", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    InboxScreen { background: $background; }
    InboxScreen #inbox { height: auto; min-height: 3; border: round $warning; border-title-color: $text-warning; }
    InboxScreen.-many #inbox { height: 1fr; }
    InboxScreen.-one #inbox { display: none; }
    InboxScreen KeyLine { dock: bottom; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall")]  # noqa: RUF012 - as above

    class Left(Request):
        """The user goes back to where he came from."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = AskList(whole=True, id="inbox")
        self._keys = KeyLine(id="keys")
        self._panel: Widget | None = None

    def compose(self) -> ComposeResult:
        yield self.waiting
        yield self._keys

    # ------------------------------------------------------------ attributes down

    def list_asks(self, rows: tuple[str, ...], at: int, waits: tuple[str, ...]) -> None:
        self.waiting.show(rows, at, waits)
        self.waiting.border_title = Content(f"{len(rows)} wait for your answer")
        self._share(len(rows))

    def _share(self, count: int) -> None:
        """The list has the lines that it needs, at most what the panel leaves; one that waits alone is not listed."""
        self.set_class(count == 1, "-one")
        self.set_class(count + _FRAME > self.size.height // 2, "-many")
        if self.panel is not None and self.panel.alone != (count == 1):
            self.panel.alone = count == 1
            self.panel.refresh(layout=True)

    def on_resize(self, event: events.Resize) -> None:
        self._share(self.waiting.count)

    def ask(self, panel: Widget) -> None:
        """Show `panel` below the list."""
        self._drop_panel()
        self._panel = panel
        self.mount(panel, before=self._keys)
        panel.focus()

    def compose_again(self) -> None:
        self._drop_panel()

    @property
    def panel(self) -> AskPanel | None:
        """What is asked here."""
        return self._panel if isinstance(self._panel, AskPanel) else None

    def _drop_panel(self) -> None:
        if self._panel is not None:
            self.set_focus(None)
            self._panel.remove()
            self._panel = None

    # ------------------------------------------------------------ keys

    def on_screen_resume(self) -> None:
        """What lay over it is gone; keys meant for that are no answers."""
        if self.panel is not None:
            self.panel.uncovered()

    def on_ask_list_clicked(self, event: AskList.Clicked) -> None:
        event.stop()
        self.post_message(AskPanel.Chosen(event.at))

    def on_ask_list_stepped(self, event: AskList.Stepped) -> None:
        event.stop()
        if self.panel is not None:
            self.panel.action_other(event.step)

    def action_leave(self) -> None:
        self.post_message(self.Left())

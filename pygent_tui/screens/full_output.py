"""The output of one call on the whole screen: all of it from the engine's file where it was cut, else what is kept, as it comes."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.screen import ModalScreen

from ..bound import key_of
from ..views.output import Buffer
from ..widgets.key_line import KeyLine
from ..widgets.output.buffer_view import BufferView
from ..widgets.sanitise import safe_text


class FullOutput(ModalScreen[None]):
    """Escape and q leave."""

    BINDINGS = [Binding("escape,q,f", "dismiss", "Close", id="full-output.close", show=False)]  # noqa: RUF012 - Textual's own declaration

    def __init__(self, view: BufferView) -> None:
        super().__init__()
        self.view = view

    def compose(self) -> ComposeResult:
        yield self.view
        yield KeyLine(id="keys")

    def show(self, buffer: Buffer) -> None:
        """The call that is shown has gone on."""
        self.view.buffer = buffer
        self.view.touch()


class KeptView(BufferView):
    """What is kept of a call, that nothing was cut from."""

    def __init__(self, buffer: Buffer, wrap: bool) -> None:
        super().__init__(wrap=wrap, id="full-output")
        self.buffer = buffer
        self._name = buffer.summary or buffer.name

    def on_mount(self) -> None:
        self.border_title = Content(safe_text(f"Output · {key_of(self, 'full-output.close')} closes · {self._name}"))

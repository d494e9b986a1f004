"""What `pygent doctor` says, in the app."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen

from ..widgets.key_line import KeyLine
from ..widgets.report_view import ReportView
from ..widgets.request import CopyAsked


class Doctor(ModalScreen[None]):
    """Its owner adds to `report` what is found."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("escape,q", "leave", "Close the report", id="doctor.close", show=False),
        Binding("y", "copy", "Copy the report", id="doctor.copy", show=False),
    ]

    DEFAULT_CSS = "Doctor ReportView { width: 100%; height: 1fr; border: round $primary; border-title-color: $text-primary; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.report = ReportView(id="doctor")

    def compose(self) -> ComposeResult:
        yield self.report
        yield KeyLine(id="keys")

    def action_leave(self) -> None:
        self.dismiss()

    def action_copy(self) -> None:
        self.post_message(CopyAsked(self.report.text, "the report"))

"""Every change that tools made in this session, grouped by file: read, searched and copied as in a conversation."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding
from textual.content import Content

from ...bound import key_of
from ...views.changes import Changes, by_file, patches, told
from ..request import CopyAsked
from .conversation import Conversation


class ChangesView(Conversation):
    """Begins at the first file, with every card open."""

    FOLLOWS: ClassVar[bool] = False

    BINDINGS = [Binding("P", "copy_all", "Copy all changes as a patch", id="diff.copy-all", show=False)]  # noqa: RUF012 - Textual's own

    def __init__(self, changes: Changes, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._all_opened = True
        self._changes = changes
        self.now(changes)

    def now(self, changes: Changes) -> None:
        """Show `changes`."""
        self._changes = changes
        self.show(told(changes))
        self._entitle()

    def on_mount(self) -> None:
        self._entitle()

    def _entitle(self) -> None:
        if self.is_attached:
            files = len(by_file(self._changes))
            copies, closes = key_of(self, "diff.copy-all"), key_of(self, "diff.close")
            self.border_title = Content(f"Changes · {files} file{'s' if files != 1 else ''} · {copies} copies all · {closes} closes")

    def action_copy_all(self) -> None:
        self.post_message(CopyAsked(patches(self._changes), "all changes"))

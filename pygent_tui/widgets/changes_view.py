"""Every change that tools made in this session, grouped by file, as unified diffs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding
from textual.content import Content
from textual.strip import Strip

from pygent_engine.values import ROOT_TASK

from ..views.changes import Change, Changes, by_file, patch
from .request import CopyAsked
from .sanitise import one_line
from .sideways import SidewaysView

NOT_LISTED = "Changes that commands made are not listed; with git in the workspace !git diff shows them."
_NOTHING = "No tool has changed a file in this session."
_ROLES = {"+": "ok", "-": "error", "@": "agent", "\\": "muted"}


@dataclass(frozen=True, slots=True)
class Row:
    role: str
    text: str


class ChangesView(SidewaysView):
    """Begins at the first file. `now` may bring more while it is open."""

    FOLLOWS: ClassVar[bool] = False

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("right_square_bracket", "file(1)", "Next file", id="diff.next-file", show=False),
        Binding("left_square_bracket", "file(-1)", "Previous file", id="diff.previous-file", show=False),
        Binding("y", "copy", "Copy all of it as a patch", id="diff.copy", show=False),
    ]

    def __init__(self, changes: Changes, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._changes = changes
        self._rows: list[Row] = []
        self._files: list[int] = []
        self.now(changes)

    def now(self, changes: Changes) -> None:
        """Show `changes`."""
        self._changes = changes
        self._rows, self._files = _rows(changes)
        files = len(self._files)
        self.border_title = Content(f"Changes · {files} file{'s' if files != 1 else ''} · ] [ next, previous file · y copy · Esc close")
        self.touch()

    def reflow(self) -> None:
        self.set_extent(len(self._rows), self.widest, self.scroll_offset.y)
        self.widen(len(self._rows))

    def scrolled(self) -> None:
        self.widen(len(self._rows))

    def line(self, y: int) -> Strip:
        row = self._rows[y]
        return self.row((row.text.expandtabs(), row.role))

    def action_file(self, step: int) -> None:
        top = self.scroll_offset.y
        places = [place for place in self._files if (place > top if step > 0 else place < top)]
        if places:
            self.jump(places[0] if step > 0 else places[-1])

    def action_copy(self) -> None:
        self.post_message(CopyAsked(patch(self._changes), "all changes"))


def _rows(changes: Changes) -> tuple[list[Row], list[int]]:
    """The lines, and where each file begins."""
    files = by_file(changes)
    rows = [Row("muted", NOT_LISTED)]
    if changes.dropped:
        rows.append(Row("warn", f"The first {changes.dropped:,} changes are no longer kept."))
    if not files:
        rows.append(Row("text", _NOTHING))
    places = []
    for path, made in files.items():
        rows.append(Row("text", ""))
        places.append(len(rows))
        added, removed = sum(change.diff.added for change in made), sum(change.diff.removed for change in made)
        count = f"{len(made)} changes" if len(made) > 1 else made[0].diff.kind
        rows.append(Row("heading", f"{one_line(path)}  {count}  +{added} −{removed}"))
        for change in made:
            rows += _change(change)
    return rows, places


def _change(change: Change) -> list[Row]:
    by = "Pygent" if change.task_id == ROOT_TASK else one_line(change.task_id)
    head = Row("muted", f"{change.diff.kind} by {by}")
    if not change.diff.text:
        return [head, Row("muted", "  its text is not known: too large, or no text")]
    return [head, *(Row(_ROLES.get(line[:1], "text"), line) for line in change.diff.text.split("\n") if line)]

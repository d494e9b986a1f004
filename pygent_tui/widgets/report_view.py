"""The report of the doctor: findings as they come, each under its topic, folded to the width of the screen."""

from __future__ import annotations

from textwrap import wrap
from typing import ClassVar

from textual.content import Content
from textual.strip import Strip

from ..bound import key_of
from .line_view import LineView
from .sanitise import one_line

_ALIGNED = 19  # columns before the text, as the report has them
_ROLES = {"ok": "ok", "holds": "ok", "missing": "warn", "open": "warn"}


class ReportView(LineView):
    """`add` lines while they come, then `finish`; from then on it is `done`. `text` is the report as it was given."""

    FOLLOWS: ClassVar[bool] = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = Content("Doctor")
        self.border_subtitle = Content("looking …")
        self._given: list[str] = []
        self._rows: list[tuple[tuple[str, str], ...]] = []
        self.done = False

    @property
    def text(self) -> str:
        return "\n".join(self._given) + "\n"

    def add(self, *lines: str) -> None:
        self._given.extend(lines)
        self.touch()

    def finish(self, failure: str = "") -> None:
        """Nothing more comes; `failure` says why the report is not whole."""
        self.done = True
        if failure:
            self._given.append(failure)
        self.flush()

    def reflow(self) -> None:
        self._rows = [row for line in self._given for row in _folded(line, max(1, self.page.width))]
        self.set_extent(len(self._rows), self.page.width, self.scroll_offset.y)
        self.border_subtitle = Content(self._keys() if self.done else "looking …")

    def _keys(self) -> str:
        return f"{key_of(self, 'doctor.copy')} copy · {key_of(self, 'doctor.close')} close"

    def line(self, y: int) -> Strip:
        return self.row(*self._rows[y])


def _folded(line: str, width: int) -> list[tuple[tuple[str, str], ...]]:
    """The rows of a line: mark and topic stand apart from the text where there is room."""
    head, body = line[:_ALIGNED], one_line(line[_ALIGNED:])
    mark = head[:8].strip()
    if mark not in _ROLES and head.strip():
        return [((one_line(line), "strong"),)]
    if width < 2 * _ALIGNED:
        return [((piece, _ROLES.get(mark, "muted")),) for piece in wrap(one_line(line), width)] or [()]
    pieces = wrap(body, width - _ALIGNED, break_on_hyphens=False) or [""]
    first = ((f"{mark:<9}", _ROLES.get(mark, "muted")), (f"{head[8:].strip():<10}", "strong"), (pieces[0], "muted" if not mark else "text"))
    return [first, *(((" " * _ALIGNED, "text"), (piece, "muted" if not mark else "text")) for piece in pieces[1:])]

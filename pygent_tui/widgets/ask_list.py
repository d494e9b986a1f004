"""Those who wait for an answer, a line each, the one that is asked now marked."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from .sanitise import one_line

_MOST = 4


class AskList(Widget):
    """Shown when several wait; of many, those around the current one."""

    SCOPED_CSS = False  # the screen's classes count
    DEFAULT_CSS = """
    AskList { height: auto; margin-bottom: 1; text-wrap: nowrap; text-overflow: ellipsis; display: none; }
    AskList.-several { display: block; }
    .-short AskList, .-short AskList.-several { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[str, ...] = ()
        self._at = 0

    def show(self, rows: tuple[str, ...], at: int) -> None:
        self._rows, self._at = rows, at
        self.set_class(len(rows) > 1, "-several")
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return min(_MOST, len(self._rows))

    def render(self) -> Content:
        first = max(0, min(self._at - 1, len(self._rows) - _MOST))
        shown = range(first, min(len(self._rows), first + _MOST))
        return Content("\n").join([self._line(index) for index in shown])

    def _line(self, index: int) -> Content:
        current = index == self._at
        text = f"{'›' if current else ' '} {index + 1}  {one_line(self._rows[index])}"
        return Content.styled(text, "bold $text-primary" if current else "$text-muted")

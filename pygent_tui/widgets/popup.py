"""A small list over the panes, above the composer, which keeps the focus: what can be completed, or earlier prompts."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, chop_cells, set_cell_size
from textual import events
from textual.content import Content
from textual.geometry import Offset, Region
from textual.widget import Widget

from pygent_engine.frozen import frozen

from .request import Request
from .sanitise import one_line

ROWS = 8
_SHORT_ROWS = 3
_WIDEST = 96
_FRAME = 2


@frozen
class Choice:
    """`text` is put in place of what stands between the column `start` and the cursor, with what comes after it by the key that
    took it; `shown` and `note` say what it is. One that `sends` is sent when Enter takes it."""

    shown: str
    text: str
    note: str = ""
    start: int = 0
    after_enter: str = ""
    after_tab: str = ""
    sends: bool = False


class Popup(Widget):
    """`chosen` is what Enter would take, None while nothing is marked."""

    DEFAULT_CSS = """
    Popup {
        overlay: screen;
        position: absolute;
        constrain: inside inside;
        display: none;
        width: auto;
        height: auto;
        border: round $primary;
        border-title-color: $text-primary;
        border-subtitle-color: $text-muted;
        background: $surface;
        color: $foreground;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    """

    class Pressed(Request):
        """A choice was clicked; it is marked."""

    def __init__(self) -> None:
        super().__init__(id="popup")
        self._choices: tuple[Choice, ...] = ()
        self._at = -1
        self._top = 0
        self._rows = 1
        self._moved = False
        self._placed: tuple[int, int, Offset] | None = None
        self.asked = ""
        self.left = False
        """The user closed it; nothing opens it for the same thing again."""

    @property
    def is_open(self) -> bool:
        return bool(self.display)

    @property
    def chosen(self) -> Choice | None:
        return self._choices[self._at] if self.is_open and self._at >= 0 else None

    @property
    def first(self) -> Choice | None:
        """What Tab takes: what is marked, else the first."""
        return self.chosen or (self._choices[0] if self.is_open else None)

    def fill(self, asked: str, choices: Sequence[Choice], title: str, keys: str, *, marked: bool) -> None:
        """Offer `choices` for what was `asked`, the first of them `marked`; without any the list is closed.

        What the user marked since he wrote stays marked, for the list may be filled anew just when he takes it.
        """
        kept = self.chosen if self._moved else None
        self.asked = asked
        self._choices = tuple(choices)
        self._moved = kept is not None and kept in self._choices
        self._at = self._choices.index(kept) if kept is not None and self._moved else 0 if marked else -1
        self._top = 0
        if not choices:
            self.close()
            return
        self.border_title, self.border_subtitle = Content(title), Content(keys)
        self.display = True
        self.refresh()

    def close(self) -> None:
        self._choices, self._at, self._moved = (), -1, False
        self.display = False

    def leave(self) -> None:
        """As `close`, because the user wants it."""
        self.close()
        self.left = True

    def written(self) -> None:
        """Something else is sought now: of what fits it the first is marked."""
        self._moved = False

    def move(self, step: int) -> None:
        """Mark the next choice, or the one before; from the last on to the first."""
        count = len(self._choices)
        self._at = (self._at + step) % count if self._at >= 0 else (0 if step > 0 else count - 1)
        self._moved = True
        self._reveal()
        self.refresh()

    def _reveal(self) -> None:
        """Have the marked choice among the rows that are shown."""
        self._top = max(0, min(self._top, self._at), self._at - self._rows + 1)

    def place(self, composer: Region, screen: Region, *, below: bool = False) -> None:
        """Stand right above the composer, as high as there is room; or `below` it."""
        room = min(ROWS if screen.height >= 18 else _SHORT_ROWS, (screen.height - composer.bottom if below else composer.y) - _FRAME)
        self._rows = max(1, min(len(self._choices), room))
        self._reveal()
        width, height = max(1, min(composer.width, _WIDEST)), self._rows + _FRAME
        at = Offset(composer.x, composer.bottom if below else max(0, composer.y - height))
        if (width, height, at) != self._placed:  # to lay out the screen takes longer than all else that a key does
            self._placed = (width, height, at)
            self.styles.width, self.styles.height, self.absolute_offset = width, height, at
            self.refresh(layout=True)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        row = event.y - 1 + self._top
        if 0 <= row < len(self._choices):
            self._at = row
            self.refresh()
            self.post_message(self.Pressed())

    def render(self) -> Content:
        width = self.content_size.width
        shown = self._choices[self._top : self._top + self._rows]
        left = min(max((cell_len(one_line(choice.shown)) for choice in shown), default=0), width - 2)
        rows = [_row(choice, left, width, index == self._at) for index, choice in enumerate(shown, self._top)]
        return Content("\n").join(rows)


def _row(choice: Choice, left: int, width: int, marked: bool) -> Content:
    ground, sign = (" on $primary-muted", "›") if marked else ("", " ")
    shown = set_cell_size(f"{sign}{set_cell_size(_tail(one_line(choice.shown), left), left)} ", min(width, left + 2))
    return Content.assemble(
        (shown, f"bold $text-primary{ground}" if marked else "$foreground"),
        (_head(f" {one_line(choice.note)}", width - cell_len(shown)), f"$foreground 70%{ground}"),
    )


def _head(text: str, width: int) -> str:
    """`text` in exactly `width` cells."""
    return set_cell_size(text, width) if cell_len(text) <= width else f"{set_cell_size(text, max(0, width - 2))}… "[: max(0, width)]


def _tail(text: str, width: int) -> str:
    """The end of what is too wide: of a path it says more than the beginning."""
    if cell_len(text) <= width:
        return text
    return f"…{chop_cells(text[::-1], max(1, width - 1))[0][::-1]}"

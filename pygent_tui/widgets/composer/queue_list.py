"""What waits for the model, above the composer: steers, queued prompts, and those that an earlier run did not send."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from pygent_engine.frozen import frozen

from ...bound import Named
from ..sanitise import one_line

_ROWS = 4
_SHORT_ROWS = 1


@frozen
class Waiting:
    """`id` is that of a queued prompt; the others have none."""

    kind: Literal["steer", "queued", "kept"]
    text: str
    id: str = ""


_SAYS = {"steer": "steers at the next step", "queued": "", "kept": "not sent"}


class QueueList(Widget):
    """Takes no focus: the keys of the composer, `named` by their bindings, mark a line (`chosen`)."""

    SCOPED_CSS = False  # the screen's classes count
    DEFAULT_CSS = """
    QueueList { height: auto; padding: 0 2; color: $foreground; display: none; }
    QueueList.-waiting { display: block; }
    .-asking QueueList { display: none; }  /* its keys are the composer's, which is away */
    """

    def __init__(self, named: Named) -> None:
        super().__init__(id="queue")
        self._named = named
        self._items: tuple[Waiting, ...] = ()
        self._at = -1

    @property
    def chosen(self) -> Waiting | None:
        return self._items[self._at] if 0 <= self._at < len(self._items) else None

    @property
    def items(self) -> tuple[Waiting, ...]:
        return self._items

    def show(self, items: Sequence[Waiting]) -> None:
        """Show `items`; what was marked stays marked as long as it is there."""
        if tuple(items) == self._items:
            return
        chosen = self.chosen
        self._items = tuple(items)
        self._at = self._items.index(chosen) if chosen in self._items else -1
        self.set_class(bool(items), "-waiting")
        self.refresh(layout=True)

    def move(self, step: int) -> None:
        """Mark the next line, or the one before; beyond the last none."""
        count = len(self._items)
        self._at = count - 1 if self._at < 0 and step < 0 else self._at + step
        self._at = self._at if 0 <= self._at < count else (0 if step < 0 and count else -1)
        self.refresh()

    def leave(self) -> None:
        """Mark none."""
        self._at = -1
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._shown(viewport.height)) + 1

    def render(self) -> Content:
        shown, width = self._shown(self.app.size.height), self.content_size.width
        rows = [self._row(index, width) for index in shown]
        hidden = len(self._items) - len(shown)
        more = f"{hidden} more · " if hidden else ""
        return Content("\n").join([*rows, Content.styled(set_cell_size(f"  {more}{self._keys()}", width), "$foreground 60%")])

    def _keys(self) -> str:
        if self.chosen is None:
            return f"{self._named('queue.previous')} choose, to edit or remove"
        edit, remove, back = (self._named(f"composer.{name}") for name in ("send", "delete", "leave"))
        return f"{edit} edit · {remove} remove · {back} back"

    def _shown(self, height: int) -> range:
        """The indices of the lines there is room for: the marked one among them."""
        room = _ROWS if height >= 18 else _SHORT_ROWS
        first = max(0, min(self._at if self._at >= 0 else 0, len(self._items) - room))
        return range(first, min(len(self._items), first + room))

    def _row(self, index: int, width: int) -> Content:
        item = self._items[index]
        sign = "↳" if item.kind == "steer" else f"{sum(each.kind != 'steer' for each in self._items[: index + 1])}"
        said = f" · {_SAYS[item.kind]}" if _SAYS[item.kind] else ""
        head = f"{'›' if index == self._at else ' '}{sign} "
        room = max(0, width - cell_len(head) - cell_len(said))
        text = one_line(item.text)
        text = text if cell_len(text) <= room else f"{set_cell_size(text, max(0, room - 1)).rstrip()}…"
        ground = " on $primary-muted" if index == self._at else ""
        colour = "$text-warning" if item.kind == "kept" else "$text-secondary"
        return Content.assemble((head, f"bold {colour}{ground}"), (text, f"$foreground{ground}"), (said, f"$foreground 60%{ground}"))

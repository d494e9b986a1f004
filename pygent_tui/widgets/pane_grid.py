"""The place of the three panes: puts each where the arrangement has it, and lets the mouse pull the seams between them."""

from __future__ import annotations

from dataclasses import replace

from textual import events
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import Layout, WidgetPlacement
from textual.widget import Widget

from ..views.arrangement import PANES, Arrangement, Ground, Pane, Seam, dragged, places, reachable, seam_at, seam_beside
from .request import Request

_STEP = 5  # percent


class _Places(Layout):
    """Reads the places off the grid that it arranges."""

    name = "places"

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> list[WidgetPlacement]:
        assert isinstance(parent, PaneGrid)
        boxes = {name: Region(*box) for name, box in places(parent.ground(size), parent.arrangement).items()}
        return [WidgetPlacement(boxes[pane.id], NULL_OFFSET, NULL_SPACING, pane) for pane in children if pane.id in boxes]


class PaneGrid(Widget):
    """Holds the panes, which are known by their ids. Posts `Arranged` when the user chose another arrangement."""

    DEFAULT_CSS = "PaneGrid { height: 1fr; width: 1fr; }"

    class Arranged(Request):
        """The user moved, hid or zoomed something."""

        def __init__(self, arrangement: Arrangement) -> None:
            super().__init__()
            self.arrangement = arrangement

    def __init__(self, *panes: Widget, id: str | None = None) -> None:
        super().__init__(*panes, id=id)
        self.arrangement = Arrangement()
        self._places = _Places()
        self._filled: frozenset[str] = frozenset()
        self._front: Pane = "conversation"
        self._pulled: Seam | None = None

    @property
    def layout(self) -> Layout:
        return self._places

    def ground(self, size: Size | None = None) -> Ground:
        """What the places depend on, besides the arrangement."""
        size = size or self.size
        return Ground(size.width, size.height, self._filled, self._front)

    # ------------------------------------------------------------ attributes down

    def arrange_as(self, arrangement: Arrangement) -> None:
        """Put the panes where `arrangement` has them."""
        if arrangement != self.arrangement:
            self.arrangement = arrangement
            self._place()

    def fill(self, pane: Pane, filled: bool) -> None:
        """Whether `pane` has something to show."""
        known = self._filled | {pane} if filled else self._filled - {pane}
        if known != self._filled:
            self._filled = known
            self._place()

    def bring(self, pane: Pane) -> None:
        """Let `pane` be seen, if there is room for one only, too."""
        if pane != "conversation" and not self.arrangement.side:
            self._choose(replace(self.arrangement, side=True))
        if pane != self._front:
            self._front = pane
            self._place()

    @property
    def reachable(self) -> tuple[Pane, ...]:
        """The panes that can be gone to."""
        return reachable(self.ground(), self.arrangement)

    # ------------------------------------------------------------ what the user chooses

    def zoom(self) -> None:
        """Let the pane in front fill the place, and back."""
        self._choose(replace(self.arrangement, zoomed=not self.arrangement.zoomed))

    def toggle_side(self) -> None:
        """Hide output and board, and back."""
        if self.arrangement.side:
            self._front = "conversation"
        self._choose(replace(self.arrangement, side=not self.arrangement.side, zoomed=False))

    def push(self, upright: bool, steps: int) -> None:
        """Move the seam that is nearest to the focus so many steps right or down."""
        seam = seam_beside(self.ground(), self.arrangement, upright)
        if seam is not None:
            self._choose(self.arrangement.moved(seam, self.arrangement.at(seam) + steps * _STEP))

    def reset(self) -> None:
        """The sizes that the app came with."""
        self._choose(Arrangement())

    # ------------------------------------------------------------ the mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        x, y = event.screen_offset - self.region.offset
        self._pulled = seam_at(self.ground(), self.arrangement, x, y)
        if self._pulled is not None:
            event.stop()
            self.screen.clear_selection()  # a seam is pulled, no text is marked
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._pulled is not None:
            x, y = event.screen_offset - self.region.offset
            self._choose(dragged(self.ground(), self.arrangement, self._pulled, x, y))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self._let_go()

    def on_mouse_release(self, event: events.MouseRelease) -> None:
        self._pulled = None

    def on_unmount(self) -> None:
        self._let_go()

    def _let_go(self) -> None:
        if self._pulled is not None:
            self._pulled = None
            self.release_mouse()

    # ------------------------------------------------------------

    def _choose(self, arrangement: Arrangement) -> None:
        if arrangement != self.arrangement:
            self.arrange_as(arrangement)
            self.post_message(self.Arranged(arrangement))

    def _place(self) -> None:
        for pane in self.children:  # a widget that is laid out anew lets those around it forget where it was
            pane.refresh(layout=True)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        name = pane_of(event.widget)
        if name is not None:
            self.bring(name)


def pane_of(widget: Widget | None) -> Pane | None:
    """The pane that `widget` is, or stands in."""
    if widget is None:
        return None
    return next((name for node in widget.ancestors_with_self for name in PANES if node.id == name), None)

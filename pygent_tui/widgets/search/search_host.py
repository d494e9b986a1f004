"""A pane with a search bar at its foot: opens it, hands what is typed to the pane's own search, and says what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding
from textual.geometry import Size
from textual.scroll_view import ScrollView

from .searchable import Position, Searchable

if TYPE_CHECKING:
    from .search_bar import SearchBar


class SearchHost(ScrollView):
    """The keys work in panes that are Searchable, and with a search bar."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("slash", "search", "Search", id="pane.search", show=False),
        Binding("n", "search_step(False)", "Next match", id="pane.search-next", show=False),
        Binding("N", "search_step(True)", "Match before", id="pane.search-previous", show=False),
        Binding("escape", "search_clear", "Clear the search", id="pane.search-clear", show=False),
    ]

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._bar: SearchBar | None = None

    def flush(self) -> None:
        """Show the state as it is, without waiting."""
        raise NotImplementedError

    @property
    def page(self) -> Size:
        """The cells that lines are shown in; the search bar takes the last row."""
        size = self.scrollable_content_region.size
        return size if self._bar is None else Size(size.width, max(0, size.height - 1))

    @property
    def max_scroll_y(self) -> int:
        return super().max_scroll_y if self._bar is None else max(0, self.virtual_size.height - self.page.height)

    @property
    def is_container(self) -> bool:
        """Only while the search bar lies on it; its lines are no widgets."""
        return self._bar is not None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "search":
            return isinstance(self, Searchable)
        if action in ("search_step", "search_clear"):
            return self._bar is not None
        return super().check_action(action, parameters)

    async def action_search(self) -> None:
        """Open the line to search in, or go back to it; the next key is its own already."""
        await self.search()

    async def search(self, query: str = "") -> None:
        """Search for `query`; without one go on with what stands in the line."""
        if query and self._bar is not None:
            await self._bar.remove()
            self._bar = None
        if self._bar is None:
            from .search_bar import SearchBar  # noqa: PLC0415 - needed when somebody searches

            self._bar = SearchBar(query)
            await self.mount(self._bar)
            self.flush()
        self._bar.write()

    def action_search_step(self, backwards: bool) -> None:
        if isinstance(self, Searchable):
            self.tell_search(self.step(backwards))

    def action_search_clear(self) -> None:
        """End the search; nothing stays marked."""
        if self._bar is not None and isinstance(self, Searchable):
            self._bar.remove()
            self._bar = None
            self.clear()
            self.flush()
            self.focus()
            self.refresh_bindings()

    def search_note(self) -> str:
        """What else the search bar says: how far a search is that goes on."""
        return ""

    def tell_search(self, found: Position | int | None) -> None:
        """Say in the search bar what is found, now that it changed: which match of how many, or only how many."""
        if self._bar is not None:
            self._bar.tell(found, self.search_note())

    def on_search_bar_typed(self, event: SearchBar.Typed) -> None:
        event.stop()
        if isinstance(self, Searchable):
            self.tell_search(self.find(event.query))

    def on_search_bar_kept(self, event: SearchBar.Kept) -> None:
        event.stop()
        self.focus()

    def on_search_bar_left(self, event: SearchBar.Left) -> None:
        event.stop()
        self.action_search_clear()

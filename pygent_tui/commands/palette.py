"""The command palette: the table of slash commands, each with the key that does the same. Loaded when it is first opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from ..key_names import shown
from .command import Command

if TYPE_CHECKING:
    from ..app import PygentApp


class TablePalette(Provider):
    """What is listed may come from other packages, and is taken as plain text."""

    async def discover(self) -> Hits:
        for title, what, choose in self._rows():
            yield DiscoveryHit(Content(title), choose, text=title, help=_plain(what))

    async def search(self, query: str) -> Hits:
        search = self.matcher(query).fuzzy_search
        for title, what, choose in self._rows():
            score, places = search.match(query, title)
            score = max(score, search.match(query, what)[0] / 2)
            if score > 0:
                yield Hit(score, _marked(title, places), choose, text=title, help=_plain(what))

    def _rows(self) -> Iterator[tuple[str, str, Callable[[], None]]]:
        app: PygentApp = self.app  # type: ignore[assignment] # it is no other's palette
        conductor = app.conductor
        if conductor is not None:
            keys = {binding.binding.id: binding.binding.key for binding in app.screen_stack[0].active_bindings.values()}
            for command in conductor.installed.table:
                yield _title(command, keys), command.what, partial(conductor.installed.choose, command)


def _title(command: Command, keys: dict[str | None, str]) -> str:
    key = keys.get(command.binding, "") if command.binding else ""
    return f"{command.usage} · {shown(key)}" if key else command.usage


def _marked(title: str, places: Sequence[int]) -> Content:
    content = Content(title)
    for place in places:
        content = content.stylize("underline", place, place + 1)
    return content


def _plain(text: str) -> str:
    """`text` for a place that reads markup."""
    return text.replace("[", r"\[")

"""The last line of a screen: the keys that are valid now, as many as there is room for. A click does what the key does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from ..key_names import shown, writes
from ..views.hints import Hint, hints

if TYPE_CHECKING:
    from textual.binding import ActiveBinding
    from textual.events import Click

_GAP = 2


class KeyLine(Widget):
    """Made of the bindings of its screen, drawn anew only when it says something else.

    `labels` gives what keys do just now, by the ids of their bindings, and "" for one that is not worth naming; so may
    what has the focus, with `key_labels`.
    """

    DEFAULT_CSS = "KeyLine { height: 1; padding: 0 1; background: $background; color: $text-muted; text-wrap: nowrap; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.labels: Callable[[], Mapping[str, str]] = dict
        self._found: tuple[Hint, ...] = ()

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.renew())
        self.renew()

    def renew(self) -> None:
        """Name the keys that are valid now."""
        if not self.is_attached or not self.app.app_focus:  # while another window has the focus, no widget has it
            return
        labels = {**self.labels(), **getattr(self.screen.focused, "key_labels", {})}
        names = {name: shown(active.binding.key) for name, active in self._active().items()}
        found = hints(names, labels)
        if found != self._found:
            self._found = found
            self.refresh()

    def _active(self) -> dict[str, ActiveBinding]:
        """The bindings that are valid now, by id; of several keys the first."""
        focused = self.screen.focused
        typing = focused is not None and focused.check_consume_key("a", "a")
        found: dict[str, ActiveBinding] = {}
        for active in self.screen.active_bindings.values():
            if active.enabled and active.binding.id and not (typing and writes(active.binding.key)):
                found.setdefault(active.binding.id, active)
        return found

    def _fitting(self) -> list[tuple[int, Hint]]:
        """The hints that there is room for, each with the cell where it begins."""
        placed: list[tuple[int, Hint]] = []
        at = 0
        for hint in self._found:
            if at + cell_len(hint.text) > self.content_size.width:
                break
            placed.append((at, hint))
            at += cell_len(hint.text) + _GAP
        return placed

    def render(self) -> Content:
        parts: list[tuple[str, str]] = []
        for at, hint in self._fitting():
            parts += [(" " * _GAP if at else "", ""), (hint.key, "bold $text-primary"), (f" {hint.label}", "")]
        return Content.assemble(*parts)

    async def on_click(self, event: Click) -> None:
        event.stop()
        offset = event.get_content_offset(self)
        x = offset.x if offset is not None else -1
        clicked = next((hint.id for at, hint in self._fitting() if at <= x < at + cell_len(hint.text)), None)
        active = self._active().get(clicked or "")
        if active is not None:
            await self.app.run_action(active.binding.action, active.node)

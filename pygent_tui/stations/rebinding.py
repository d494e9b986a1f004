"""The user's own keys: taken from the settings soon after the first paint, and told of when one of them cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..aside import Aside
from ..key_names import shown_all
from ..keymap import NO_KEYS, Bound, Keymap, keymap, places
from ..screens.help import Help
from ..views.help_page import REBIND, Section
from ..widgets.request import Brought
from .station import Station

if TYPE_CHECKING:
    from ..conductor import Conductor

_AREAS = {
    "app": "Everywhere",
    "layout": "Everywhere",
    "asks": "What asks",
    "pane": "In every pane",
    "composer": "Prompt",
    "queue": "Prompt",
    "conversation": "Conversation",
    "output": "Output",
    "board": "Tasks",
}
_DIALOGS = "Lists and dialogs"


class Rebinding(Station):
    """`map` is what the user's keys come to; empty while they are looked at, and without any."""

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self.map: Keymap = NO_KEYS
        self._aside = Aside("pygent-keys", lambda then: self.app.post_message(Brought(then)))

    def begin(self) -> None:
        chosen = tuple(self.conductor.launch.keys)
        if chosen:
            self._aside.do(lambda: keymap(chosen), self._take)

    def list_all(self) -> None:
        """Show the name of every key that can be another, and what it is now."""
        self._aside.do(lambda: tuple(places().bound.values()), self._list)

    @property
    def troubles(self) -> tuple[Section, ...]:
        """What is wrong with the user's keys, for the help; nothing when all is well."""
        return (Section("Your keys", text=" ".join(self.map.troubles)),) if self.map.troubles else ()

    def _take(self, found: Keymap) -> None:
        self.map = found
        self.app.set_keymap(found.keys)
        self.conductor.panes.rename_keys()
        for trouble in found.troubles:
            self.conductor.refuse(trouble)

    def _list(self, bound: tuple[Bound, ...]) -> None:
        self.app.push_screen(Help((*self.troubles, Section("Keys of your own", text=REBIND), *self._sections(bound))))

    def _sections(self, bound: tuple[Bound, ...]) -> list[Section]:
        areas: dict[str, list[tuple[str, str]]] = {name: [] for name in (*_AREAS.values(), _DIALOGS)}
        for each in bound:
            keys = self.map.keys[each.id].split(",") if each.id in self.map.keys else each.keys
            areas[_AREAS.get(each.id.partition(".")[0], _DIALOGS)].append((each.id, f"{shown_all(keys)} · {each.what}"))
        return [Section(name, tuple(rows)) for name, rows in areas.items() if rows]

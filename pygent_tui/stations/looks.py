"""How the app looks: its theme, and where the panes stand; what the user chose is remembered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pygent_engine.untrusted import clean_line

from ..theme import DARK, LIGHT
from ..views.arrangement import Arrangement
from ..widgets.pane_grid import PaneGrid
from ..widgets.request import Request
from .station import Station

if TYPE_CHECKING:
    from ..screens.pick import Item


class Looks(Station):
    """Changes colours, and tells the app's memory."""

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {PaneGrid.Arranged: lambda request: self._arranged(request.arrangement)}

    def begin(self) -> None:
        if self.app.memory.problem:
            self.conductor.refuse(self.app.memory.problem)

    # ------------------------------------------------------------ themes

    @property
    def themes(self) -> Sequence[str]:
        """The names of all themes that the terminal has the colours for, ours first."""
        every = (DARK, LIGHT, *sorted(self.app.available_themes.keys() - {DARK, LIGHT}))
        return tuple(filter(self.app.shows, every))

    def choose_theme(self, name: str) -> None:
        """Take the theme of that name; without a name let the user look at one after the other."""
        if not name:
            self._pick_theme()
        elif name.lower() in self.themes:
            self._keep_theme(name.lower())
        elif name.lower() in self.app.available_themes:
            self.conductor.refuse(
                f"The theme {name.lower()} needs more colours than this terminal says it has; COLORTERM=truecolor says it has all."
            )
        else:
            self.conductor.refuse(f"There is no theme {clean_line(name, 40)!r}; /theme lists them.")

    def _pick_theme(self) -> None:
        from ..screens.pick import Pick  # noqa: PLC0415 - a list is imported when one is wanted

        before = self.app.theme
        picker = Pick("Theme", [self._item(name) for name in self.themes], verb="keep it", at=before, look=self._try_theme)
        picker.add_class("-beside")  # what is chosen here is the look of what lies beside it
        self.app.push_screen(picker, lambda name: self._keep_theme(name or before))

    def _item(self, name: str) -> Item:
        from ..screens.pick import Item  # noqa: PLC0415 - as above

        theme = self.app.available_themes[name]
        return Item(name, name, f"{'dark' if theme.dark else 'light'}{', of the terminal' if theme.ansi else ''}")

    def _try_theme(self, name: str) -> None:
        self.app.theme = name

    def _keep_theme(self, name: str) -> None:
        self.app.theme = name
        self.app.memory.keep(replace(self.app.memory.look, theme=name))

    # ------------------------------------------------------------ panes

    def _arranged(self, arrangement: Arrangement) -> None:
        self.app.memory.keep(replace(self.app.memory.look, arrangement=arrangement))

"""How the app looks: its theme."""

from __future__ import annotations

from ..theme import DARK, LIGHT
from .station import Station


class Looks(Station):
    """Changes colours."""

    def toggle_theme(self) -> None:
        """Change between dark and light."""
        self.app.theme = LIGHT if self.app.current_theme.dark else DARK

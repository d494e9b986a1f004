"""Keys in the order in which they were typed: what a key with priority does, after what was typed before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.screen import Screen


def after_typing(screen: Screen[Any], do: Callable[[], object]) -> None:
    """Do `do` once the field that has the focus took the keys before this one. They wait in a queue of the field's, which a key
    with priority does not: what comes in one batch, over a slow line or beside a busy core, would be sent without its end."""

    def run() -> None:
        do()  # what it returns is not waited for: a dialog that leaves waits for the field

    (screen.focused or screen).call_later(run)

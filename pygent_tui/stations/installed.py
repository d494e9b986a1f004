"""The table of commands with those of other packages: theirs are loaded soon after the first paint, on a thread of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Thread
from typing import TYPE_CHECKING, Any

from pygent_engine.untrusted import clean_line

from ..commands.command import Command
from ..commands.table import COMMANDS
from ..widgets.request import Request
from .station import Station

if TYPE_CHECKING:
    from ..commands.plugins import Found
    from ..conductor import Conductor

_QUIET_S = 0.5  # the first keys after the start come first


class Installed(Station):
    """`table` is every command that there is; `complete` once other packages were looked at."""

    class Loaded(Request):
        """Other packages were looked at."""

        def __init__(self, found: Found) -> None:
            super().__init__()
            self.found = found

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self.table: Sequence[Command] = COMMANDS
        self.complete = False
        self._waiting: list[Callable[[], object]] = []
        self._begun = False

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {Installed.Loaded: lambda request: self._loaded(request.found)}

    def begin(self) -> None:
        self.app.set_timer(_QUIET_S, self._begin)

    def choose(self, command: Command) -> None:
        """Run `command` from the palette; one that needs an argument is put into the composer, before what is written there."""
        if command.needs_argument:
            composer = self.bench.composer
            composer.text = f"/{command.name} {composer.text}"
            composer.move_cursor(composer.document.end)
            self.bench.focus_below()
        else:
            command.run(self.conductor, "")

    def later(self, work: Callable[[], object]) -> bool:
        """Do `work` once the table is complete; False when it is, and nothing will be done."""
        if self.complete:
            return False
        self._waiting.append(work)
        self._begin()
        return True

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            Thread(target=self._load, name="pygent-plugins", daemon=True).start()

    def _load(self) -> None:
        from ..commands.plugins import load  # noqa: PLC0415 - slow, and on this thread nobody waits for it

        self.app.post_message(Installed.Loaded(load()))

    def _loaded(self, found: Found) -> None:
        self.table, self.complete = (*COMMANDS, *found.commands), True
        for trouble in found.troubles:
            self.conductor.refuse(clean_line(trouble, 400))
        waiting, self._waiting = self._waiting, []
        for work in waiting:
            work()

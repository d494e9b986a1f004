"""Commands of other packages, found by entry point: loaded when the table is first needed, and never able to break the app."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from pygent_engine.frozen import frozen

from .command import Command
from .table import COMMANDS

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from ..conductor import Conductor

GROUP = "pygent.commands"
_NAME = re.compile(r"[a-z?][a-z0-9?-]*")


@frozen
class Found:
    """The commands that could be loaded, and a sentence for each that could not."""

    commands: tuple[Command, ...]
    troubles: tuple[str, ...]


def load(taken: Iterable[Command] = COMMANDS) -> Found:
    """All commands of installed packages, by the names of their entry points. Names that are `taken` stay ours; of two
    packages the first has a name."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow to import, and not needed before the first paint

    names = {name for command in taken for name in command.names}
    commands: list[Command] = []
    troubles: list[str] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        try:
            given = list(_given(point))
        except Exception as error:  # other people's code: it may fail in any way
            logging.getLogger("pygent").exception("the commands of %s cannot be loaded", point.value)
            troubles.append(f"The commands of {_origin(point)} cannot be loaded ({type(error).__name__}: {error}).")
            continue
        for command in given:
            trouble = _trouble(command, names)
            if trouble:
                troubles.append(f"The command /{command.name} of {_origin(point)} is left out: {trouble}.")
                continue
            names.update(command.names)
            commands.append(replace(command, run=_guarded(command, _origin(point))))
    return Found(tuple(commands), tuple(troubles))


def _given(point: EntryPoint) -> Iterator[Command]:
    """What an entry point names: a command, several, or what makes them."""
    thing = point.load()
    if callable(thing):
        thing = thing()
    for command in (thing,) if isinstance(thing, Command) else thing:
        if not isinstance(command, Command):
            raise TypeError(f"{type(command).__name__} is no pygent_tui.commands.Command")
        yield command


def _trouble(command: Command, names: set[str]) -> str:
    odd = next((name for name in command.names if not _NAME.fullmatch(name)), None)
    if odd is not None:
        return f"{odd!r} is no name for a command"
    double = next((name for name in command.names if name in names), None)
    return f"there is another command /{double}" if double is not None else ""


def _origin(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value


def _guarded(command: Command, origin: str) -> Callable[[Conductor, str], object]:
    """What `command` does; when it fails that is said and logged, and the app goes on."""

    def run(conductor: Conductor, argument: str) -> object:
        try:
            return command.run(conductor, argument)
        except Exception as error:  # as above
            logging.getLogger("pygent").exception("the command /%s of %s failed", command.name, origin)
            conductor.refuse(f"The command /{command.name} of {origin} failed ({type(error).__name__}: {error}).")
            return None

    return run

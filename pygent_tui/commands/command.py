"""What a slash command is: its name, what follows it, and what it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pygent_engine.frozen import frozen

if TYPE_CHECKING:
    from ..conductor import Conductor


@frozen
class Command:
    """`argument` names what follows the command: TEXT is needed, [TEXT] may be left out; `run` gets it stripped.

    `choices` are what the argument can be, for completion; empty when it is free text. `aliases` are other names for it,
    `binding` the id of the key that does the same. A command of another package sees of the conductor what `Desk` says.
    """

    name: str
    argument: str
    what: str
    run: Callable[[Conductor, str], object]
    choices: Callable[[Conductor], Sequence[str]] = lambda conductor: ()
    aliases: tuple[str, ...] = ()
    binding: str = ""

    @property
    def usage(self) -> str:
        return f"/{self.name} {self.argument}".strip()

    @property
    def needs_argument(self) -> bool:
        return bool(self.argument) and not self.argument.startswith("[")

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)

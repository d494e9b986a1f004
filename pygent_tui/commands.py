"""The slash commands, one table for the composer, the command palette and the help screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pygent_engine.events import Interrupt, Steer

if TYPE_CHECKING:
    from .conductor import Conductor

_SHAPE = re.compile(r"/([A-Za-z?]+)(?:\s+(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Command:
    """`argument` names what follows the command: TEXT is needed, [TEXT] may be left out; `run` gets it stripped.

    `choices` are what the argument can be, for completion; empty when it is free text."""

    name: str
    argument: str
    what: str
    run: Callable[[Conductor, str], object]
    choices: Callable[[Conductor], Sequence[str]] = lambda conductor: ()

    @property
    def usage(self) -> str:
        return f"/{self.name} {self.argument}".strip()

    @property
    def needs_argument(self) -> bool:
        return bool(self.argument) and not self.argument.startswith("[")


COMMANDS: tuple[Command, ...] = (
    Command("help", "", "Show the keys, the commands, and how to connect a model", lambda desk, _: desk.open_help()),
    Command("tasks", "", "Go to the board of delegated tasks", lambda desk, _: desk.bench.focus_pane("board")),
    Command("output", "", "Go to the live output", lambda desk, _: desk.bench.focus_pane("output")),
    Command("steer", "TEXT", "Tell the running turn something, before its next step", lambda desk, text: desk.send(Steer(text))),
    Command("stop", "", "Interrupt the running turn; delegated tasks go on", lambda desk, _: desk.send(Interrupt())),
    Command("cancel", "TASK", "Cancel one delegated task", lambda desk, task_id: desk.tasks.cancel(task_id)),
    Command("theme", "", "Change between dark and light", lambda desk, _: desk.looks.toggle_theme()),
    Command("exit", "", "Leave Pygent", lambda desk, _: desk.leaving.quit()),
)


class CommandError(ValueError):
    """A command that cannot be run; the message is one sentence for the user."""


def find(text: str) -> tuple[Command, str] | None:
    """The command that `text` calls, and its argument; None when `text` is a prompt. Raises CommandError.

    A prompt may begin with a path: only a slash and letters are a command.
    """
    shape = _SHAPE.fullmatch(text.strip())
    if shape is None:
        return None
    name, argument = shape[1].lower(), (shape[2] or "").strip()
    command = next((command for command in COMMANDS if command.name == name), None)
    if command is None:
        raise CommandError(f"There is no command /{name}; /help lists them.")
    if command.needs_argument and not argument:
        raise CommandError(f"/{name} needs something after it: {command.usage}")
    return command, argument

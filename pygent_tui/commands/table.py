"""The slash commands, one table for the composer, the command palette and the help screen. What a command does stands in a station."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pygent_engine.events import Interrupt

from .command import Command
from .tasks import TASK_COMMANDS

_SHAPE = re.compile(r"/([A-Za-z?][A-Za-z0-9?-]*)(?:\s+(.*))?", re.DOTALL)


def _switches(*_: object) -> Sequence[str]:
    return ("on", "off")


COMMANDS: tuple[Command, ...] = (
    Command(
        "help",
        "",
        "Show the keys, the commands, and how to connect a model",
        lambda desk, _: desk.open_help(),
        aliases=("?",),
        binding="app.help",
    ),
    Command("keys", "", "List all keys by their names, for keys of your own", lambda desk, _: desk.rebinding.list_all()),
    Command("new", "", "Begin a new conversation; workspace and tasks stay", lambda desk, _: desk.errands.start_over(), aliases=("clear",)),
    Command(
        "model",
        "[NAME]",
        "Ask another model from the next step on",
        lambda desk, name: desk.tuning.model(name),
        lambda desk: desk.tuning.known_models,
    ),
    Command(
        "persona",
        "[NAME]",
        "Be another persona from the next turn on",
        lambda desk, name: desk.tuning.persona(name),
        lambda desk: desk.state.tuning.personas,
    ),
    Command(
        "tools",
        "[on|off NAME]",
        "Offer tools to the model, or withhold them",
        lambda desk, words: desk.tuning.tools(words),
        lambda desk: desk.tuning.tool_choices,
    ),
    Command(
        "banned",
        "[add|remove NAME]",
        "Show and change which commands are banned",
        lambda desk, words: desk.tuning.banned(words),
        lambda desk: desk.tuning.ban_choices,
    ),
    Command(
        "approvals",
        "[auto|ask|never-write]",
        "Say what asks first: local commands, every command and write, or that nothing is written",
        lambda desk, mode: desk.asking.set_approvals(mode),
        lambda desk: desk.asking.modes,
    ),
    Command(
        "confirm-bash",
        "[on|off]",
        "Ask before commands on this machine, or not",
        lambda desk, word: desk.asking.set_confirm_bash(word),
        _switches,
    ),
    Command("cmd", "COMMAND", "Run a command in the runtime, as !COMMAND does", lambda desk, cmd: desk.composing.run(cmd)),
    Command(
        "cp", "PATH [DEST]", "Copy a file or folder of this machine into the workspace", lambda desk, words: desk.errands.copy_in(words)
    ),
    *TASK_COMMANDS,
    Command(
        "shell", "", "Have a shell where the session works: in its container, or in its folder", lambda desk, _: desk.shell.of_session()
    ),
    Command("output", "", "Go to the live output", lambda desk, _: desk.bench.focus_pane("output")),
    Command("diff", "", "Show what tools changed in this session, file by file", lambda desk, _: desk.reports.diff()),
    Command(
        "copy",
        "[last|code|command|output|all]",
        "Copy the last reply, code block, command or output, or all; --file writes what was copied last to a file",
        lambda desk, words: desk.sources.copy(words),
        lambda desk: desk.sources.choices,
    ),
    Command(
        "export",
        "[FILE]",
        "Write the conversation to a file: Markdown, or by its suffix .txt or .jsonl",
        lambda desk, path: desk.sources.export(path),
    ),
    Command(
        "search",
        "[TEXT]",
        "Search the conversation, folded cards too",
        lambda desk, text: desk.panes.search(text),
        binding="pane.search",
    ),
    Command("steer", "TEXT", "Tell the running turn something, before its next step", lambda desk, text: desk.composing.steer(text)),
    Command("stop", "", "Interrupt the running turn; delegated tasks go on", lambda desk, _: desk.send(Interrupt())),
    Command(
        "theme",
        "[NAME]",
        "Change the colours; without a name look at one theme after the other",
        lambda desk, name: desk.looks.choose_theme(name),
        lambda desk: desk.looks.themes,
    ),
    Command("mouse", "[on|off]", "Take the mouse, or leave it to the terminal", lambda desk, word: desk.mouse.switch(word), _switches),
    Command("doctor", "", "Say what is here, what is missing, and what to do about it", lambda desk, _: desk.reports.doctor()),
    Command("exit", "", "Leave Pygent", lambda desk, _: desk.leaving.quit(), aliases=("quit", "q"), binding="app.quit"),
)


class CommandError(ValueError):
    """A command that cannot be run; the message is one sentence for the user."""


def find(text: str, table: Sequence[Command] = COMMANDS) -> tuple[Command, str] | None:
    """The command of `table` that `text` calls, and its argument; None when `text` is a prompt. Raises CommandError.

    A prompt may begin with a path: only a slash and one word are a command.
    """
    shape = _SHAPE.fullmatch(text.strip())
    if shape is None:
        return None
    name, argument = shape[1].lower(), (shape[2] or "").strip()
    command = next((command for command in table if name in command.names), None)
    if command is None:
        raise CommandError(f"There is no command /{name}; {_advice(name, table)}")
    if command.needs_argument and not argument:
        raise CommandError(f"/{name} needs something after it: {command.usage}")
    if argument and not command.argument:
        raise CommandError(f"/{name} takes nothing after it; send the rest as a prompt of its own.")
    return command, argument


def _advice(name: str, table: Sequence[Command]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a misspelt command pays for it

    near = get_close_matches(name, list(_names(table)), 1)
    return f"did you mean /{near[0]}?" if near else "/help lists them."


def _names(table: Sequence[Command]) -> Iterator[str]:
    for command in table:
        yield from command.names

"""The table of slash commands."""

from __future__ import annotations

import pytest

from pygent_engine.events import Interrupt, Op, Steer
from pygent_tui import commands


class Recorder:
    """A desk that writes down what a command does."""

    def __init__(self) -> None:
        self.done: list[object] = []

    def ask(self, op: Op) -> None:
        self.done.append(op)

    def open_help(self) -> None:
        self.done.append("help")

    def focus_pane(self, name: str) -> None:
        self.done.append(("focus", name))

    def cancel_task(self, task_id: str) -> None:
        self.done.append(("cancel", task_id))

    def toggle_theme(self) -> None:
        self.done.append("theme")

    def quit(self) -> None:
        self.done.append("quit")


@pytest.mark.parametrize("text", ["hello", "/etc/passwd, what is in it?", "/ help", "//help", "/help-me", "what is /help"])
def test_what_is_no_slash_and_a_word_is_a_prompt(text: str) -> None:
    assert commands.find(text) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("/nothing", "There is no command /nothing; /help lists them."),
        ("/steer", "/steer needs something after it: /steer TEXT"),
        ("/cancel  ", "/cancel needs something after it: /cancel TASK"),
    ],
)
def test_what_cannot_be_run_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(commands.CommandError) as refused:
        commands.find(text)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("/help", "help"),
        ("/HELP ", "help"),
        ("/tasks", ("focus", "board")),
        ("/output", ("focus", "output")),
        ("/steer use sqlite\nplease", Steer("use sqlite\nplease")),
        ("/stop", Interrupt()),
        ("/cancel task-1", ("cancel", "task-1")),
        ("/theme", "theme"),
        ("/exit", "quit"),
    ],
)
def test_a_command_does_one_thing(text: str, done: object) -> None:
    desk = Recorder()
    found = commands.find(text)
    assert found is not None
    command, argument = found
    command.run(desk, argument)
    assert desk.done == [done]


def test_names_are_unique() -> None:
    names = [command.name for command in commands.COMMANDS]
    assert len(names) == len(set(names))

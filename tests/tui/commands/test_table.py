"""The table of slash commands."""

from __future__ import annotations

import pytest

from pygent_tui.commands import table


@pytest.mark.parametrize("text", ["hello", "/etc/passwd, what is in it?", "/ help", "//help", "what is /help"])
def test_what_is_no_slash_and_a_word_is_a_prompt(text: str) -> None:
    assert table.find(text) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("/zzz", "There is no command /zzz; /help lists them."),
        ("/exprot it.md", "There is no command /exprot; did you mean /export?"),
        ("/help-me", "There is no command /help-me; did you mean /help?"),
        ("/steer", "/steer needs something after it: /steer TEXT"),
        ("/steer  ", "/steer needs something after it: /steer TEXT"),
        ("/clear the cache", "/clear takes nothing after it; send the rest as a prompt of its own."),
    ],
)
def test_what_cannot_be_run_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(table.CommandError) as refused:
        table.find(text)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("text", "name", "argument"),
    [
        ("/help", "help", ""),
        ("/HELP ", "help", ""),
        ("/steer use sqlite\nplease", "steer", "use sqlite\nplease"),
        ("/cancel  task-1 ", "task-cancel", "task-1"),
        ("/q", "exit", ""),
        ("/clear", "new", ""),
        ("/?", "help", ""),
    ],
)
def test_a_command_is_found_by_its_name_with_its_argument(text: str, name: str, argument: str) -> None:
    found = table.find(text)
    assert found is not None
    assert (found[0].name, found[1]) == (name, argument)


def test_names_are_unique() -> None:
    names = [name for command in table.COMMANDS for name in command.names]
    assert len(names) == len(set(names))

"""`pygent tasks COMMAND --help`: each command tells of itself, and of no flag that it does not take."""

from __future__ import annotations

import re
import shlex
from typing import get_args

import pytest

from pygent_engine.cli.arguments import Show, parse
from pygent_engine.cli.tasks_arguments import Tasks, Verb

VERBS = get_args(Verb)


def page(*words: str) -> str:
    shown = parse(["tasks", *words])
    assert isinstance(shown, Show)
    return shown.text


@pytest.mark.parametrize("verb", VERBS)
def test_each_command_tells_its_usage_what_it_does_and_an_example(verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = page(verb, "--help")
    assert text.startswith(f"usage: pygent tasks {verb} ")
    assert f"\nexample:\n  pygent tasks {verb} " in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("verb", VERBS)
def test_its_example_can_be_typed(verb: str) -> None:

    example = page(verb, "-h").partition("example:\n  pygent ")[2].splitlines()[0]
    command = parse(shlex.split(example))
    assert isinstance(command, Tasks) and command.verb == verb


def test_it_names_the_flags_that_the_command_takes_and_no_others() -> None:
    everywhere = {"--help", "--config", "--session", "--json"}
    flags = {verb: set(re.findall(r"^  (?:-h, )?(--[a-z]+)", page(verb, "-h"), re.MULTILINE)) - everywhere for verb in VERBS}
    spends = {"--steps", "--tokens", "--seconds"}
    own = {
        "start": {"--model", "--persona", "--title", "--files", *spends},
        "retry": {"--clean", "--prompt", "--model", "--persona"},
        "limits": spends,
        "remove": {"--yes"},
    }
    assert flags == {verb: own.get(verb, set()) for verb in VERBS}


@pytest.mark.parametrize("words", [[], ["nonsense"], ["--json"]])
def test_without_a_command_the_page_is_that_of_all_and_names_each(words: list[str]) -> None:
    text = page(*words, "--help")
    assert text.startswith("usage: pygent tasks [--json]")
    assert [verb for verb in VERBS if not re.search(rf"^  {verb} ", text, re.MULTILINE)] == ["list"]


def test_the_command_may_follow_flags_and_its_arguments_may_be_there() -> None:
    assert page("--json", "apply", "1", "a.py", "--help") == page("apply", "--help")


def test_help_that_is_a_text_is_no_help() -> None:
    command = parse(["tasks", "message", "1", "--", "--help"])
    assert isinstance(command, Tasks) and command.words == ("--help",)

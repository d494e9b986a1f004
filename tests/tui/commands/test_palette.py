"""The command palette lists the table of commands, as plain text, and runs what is chosen."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from textual.command import CommandList, CommandPalette

from pygent_engine.events import Interrupt
from pygent_tui.commands.command import Command
from pygent_tui.commands.table import COMMANDS
from pygent_tui.screens.help import Help
from pygent_tui.screens.workbench import Workbench
from tests.scenes import Scene
from tests.scripts import running, start
from tests.support.stage import Stage, play

START = Scene("start", start)
BUSY = Scene("busy", running)


async def listed(stage: Stage, query: str = "") -> list[str]:
    """The first lines of all that the open palette lists for `query`; it shows a part while it still looks."""
    await stage.pilot.press("ctrl+p")
    await stage.until(lambda: isinstance(stage.app.screen, CommandPalette))
    await stage.pilot.press(*query)
    options = stage.app.screen.query_one(CommandList)
    await stage.until(lambda: options.option_count and all(worker.is_finished for worker in stage.app.workers))
    return [str(option.prompt).splitlines()[0] for option in options.options]


def test_every_command_stands_in_the_palette_with_the_key_that_does_the_same() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.pilot.press("ctrl+p")
        options = stage.app.screen.query_one(CommandList)
        await stage.until(lambda: options.option_count == len(COMMANDS))
        titles = [str(option.prompt).splitlines()[0] for option in options.options]
        assert sorted(title.partition(" · ")[0] for title in titles) == sorted(command.usage for command in COMMANDS)
        assert [title for title in titles if " · " in title] == ["/help · F1", "/inbox · Alt+A", "/tasks · F2", "/exit · Ctrl+Q"]

    play(START, scenario)


def test_a_key_has_the_name_that_it_has_elsewhere() -> None:
    async def scenario(stage: Stage) -> None:
        stage.conductor.panes.conversation.focus()
        await stage.until(lambda: stage.app.focused is stage.conductor.panes.conversation)
        assert "/search [TEXT] · /" in await listed(stage)

    play(START, scenario)


@pytest.mark.uses("app.commands")
def test_a_chosen_command_runs() -> None:
    async def scenario(stage: Stage) -> None:
        await listed(stage, "stop")
        await stage.pilot.press("enter")
        await stage.until(lambda: stage.ops == [Interrupt()])

    play(BUSY, scenario)


def test_a_command_that_needs_an_argument_is_put_before_what_is_written() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"use sqlite")
        await listed(stage, "steer")
        await stage.pilot.press("enter")
        await stage.until(lambda: stage.bench.composer.text == "/steer use sqlite")
        assert stage.bench.composer.has_focus

    play(BUSY, scenario)


def test_what_another_package_calls_its_command_is_no_markup() -> None:
    async def scenario(stage: Stage) -> None:
        odd = Command("odd", "[/] [@click=app.quit]X[/]", "[bold]what[/] [/", lambda desk, _: None)
        stage.conductor.installed.later(lambda: None)
        await stage.until(lambda: stage.conductor.installed.complete)
        stage.conductor.installed.table = (odd, replace(odd, name="even"))
        assert await listed(stage, "odd") == ["/odd [/] [@click=app.quit]X[/]"]
        (option,) = stage.app.screen.query_one(CommandList).options
        assert str(option.prompt).splitlines()[1] == "[bold]what[/] [/"

    play(START, scenario)


def test_it_opens_over_what_was_opened_from_it() -> None:
    async def scenario(stage: Stage) -> None:
        await listed(stage)
        await stage.pilot.press("f1")
        await stage.until(lambda: isinstance(stage.app.screen, Help))
        await listed(stage)
        assert len(stage.app.screen_stack) == 4
        for screen in (Help, CommandPalette, Workbench):
            await stage.pilot.press("escape")
            await stage.until(partial(lambda kind: isinstance(stage.app.screen, kind), screen))

    play(START, scenario)

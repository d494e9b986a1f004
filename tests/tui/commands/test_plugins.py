"""Commands of other packages, installed as packages are: found, told of when they are broken, and unable to break the app."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pygent_engine.events import SubmitPrompt
from pygent_tui.commands.plugins import load
from pygent_tui.commands.table import COMMANDS
from tests.scenes import Scene
from tests.scripts import start
from tests.support.saying import command, hears, said
from tests.support.stage import Stage, play

START = Scene("start", start)
GOOD = """
from pygent_tui.commands import Command

def greet(desk, argument):
    desk.say(f"Hello {argument}, {desk.state.status.opened.model} is asked.")
    desk.submit(f"Greet {argument}")
    desk.copy(argument, "the name")

GREET = Command("greet", "NAME", "Greet somebody", greet, aliases=("hi",))

def several():
    yield Command("fail", "", "Fail", lambda desk, argument: 1 / 0)
    yield Command("greet", "", "Take a name", greet)
    yield Command("exit", "", "Take one of ours", greet)
    yield Command("quit", "", "Take an alias of ours", greet)
    yield Command("no name", "", "Have none", greet)
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder where packages are installed, before all others."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("greeting_")]:
        del sys.modules[name]


def install(site: Path, name: str, code: str, *points: str) -> None:
    """A distribution with one module, whose entry points are `points` ("key = attribute")."""
    module = f"greeting_{name}"
    (site / f"{module}.py").write_text(code)
    info = site / f"{module}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: greeting-{name}\nVersion: 1.0\n")
    lines = [f"{key} = {module}:{attribute}" for key, _, attribute in (point.partition(" = ") for point in points)]
    (info / "entry_points.txt").write_text("\n".join(("[pygent.commands]", *lines, "")))


def test_without_packages_there_are_no_more_commands(site: Path) -> None:
    assert load() == load(COMMANDS)
    assert load().commands == ()


def test_a_command_and_what_makes_several_are_found_and_ours_stay_ours(site: Path) -> None:
    install(site, "good", GOOD, "a = GREET", "b = several")
    found = load()
    assert [each.names for each in found.commands] == [("greet", "hi"), ("fail",)]
    assert found.troubles == (
        "The command /greet of greeting-good is left out: there is another command /greet.",
        "The command /exit of greeting-good is left out: there is another command /exit.",
        "The command /quit of greeting-good is left out: there is another command /quit.",
        "The command /no name of greeting-good is left out: 'no name' is no name for a command.",
    )


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise RuntimeError('not today')", "RuntimeError: not today"),
        ("import no_such_module_anywhere", "ModuleNotFoundError: No module named 'no_such_module_anywhere'"),
        ("", "AttributeError: module 'greeting_bad' has no attribute 'GREET'"),
        ("GREET = [1]", "TypeError: int is no pygent_tui.commands.Command"),
        ("GREET = 1", "TypeError: 'int' object is not iterable"),
        ("def GREET(): raise SystemError", "SystemError: "),
    ],
)
def test_a_package_that_cannot_be_loaded_is_named_and_the_others_work(code: str, reason: str, site: Path) -> None:
    install(site, "bad", code, "a = GREET")
    install(site, "good", GOOD, "b = GREET")
    found = load()
    assert [each.name for each in found.commands] == ["greet"]
    assert found.troubles == (f"The commands of greeting-bad cannot be loaded ({reason}).",)


def test_an_installed_command_runs_in_the_app_even_before_all_is_loaded(site: Path) -> None:
    install(site, "good", GOOD, "a = GREET")

    async def scenario(stage: Stage) -> None:
        await command(stage, "/hi Ada")
        await hears(stage, "Hello Ada, demo is asked.")
        assert [op.text for op in stage.ops if isinstance(op, SubmitPrompt)] == ["Greet Ada"]
        await hears(stage, "Sent the name (3 characters)")

    play(START, scenario)


def test_a_command_that_fails_is_told_and_the_app_goes_on(site: Path) -> None:
    install(site, "good", GOOD, "b = several")

    async def scenario(stage: Stage) -> None:
        await command(stage, "/fail")
        await hears(stage, "The command /fail of greeting-good failed (ZeroDivisionError: division by zero).")
        assert stage.app.is_running

    play(START, scenario)


def test_what_is_left_out_is_said_once(site: Path) -> None:
    install(site, "bad", "raise ValueError('[/] \\x1b[2J')", "a = GREET")

    async def scenario(stage: Stage) -> None:
        await command(stage, "/nothing-like-it")
        await hears(stage, "There is no command /nothing-like-it")
        assert said(stage)[0] == "The commands of greeting-bad cannot be loaded (ValueError: [/] ␛[2J)."
        await command(stage, "/nothing-like-it")
        assert sum("cannot be loaded" in each for each in said(stage)) == 1

    play(START, scenario)

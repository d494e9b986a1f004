"""Models, personas, tools and bans: what the commands ask of the session, and lists that show how it stands, live."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pygent_engine.events import Op, SetBans, SetModel, SetPersona, SetTool, Tuned
from pygent_engine.values import ToolOffer, Tuning
from pygent_tui.screens.pick import Pick
from tests.scenes import Scene
from tests.scripts import start
from tests.support.saying import command, hears, said
from tests.support.script import Script
from tests.support.stage import Stage, play

TUNING = Tuning(
    "qwen3",
    banned_commands=("rm", "curl"),
    banned_apps=("git push",),
    tools=(ToolOffer("bash", "Run a command", True), ToolOffer("write_file", "Write [b]a[/b] file", False)),
    persona="",
    personas=("Pygent", "tester", "a [/] critic"),
)
UNTUNED = Scene("start", start)
TUNED = Scene("tuned", lambda: Script(model="qwen3").post(Tuned(TUNING)))


def lines(stage: Stage) -> list[str]:
    return [line.strip() for line in stage.text("#pick-list").splitlines() if line.strip()]


async def opens(stage: Stage, text: str) -> Pick:
    await command(stage, text)
    await stage.until(lambda: isinstance(stage.app.screen, Pick))
    assert isinstance(stage.app.screen, Pick)
    return stage.app.screen


@pytest.mark.parametrize(
    ("text", "op"),
    [
        pytest.param("/model gpt-5", SetModel("gpt-5"), marks=pytest.mark.uses("/model")),
        pytest.param("/persona a [/] critic", SetPersona("a [/] critic"), marks=pytest.mark.uses("/persona")),
        pytest.param("/tools off bash", SetTool("bash", False), marks=pytest.mark.uses("/tools")),
        ("/tools on write_file", SetTool("write_file", True)),
        pytest.param("/banned add dd", SetBans(("rm", "curl", "dd"), ("git push",)), marks=pytest.mark.uses("/banned")),
        ("/banned remove 'git push'", SetBans(("rm", "curl"), ())),
        ("/banned remove rm", SetBans(("curl",), ("git push",))),
        ("/banned add rm", SetBans(("rm", "curl"), ("git push",))),
    ],
)
def test_a_command_with_its_argument_asks_the_session(text: str, op: Op) -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, text)
        assert stage.ops == [op]

    play(TUNED, scenario)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("/tools bash", "Say which tool is switched: /tools on NAME or /tools off NAME; /tools alone lists them."),
        ("/banned rm", "Say what is banned: /banned add NAME or /banned remove NAME; /banned alone lists them."),
        ("/banned add 'rm", "Say what is banned: /banned add NAME or /banned remove NAME; /banned alone lists them."),
        ("/banned remove dd", "'dd' is not banned; /banned lists what is."),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_way(text: str, sentence: str) -> None:
    async def scenario(stage: Stage) -> None:
        stage.conductor.submit(text)  # as the composer would, without its completion
        await hears(stage, sentence)
        assert (said(stage), stage.ops) == ([sentence], [])

    play(TUNED, scenario)


def test_two_bans_in_a_row_both_count_before_the_session_has_answered() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/banned add dd")
        await command(stage, "/banned remove rm")
        assert stage.ops[-1] == SetBans(("curl", "dd"), ("git push",))

    play(TUNED, scenario)


@pytest.mark.uses("/tools", "pick.choose", "pick.close", "pick.down", "pick.up", "pick.page-down", "pick.page-up")
def test_enter_switches_a_tool_and_the_list_shows_what_the_session_says_of_it() -> None:
    async def scenario(stage: Stage) -> None:
        pick = await opens(stage, "/tools")
        assert lines(stage) == ["● bash  Run a command", "○ write_file  Write [b]a[/b] file"]
        await stage.press("down", "enter")
        assert stage.ops == [SetTool("write_file", True)]
        assert lines(stage)[1].startswith("○"), "nothing is claimed before the session has done it"
        offers = (TUNING.tools[0], ToolOffer("write_file", "Write", True))
        stage.session.play([*Script().post(Tuned(Tuning("qwen3", tools=offers))).envelopes[1:]])
        await stage.until(lambda: lines(stage)[1] == "● write_file  Write")
        assert pick.current == "write_file"
        await stage.press("up", "pagedown", "pageup", "enter", "escape")
        assert stage.ops[1:] == [SetTool("bash", False)]
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(TUNED, scenario)


def test_typing_filters_a_list_and_enter_on_nothing_does_nothing() -> None:
    async def scenario(stage: Stage) -> None:
        await opens(stage, "/persona")
        assert lines(stage) == ["● Pygent", "○ tester", "○ a [/] critic"]
        await stage.press(*"zz", "enter")
        assert (lines(stage), stage.ops) == (["nothing fits"], [])
        await stage.press("backspace", "backspace", *"crit", "enter")
        await stage.until(lambda: stage.ops == [SetPersona("a [/] critic")])

    play(TUNED, scenario)


def test_a_list_that_is_left_changes_nothing() -> None:
    async def scenario(stage: Stage) -> None:
        await opens(stage, "/model")
        assert lines(stage) == ["○ demo", "● qwen3"]
        await stage.press("up", "escape")
        await stage.until(lambda: stage.app.screen is stage.bench)
        assert stage.ops == []

    play(TUNED, scenario)


def test_a_ban_that_is_lifted_in_the_list_can_be_put_back() -> None:
    async def scenario(stage: Stage) -> None:
        await opens(stage, "/banned")
        assert lines(stage) == ["● rm", "● curl", "● git push"]
        await stage.press("down", "enter")
        await stage.until(lambda: lines(stage)[1] == "○ curl  allowed again")
        await stage.press("enter")
        await stage.until(lambda: lines(stage)[1] == "● curl")
        assert stage.ops == [SetBans(("rm",), ("git push",)), SetBans(("rm", "curl"), ("git push",))]

    play(TUNED, scenario)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("/banned", "Nothing is banned; /banned add NAME bans a command."),
        ("/persona", "This session has one persona only; PYGENT_PERSONA and the configuration file name others."),
    ],
)
def test_where_there_is_nothing_to_list_that_is_said(text: str, sentence: str) -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, text)
        await hears(stage, sentence)
        assert stage.app.screen is stage.bench

    play(UNTUNED, scenario)


def test_a_click_chooses() -> None:
    async def scenario(stage: Stage) -> None:
        await opens(stage, "/model")
        await stage.pilot.click("#pick-list", offset=(3, 0))
        await stage.until(lambda: stage.ops == [SetModel("demo")])

    play(TUNED, scenario)


def test_arguments_are_completed_from_how_the_session_stands() -> None:
    async def scenario(stage: Stage) -> None:
        desk = stage.conductor
        choices = {each.name: list(each.choices(desk)) for each in desk.installed.table if each.name in ("tools", "banned", "persona")}
        assert choices == {
            "persona": ["Pygent", "tester", "a [/] critic"],
            "tools": ["off bash", "on write_file"],
            "banned": ["add ", "remove rm", "remove curl", "remove 'git push'"],
        }

    play(TUNED, scenario)


def test_what_changed_is_said_where_no_list_shows_it() -> None:
    off = tuple(replace(tool, on=not tool.on) for tool in TUNING.tools)
    changed = replace(TUNING, tools=off, persona="tester", banned_commands=("rm", "dd"))

    async def scenario(stage: Stage) -> None:
        stage.session.play(Script(model="qwen3").post(Tuned(changed)).envelopes[1:])
        await stage.until(lambda: stage.state.tuning == changed)
        assert said(stage) == [
            "From the next step on bash is not offered to the model.",
            "From the next step on write_file is offered to the model again.",
            "From the next turn on the persona is tester.",
            "dd is banned now.",
            "curl is allowed again.",
        ]

    play(TUNED, scenario)


def test_what_a_list_shows_is_not_said_besides() -> None:
    changed = replace(TUNING, banned_commands=("rm",))

    async def scenario(stage: Stage) -> None:
        await opens(stage, "/banned")
        stage.session.play(Script(model="qwen3").post(Tuned(changed)).envelopes[1:])
        await stage.until(lambda: stage.state.tuning == changed)
        assert said(stage) == []

    play(TUNED, scenario)

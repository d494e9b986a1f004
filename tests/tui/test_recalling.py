"""Earlier prompts, of this run and of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent_engine.events import SubmitPrompt
from pygent_tui.memory.prompts import Kept, PromptFile
from pygent_tui.widgets.composer.composer import Composer
from pygent_tui.widgets.popup import Popup
from tests.scenes import Scene
from tests.scripts import start
from tests.support.pressing import press_at_once
from tests.support.scene_session import SceneLaunch, SceneSession
from tests.support.stage import Scenario, Stage, play

START = Scene("start", start)
HERE = "/home/user/project"


def composer(stage: Stage) -> Composer:
    return stage.bench.query_one(Composer)


def popup(stage: Stage) -> Popup:
    return stage.bench.query_one(Popup)


def play_with(folder: Path, scenario: Scenario, *texts: str, elsewhere: tuple[str, ...] = ()) -> None:
    file = PromptFile(folder, str)
    for text in texts:
        file.append(Kept(text, HERE, 1.0))
    for text in elsewhere:
        file.append(Kept(text, "/elsewhere", 2.0))
    count = len(texts) + len(elsewhere)

    async def ready(stage: Stage) -> None:
        await stage.until(lambda: len(composer(stage).history_of_prompts.texts) == count)
        await scenario(stage)

    play(START, ready, launch=SceneLaunch(SceneSession(start().envelopes), state_folder=folder))


def test_without_earlier_prompts_ctrl_r_says_so(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"draft", "ctrl+r")
        await stage.until(lambda: stage.told)
        assert composer(stage).text == "draft"

    play_with(tmp_path, scenario)


def test_a_history_that_is_broken_is_told_and_the_app_works(tmp_path: Path) -> None:
    (tmp_path / "history").write_bytes(b"\xff{nonsense\n")

    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: stage.told)
        assert stage.told == [f"1 prompt of the history could not be read; the file is kept as {tmp_path / 'history.broken'}."]
        await stage.press(*"hi", "enter")
        assert stage.ops == [SubmitPrompt("hi")]

    play_with(tmp_path, scenario)


def test_a_history_that_cannot_be_written_is_told_once_and_the_prompt_is_sent(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file, no folder")

    async def scenario(stage: Stage) -> None:
        for text in ("one", "two"):
            await stage.press(*text, "enter")
        await stage.until(lambda: any("could not be kept" in notice for notice in stage.told))
        assert stage.ops == [SubmitPrompt("one"), SubmitPrompt("two")]
        assert stage.conductor.recalling._files.finish(20)
        await stage.pilot.pause()
        where = tmp_path / "state" / "history"
        assert stage.told.count(f"The prompt could not be kept for later runs ({where}): File exists.") == 1
        assert stage.told.count(f"Drafts are not kept ({tmp_path / 'state' / 'drafts'}): Not a directory.") == 1

    play(START, scenario, launch=SceneLaunch(SceneSession(start().envelopes), state_folder=tmp_path / "state"))


def test_up_walks_into_earlier_runs_those_of_this_workspace_first(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"new", "enter", *"draft")
        shown = []
        for _ in range(4):
            await stage.press("up")
            shown.append(composer(stage).text)
        assert shown == ["new", "here", "there", "there"]

    play_with(tmp_path, scenario, "here", elsewhere=("there",))


def test_what_is_sent_is_kept_with_its_workspace_and_without_the_key(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"use sk-secret", "enter")

    launch = SceneLaunch(SceneSession(start().envelopes), state_folder=tmp_path, redact=lambda text: text.replace("sk-secret", "[api key]"))
    play(START, scenario, launch=launch)
    assert [(kept.text, kept.workspace) for kept in PromptFile(tmp_path, str).read()[0]] == [("use [api key]", HERE)]


@pytest.mark.uses("composer.search")
def test_ctrl_r_searches_and_enter_takes_what_is_marked(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"draft", "ctrl+r", *"fix")
        await stage.until(lambda: popup(stage).is_open and "add" not in stage.text("#popup"))
        assert "Search earlier prompts" in stage.text("#composer")
        await stage.press("ctrl+r")
        await stage.press("enter")
        assert (composer(stage).text, stage.ops) == ("fix the build", [])
        assert "Prompt" in stage.text("#composer")

    play_with(tmp_path, scenario, "fix the build", "add a test", "fix the tests")


def test_enter_in_one_batch_with_what_is_sought_takes_what_fits_it(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("ctrl+r")
        await stage.until(lambda: popup(stage).is_open and composer(stage).text == "")
        await press_at_once(stage, *"fix the b", "enter")
        await stage.until(lambda: not composer(stage).searching)
        assert (composer(stage).text, stage.ops) == ("fix the build", [])

    play_with(tmp_path, scenario, "fix the build", "add a test", "fix the tests")


def test_escape_gives_the_draft_back(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"draft", "ctrl+r", *"on")
        await stage.until(lambda: popup(stage).is_open)
        await stage.press("escape")
        assert (composer(stage).text, popup(stage).is_open) == ("draft", False)

    play_with(tmp_path, scenario, "one")


def test_enter_where_nothing_fits_takes_nothing_and_sends_nothing(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"draft", "ctrl+r", *"zzz")
        await stage.until(lambda: not popup(stage).is_open)
        await stage.press("enter")
        assert (composer(stage).text, stage.ops) == ("zzz", [])
        await stage.press("escape")
        assert composer(stage).text == "draft"

    play_with(tmp_path, scenario, "one")

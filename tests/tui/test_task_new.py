"""A new task: the form is filled by keys, kept when it is left, and sent from its last field."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.events import Key
from textual.widgets import Button

from pygent_engine.events import StartTask
from pygent_engine.values import Limits
from pygent_tui.screens.form import Form
from pygent_tui.widgets.board.path_field import PathField
from pygent_tui.widgets.board.task_requests import NewTaskAsked
from pygent_tui.widgets.popup import Popup
from tests.support.saying import command, hears
from tests.support.scene_session import SceneLaunch
from tests.support.stage import Stage, play
from tests.support.task_forms import START, WORKED, opened, sent, verdict


@pytest.mark.uses("form.send")
def test_an_empty_form_is_not_sent_and_says_what_is_missing() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-new")
        await opened(stage)
        await stage.press("ctrl+s")
        assert verdict(stage) == "Write what is to be done."
        await stage.press(*"do it", "tab", *"/etc", "ctrl+s")
        assert verdict(stage).startswith("Files: /etc is not in the workspace")
        assert isinstance(stage.app.screen, Form)
        assert stage.ops == []

    play(START, scenario)


@pytest.mark.uses("/task-new")
def test_a_prompt_alone_starts_a_task() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-new measure the cache")
        await opened(stage)
        await stage.press("ctrl+enter")
        assert await sent(stage) == [StartTask("measure the cache")]
        await hears(stage, "The task is queued.")

    play(START, scenario)


@pytest.mark.uses("board.new")
def test_the_key_of_the_board_opens_the_form_and_enter_on_its_button_sends_it() -> None:
    async def scenario(stage: Stage) -> None:
        stage.bench.focus_pane("board")
        await stage.press("n")
        await opened(stage)
        await stage.press(*"first", "enter", *"second")
        while not isinstance(stage.app.screen.focused, Button):
            await stage.press("tab")
        await stage.press("enter")
        assert await sent(stage) == [StartTask("first\nsecond")]

    play(WORKED, scenario)


def test_what_is_typed_in_one_batch_with_a_tab_comes_into_the_next_field() -> None:
    async def scenario(stage: Stage) -> None:
        stage.app.post_message(NewTaskAsked("p"))
        form = await opened(stage)
        for key, character in (("tab", "\t"), ("x", "x"), ("tab", "\t"), ("tab", "\t"), ("m", "m")):
            stage.app.post_message(Key(key, character))
        await stage.until(lambda: form.values["model"] == "m")
        assert (form.values["prompt"], form.values["files"]) == ("p", "x")

    play(START, scenario)


@pytest.mark.uses("form.next", "form.previous", "form.down", "form.up", "cycle.next", "cycle.previous")
def test_all_fields_are_filled_by_keys() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-new make it faster")
        await opened(stage)
        await stage.press("tab", *"src/, .", "enter", "right", "space", "right", "left", "left", "down")
        await stage.press(*"gpt, qwen", "down", *"3", "down", *"20", "tab", *"200k", "tab", *"5m", "tab", *"90", "up", "down", "shift+tab")
        assert verdict(stage) == "Starts 3 copies: 2 × gpt, 1 × qwen, each with a copy of the whole workspace; C compares them."
        await stage.press("ctrl+s")
        ops = await sent(stage)
        groups = {op.group for op in ops if isinstance(op, StartTask)}
        assert len(groups) == 1 and groups != {""}
        limits = Limits(20, 200_000, 300.0, 90.0)
        assert [replace(op, group="") for op in ops if isinstance(op, StartTask)] == [
            StartTask("make it faster", ("src/", "."), "Pygent", model, f"{at}/3 make it faster · {model}", limits)
            for at, model in ((1, "gpt"), (2, "qwen"), (3, "gpt"))
        ]
        await hears(stage, "3 tasks are queued; C on the board compares them.")

    play(WORKED, scenario)


@pytest.mark.uses("form.leave")
def test_what_was_written_and_not_sent_is_there_the_next_time() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-new")
        await opened(stage)
        await stage.press(*"half a", "tab", *"src/", "escape")
        await stage.until(lambda: stage.app.screen is stage.bench)
        stage.app.post_message(NewTaskAsked())
        form = await opened(stage)
        assert (form.values["prompt"], form.values["files"]) == ("half a", "src/")
        await stage.press("ctrl+s")
        assert await sent(stage) == [StartTask("half a", ("src/",))]
        stage.app.post_message(NewTaskAsked())
        form = await opened(stage)
        assert set(form.values.values()) == {""}

    play(START, scenario)


@pytest.fixture
def project(tmp_path: Path) -> SceneLaunch:
    """The start of a session over a folder with a few files."""
    (tmp_path / "src").mkdir()
    for path in ("src/cache.py", "src/my cache.py", "README.md"):
        (tmp_path / path).touch()
    return replace(START.launch(), workspace=str(tmp_path))


def listed(stage: Stage) -> list[str]:
    """The paths that are offered."""
    popup = stage.app.screen.query_one(Popup)
    return [line.strip("│› ") for line in stage.text("#popup").splitlines()[1:-1]] if popup.is_open else []


def test_paths_are_found_by_a_few_letters_and_those_that_are_unknown_doubted(project: SceneLaunch) -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-new look")
        form = await opened(stage)
        field = form.query_one(PathField)
        await stage.until(lambda: form.known)
        await stage.press("tab", *"nope")
        await stage.until(lambda: verdict(stage) == "Not among the files that are listed: nope.")
        assert listed(stage) == []
        await stage.press(*", cch")
        await stage.until(lambda: listed(stage) == ["src/cache.py", "src/my cache.py"])
        await stage.press("down", "enter")
        assert field.value == "nope, 'src/my cache.py' "
        await stage.press(*"sr")
        await stage.until(lambda: listed(stage)[:1] == ["src/"])
        await stage.press("tab")
        assert field.value == "nope, 'src/my cache.py' src/"
        await stage.until(lambda: len(listed(stage)) > 1)  # what is in the folder, but Enter is not for it
        await stage.press("enter")
        assert form.focused is not field and listed(stage) == []

    play(START, scenario, launch=project)


def test_escape_closes_the_list_of_paths_before_it_leaves_the_form(project: SceneLaunch) -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-new look")
        form = await opened(stage)
        await stage.until(lambda: form.known)
        await stage.press("tab", *"READ")
        await stage.until(lambda: listed(stage) == ["README.md"])
        await stage.press("escape")
        assert stage.app.screen is form and listed(stage) == []
        await stage.press("backspace")
        await stage.until(lambda: listed(stage) == ["README.md"])
        await stage.pilot.click("#popup", offset=(3, 1))
        await stage.until(lambda: form.values["files"] == "README.md ")
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(START, scenario, launch=project)


@pytest.mark.uses("form.on")
def test_enter_goes_through_the_fields_and_sends_from_the_last() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-new look")
        form = await opened(stage)
        assert "Enter  new line" in stage.text("Keys")
        await stage.press("tab")
        fields = []
        while "Enter  start" not in stage.text("Keys"):
            assert "Enter  next field" in stage.text("Keys")
            fields.append(form.focused.id if form.focused is not None else None)
            await stage.press("enter")
        assert fields == [f"form-{name}" for name in ("files", "persona", "model", "copies", "steps", "tokens", "seconds")]
        await stage.press(*"90", "enter")
        assert await sent(stage) == [StartTask("look", limits=Limits(step_seconds=90.0))]

    play(START, scenario)


def test_hostile_text_in_a_form_is_only_text() -> None:
    evil = "[/] [@click=app.quit]x[/] \u202e"

    async def scenario(stage: Stage) -> None:
        stage.app.post_message(NewTaskAsked(evil))
        await opened(stage)
        await stage.press("tab", *"/[/]")
        assert verdict(stage).startswith("Files: /[/] is not in the workspace")
        await stage.press("backspace", "backspace", "backspace", "backspace", "ctrl+s")
        assert await sent(stage) == [StartTask(evil.strip())]

    play(START, scenario)


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (20, 6)])
def test_a_form_works_where_there_is_little_room(size: tuple[int, int]) -> None:
    async def scenario(stage: Stage) -> None:
        stage.app.post_message(NewTaskAsked("p"))
        await opened(stage)
        await stage.press("tab", "tab", "tab", "tab", "tab", *"7")
        focused = stage.app.screen.focused
        assert focused is not None
        assert focused.id == "form-steps"
        await stage.press("ctrl+s")
        assert await sent(stage) == [StartTask("p", limits=Limits(7))]

    play(START, scenario, size=size)

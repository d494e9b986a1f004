"""F1 from wherever the user is: what answers there first, then all the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pygent_tui.screens.cannot_start import CannotStart
from pygent_tui.screens.help import Help
from tests.scenes import scene
from tests.support.stage import Stage, play

START, TASKS, APPROVAL, CANNOT = scene("start"), scene("ended-tasks"), scene("approval"), scene("cannot-start")


def page(stage: Stage) -> list[str]:
    """The lines of the help, also those that are not in view."""
    assert isinstance(stage.app.screen, Help)
    view = stage.app.screen.view
    return [" ".join(view.line(y).text.split()) for y in range(view.virtual_size.height)]


def titles(stage: Stage) -> list[str]:
    view = stage.app.screen.query_one("HelpView")
    assert isinstance(stage.app.screen, Help)
    return [section.title for section in stage.app.screen.view._sections] if view else []


@pytest.mark.uses("app.help", "help.close")
def test_it_begins_with_where_the_user_is() -> None:
    async def scenario(stage: Stage) -> None:
        for name in ("Prompt", "Conversation", "Output", "Tasks"):
            await stage.press("f1")
            rest = [other for other in ("Prompt", "Conversation", "Output", "Tasks") if other != name]
            end = ["In every pane", "Commands", "The badge", "Connect a model", "Keys of your own"]
            assert titles(stage) == [f"Here: {name}", "Everywhere", *rest, *end]
            await stage.press("q", "f6")

    play(TASKS, scenario)


def test_every_key_stands_with_what_it_does_and_every_command_with_its_argument() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f1")
        shown = page(stage)
        for line in (
            "Enter Send, or take what is marked",
            "F6, Tab Next pane",
            "/ Search",
            "Ctrl+Q Quit",
            "! at the start: a command for the runtime, which the model sees too",
            "/steer TEXT Tell the running turn something, before its next step",
        ):
            assert line in shown, line

    play(START, scenario, size=(120, 60))


def test_it_says_what_answers_a_question_and_leaves_it_open() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f1")
        assert titles(stage)[0] == "Here"
        assert "y yes, once" in page(stage)
        await stage.press("y", "f1")
        assert stage.app.screen is stage.bench
        assert stage.ops == []

    play(APPROVAL, scenario)


@pytest.mark.parametrize("size", [(120, 40), (40, 12)])
def test_it_works_in_a_dialog_too(size: tuple[int, int]) -> None:
    async def scenario(stage: Stage) -> None:
        dialog = stage.app.screen
        await stage.press("f1")
        assert "try again" in " ".join(page(stage))
        await stage.press("escape")
        assert stage.app.screen is dialog
        assert isinstance(dialog, CannotStart)

    play(replace(CANNOT, failure="Docker does not answer."), scenario, size=size)


@pytest.mark.uses("pane.search", "pane.search-next", "pane.end", "pane.top", "pane.page-down", "pane.page-up", "pane.down", "pane.up")
def test_it_scrolls_and_is_searched() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f1", "slash", *"openai_api_key", "enter")
        await stage.until(lambda: "OPENAI_API_KEY" in stage.text("#help"))
        await stage.press("n", "escape", "g")
        await stage.until(lambda: "Here: Prompt" in stage.text("#help"))
        view = stage.one("#help")
        for key, top in (("j", 1), ("k", 0), ("pagedown", None), ("pageup", 0), ("G", view.max_scroll_y)):
            await stage.press(key)
            assert top is None or view.scroll_offset.y == top

    play(START, scenario, size=(80, 24))

"""Sizes, zoom and order of the panes by key and mouse, in each layout, and what of it is there at the next run."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from pygent_tui.memory.look import NAME, Look, Memory
from pygent_tui.theme import DARK, LIGHT
from pygent_tui.views.arrangement import Arrangement
from pygent_tui.widgets.composer.composer import Composer
from tests.scenes import Scene
from tests.scripts import running, start, tasks
from tests.support.stage import Stage, play

START = Scene("start", start)
BUSY = Scene("busy", running)
TASKS = Scene("tasks", tasks)
WIDE, TALL, SMALL, TINY = (120, 40), (90, 60), (80, 24), (40, 12)


def chosen(stage: Stage) -> Arrangement:
    return stage.bench.grid.arrangement


async def walk(stage: Stage, key: str, steps: int) -> list[str | None]:
    """The panes that so many presses of `key` focus."""
    seen = []
    for _ in range(steps):
        await stage.press(key)
        await stage.pilot.pause()
        assert stage.bench.focused is not None
        seen.append(stage.bench.focused.id)
    return seen


# ------------------------------------------------------------------ going from pane to pane


@pytest.mark.uses("pane.next", "pane.previous", "pane.next-tab", "pane.previous-tab")
@pytest.mark.parametrize("size", [WIDE, TALL, SMALL, TINY])
def test_every_pane_is_reached_in_both_directions(size: tuple[int, int]) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: len(stage.bench.grid.reachable) == 3)
        for key in ("f6", "tab"):
            assert await walk(stage, key, 4) == ["conversation", "output", "board", "composer"]
        for key in ("shift+f6", "shift+tab"):
            assert await walk(stage, key, 4) == ["board", "output", "conversation", "composer"]

    play(TASKS, scenario, size=size)


def test_on_a_tiny_screen_the_pane_that_is_focused_is_the_one_that_is_seen() -> None:
    async def scenario(stage: Stage) -> None:
        for name in ("conversation", "output", "board"):
            await stage.press("f6")
            await stage.until(partial(lambda pane: stage.one(pane).region.size == (40, 7), f"#{name}"))
        await stage.press("f6", *"still here")
        assert (stage.one("#board").region.height, stage.bench.query_one(Composer).text) == (7, "still here")

    play(TASKS, scenario, size=TINY)


def test_an_empty_pane_that_takes_no_room_is_passed_over_until_it_is_asked_for() -> None:
    async def scenario(stage: Stage) -> None:
        assert await walk(stage, "f6", 2) == ["conversation", "composer"]
        await stage.press(*"/output", "enter")
        await stage.until(lambda: stage.one("#output").has_focus)
        await stage.until(lambda: stage.one("#output").region.height >= 4)
        assert "No command has run yet" in stage.text("#output")

    play(START, scenario, size=SMALL)


@pytest.mark.uses("app.back")
def test_escape_leads_from_any_pane_back_to_the_prompt() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f6", "f6", "escape")
        await stage.until(lambda: stage.bench.query_one(Composer).has_focus)

    play(START, scenario)


# ------------------------------------------------------------------ zoom, and the side


@pytest.mark.uses("layout.zoom")
def test_a_zoomed_screen_shows_the_pane_that_is_focused_next() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f3")
        await stage.until(lambda: stage.one("#conversation").region.width == 120)
        await stage.press("f6", "f6")
        await stage.until(lambda: stage.one("#output").region.width == 120)
        await stage.press("f3")
        await stage.until(lambda: stage.one("#conversation").region.width == 72)

    play(BUSY, scenario)


@pytest.mark.uses("layout.side")
def test_the_side_hides_gives_the_focus_back_and_returns() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f6", "f6", "f4")
        await stage.until(lambda: stage.one("#conversation").region.width == 120)
        await stage.until(lambda: stage.bench.query_one(Composer).has_focus)
        assert await walk(stage, "f6", 2) == ["conversation", "composer"]
        await stage.press("f4")
        await stage.until(lambda: stage.one("#output").region.width == 48)

    play(BUSY, scenario)


@pytest.mark.uses("/output")
def test_going_to_a_pane_of_the_hidden_side_brings_it_back() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f4", *"/output", "enter")
        await stage.until(lambda: stage.one("#output").has_focus and stage.one("#output").region.area)

    play(TASKS, scenario)


# ------------------------------------------------------------------ sizes


@pytest.mark.uses("layout.wider", "layout.narrower", "layout.taller", "layout.lower", "layout.reset")
def test_keys_move_the_seams_and_put_them_back() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"a draft", "alt+right", "alt+right")
        assert chosen(stage) == Arrangement(columns=70)
        await stage.press("alt+left", "alt+down")
        assert chosen(stage) == Arrangement(columns=65, output=59)
        await stage.press("alt+up", "alt+up")
        assert chosen(stage) == Arrangement(columns=65, output=49)
        assert stage.bench.query_one(Composer).text == "a draft"
        await stage.press("f6", "=")
        assert chosen(stage) == Arrangement()

    play(TASKS, scenario)


def test_in_one_column_the_keys_move_the_seam_by_the_focus() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("alt+down", "alt+right")
        assert chosen(stage) == Arrangement(rows=55)
        await stage.press("shift+f6", "alt+down")
        assert chosen(stage) == Arrangement(rows=55, output=59)

    play(TASKS, scenario, size=TALL)


@pytest.mark.parametrize(
    ("size", "cells", "arrangement", "pane", "area"),
    [
        (WIDE, ((72, 5), (48, 9)), Arrangement(columns=40), "#conversation", (48, 35)),
        (WIDE, ((90, 19), (90, 12)), Arrangement(output=34), "#output", (48, 12)),
        (TALL, ((20, 28), (20, 40)), Arrangement(rows=73), "#conversation", (90, 40)),
        (SMALL, ((20, 9), (20, 6)), Arrangement(rows=32), "#conversation", (80, 6)),
    ],
)
def test_the_mouse_pulls_a_seam(
    size: tuple[int, int], cells: tuple[tuple[int, int], tuple[int, int]], arrangement: Arrangement, pane: str, area: tuple[int, int]
) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: len(stage.bench.grid.reachable) == 3)
        await stage.pilot.mouse_down(offset=cells[0])
        await stage.pilot.hover(offset=cells[1])
        await stage.pilot.mouse_up(offset=cells[1])
        await stage.pilot.pause()
        assert chosen(stage) == arrangement
        await stage.until(lambda: stage.one(pane).region.size == area)
        await stage.pilot.hover(offset=(3, 3))
        assert chosen(stage) == arrangement, "once it is let go the mouse moves nothing"
        assert not stage.bench.get_selected_text(), "and it marked no text"

    play(TASKS, scenario, size=size)


def test_a_mouse_button_within_a_pane_pulls_nothing() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.pilot.mouse_down(offset=(30, 9))
        await stage.pilot.hover(offset=(50, 12))
        await stage.pilot.mouse_up(offset=(50, 12))
        assert chosen(stage) == Arrangement()

    play(TASKS, scenario)


# ------------------------------------------------------------------ themes


@pytest.mark.uses("/theme")
def test_the_list_of_themes_shows_each_at_once_and_escape_takes_the_old_one_back() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"/theme", "enter")
        await stage.until(lambda: len(stage.app.screen_stack) == 2)
        await stage.press("down")
        await stage.until(lambda: stage.app.theme == LIGHT)
        await stage.press("down")
        await stage.until(lambda: stage.app.theme == "ansi-dark")
        await stage.press("escape")
        await stage.until(lambda: stage.app.theme == DARK)
        assert stage.app.memory.look == Look()

    play(START, scenario)


def test_enter_keeps_the_theme_that_is_shown() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"/theme", "enter")
        await stage.until(lambda: len(stage.app.screen_stack) == 2)
        await stage.press(*"nord")
        await stage.until(lambda: stage.app.theme == "nord")
        await stage.press("enter")
        await stage.until(lambda: stage.app.memory.look == Look("nord"))
        assert stage.app.theme == "nord"

    play(START, scenario)


def test_a_theme_is_taken_by_its_name_and_an_unknown_one_is_refused() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"/theme dracula", "enter")
        await stage.until(lambda: stage.app.theme == "dracula")
        await stage.press(*"/theme plaid", "enter")
        await stage.until(lambda: stage.told)
        assert stage.told == ["There is no theme 'plaid'; /theme lists them."]
        assert stage.app.theme == "dracula"

    play(START, scenario)


def test_every_theme_can_be_drawn() -> None:
    async def scenario(stage: Stage) -> None:
        for name in stage.conductor.looks.themes:
            stage.app.theme = name
            await stage.pilot.pause()
            assert "DOCKER" in stage.text("#status")

    assert play(TASKS, scenario).crash is None


# ------------------------------------------------------------------ between runs


def test_the_next_run_looks_as_this_one_was_left(tmp_path: Path) -> None:
    async def change(stage: Stage) -> None:
        await stage.press("alt+right", "f4", *"/theme nord", "enter")
        await stage.until(lambda: stage.app.theme == "nord")

    async def look(stage: Stage) -> None:
        assert (stage.app.theme, chosen(stage)) == ("nord", Arrangement(columns=65, side=False))

    for scenario in (change, look):
        play(START, scenario, launch=replace(START.launch(), state_folder=tmp_path))


def test_a_look_that_is_damaged_is_said_and_the_app_is_as_new(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("columns wide\n")

    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: stage.told)
        assert (stage.app.theme, chosen(stage)) == (DARK, Arrangement())

    play(START, scenario, launch=replace(START.launch(), state_folder=tmp_path))


def test_a_theme_that_is_not_there_any_more_is_ours_again(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("theme gone\n")

    async def scenario(stage: Stage) -> None:
        assert stage.app.theme == DARK

    play(START, scenario, launch=replace(START.launch(), state_folder=tmp_path))
    assert Memory(tmp_path).look == Look("gone")

"""The mouse is the app's or the terminal's: by the setting at the start, by /mouse afterwards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.scenes import Scene
from tests.scripts import start
from tests.support.saying import command, said
from tests.support.stage import Stage, play
from tests.support.terminal import terminal

START = Scene("start", start)
ON, OFF = b"\x1b[?1003h", b"\x1b[?1003l"
FLAGS = ("--scratch", "--model", "demo", "--no-docker")


@pytest.mark.uses("/mouse")
def test_it_is_switched_by_word_or_turned_over_and_each_is_said() -> None:
    async def scenario(stage: Stage) -> None:
        states = []
        for words in (" off", " off", "", " ON", " sideways"):
            stage.conductor.submit(f"/mouse{words}")
            states.append(stage.conductor.mouse.on)
        await command(stage, "/mouse")
        assert (states, stage.conductor.mouse.on) == ([False, False, True, True, True], False)
        assert said(stage)[0] == "The mouse is the terminal's now: its own selection works. /mouse on takes it back."
        assert "The mouse is switched with /mouse on or /mouse off." in said(stage)

    play(START, scenario)


def test_the_setting_decides_at_the_start() -> None:
    async def scenario(stage: Stage) -> None:
        assert not stage.conductor.mouse.on

    assert not play(START, scenario, launch=replace(START.launch(), mouse=False)).mouse


def test_a_terminal_is_asked_for_its_mouse_only_while_the_app_has_it(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS) as shown:
        shown.until("LOCAL")
        assert ON in shown.raw
        shown.app.send(b"/mouse off\r")
        shown.until("the terminal's now")
        assert shown.raw.rindex(OFF) > shown.raw.rindex(ON)
        shown.app.send(b"\x11")
        assert shown.end() == 0
        shown.assert_restored()


def test_without_the_mouse_a_terminal_is_never_asked_for_it_and_copying_asks_it_to_copy(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS, "--no-mouse") as shown:
        shown.until("LOCAL")
        shown.app.send(b"hello\r")
        shown.until(lambda text: "with --model NAME." in text and "· ready" in text)  # the end of the answer
        shown.app.send(b"/copy\r")
        shown.until("(OSC 52)")
        assert b"\x1b]52;c;" in shown.raw
        assert ON not in shown.raw
        shown.app.send(b"\x11")
        assert shown.end() == 0
        shown.assert_restored()

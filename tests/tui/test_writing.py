"""Writing and sending prompts, in the real app."""

from __future__ import annotations

from threading import Event

import pytest
from textual import events

from pygent_engine.events import PromptTaken, RunShell, Steer, Steered, SubmitPrompt, TurnStarted
from pygent_tui.widgets.composer.composer import Composer
from tests.scenes import Scene
from tests.scripts import running, start
from tests.support.scene_session import SceneLaunch, SceneSession
from tests.support.stage import Stage, play

START = Scene("start", start)
BUSY = Scene("busy", running)


def composer(stage: Stage) -> Composer:
    return stage.bench.query_one(Composer)


# ------------------------------------------------------------------ writing


def test_enter_sends_and_clears() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"hello", "enter")
        assert (stage.ops, composer(stage).text) == ([SubmitPrompt("hello")], "")

    play(START, scenario)


def test_enter_on_nothing_sends_nothing() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("space", "enter")
        assert stage.ops == []

    play(START, scenario)


@pytest.mark.uses("composer.newline", "composer.send")
def test_shift_enter_and_ctrl_j_break_the_line() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("a", "shift+enter", "b", "ctrl+j", "c", "enter")
        assert stage.ops == [SubmitPrompt("a\nb\nc")]

    play(START, scenario)


def test_a_paste_is_not_sent_and_its_controls_are_made_visible() -> None:
    async def scenario(stage: Stage) -> None:
        composer(stage).post_message(events.Paste("one\r\ntwo\r\x1b]52;c;aGk=\x07\n"))
        await stage.until(lambda: composer(stage).text)
        assert (stage.ops, composer(stage).text) == ([], "one\ntwo\n\u241b]52;c;aGk=\u2407\n")

    play(START, scenario)


def test_a_megabyte_is_pasted_as_a_chip_and_sent_as_it_was() -> None:
    async def scenario(stage: Stage) -> None:
        text = "0123456789\x1b[31m\x00\n" * 65_536
        await stage.press(*"look: ")
        composer(stage).post_message(events.Paste(text))
        await stage.until(lambda: "paste" in composer(stage).text)
        assert (stage.ops, composer(stage).text) == ([], "look: [paste 1: 65,536 lines, 1.1 MB]")
        await stage.press("enter")
        assert stage.ops == [SubmitPrompt(f"look: {text}")]

    play(START, scenario)


@pytest.mark.parametrize(("lines", "chip"), [(10, False), (11, True)])
def test_more_than_ten_lines_are_a_chip(lines: int, chip: bool) -> None:
    async def scenario(stage: Stage) -> None:
        text = "\n".join("x" * lines)
        composer(stage).post_message(events.Paste(text))
        await stage.until(lambda: composer(stage).text)
        assert (composer(stage).text != text) == chip

    play(START, scenario)


def test_one_backspace_removes_a_whole_chip_and_undo_brings_it_back() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("a")
        composer(stage).post_message(events.Paste("line\n" * 20))
        await stage.until(lambda: "paste" in composer(stage).text)
        await stage.press("backspace")
        assert composer(stage).text == "a"
        composer(stage).undo()
        await stage.press("enter")
        assert stage.ops == [SubmitPrompt("a" + "line\n" * 20)]

    play(START, scenario)


def test_nothing_is_written_into_a_chip() -> None:
    async def scenario(stage: Stage) -> None:
        composer(stage).post_message(events.Paste("line\n" * 20))
        await stage.until(lambda: "paste" in composer(stage).text)
        await stage.press("left", "left", "x")
        assert composer(stage).text == "[paste 1: 20 lines, 100 B]x"
        await stage.press("home", "right", "right", "delete")
        assert composer(stage).text == "x"

    play(START, scenario)


def test_a_paste_that_contains_the_label_of_a_chip_is_sent_as_it_is() -> None:
    async def scenario(stage: Stage) -> None:
        composer(stage).post_message(events.Paste("line\n" * 20))
        await stage.until(lambda: composer(stage).text)
        composer(stage).post_message(events.Paste("[paste 1: 20 lines, 100 B]"))
        await stage.until(lambda: composer(stage).text.count("paste") == 2)
        await stage.press("enter")
        assert stage.ops == [SubmitPrompt("line\n" * 20 + "[paste 1: 20 lines, 100 B]")]

    play(START, scenario)


@pytest.mark.uses("composer.expand")
def test_ctrl_o_puts_the_text_of_a_chip_in_its_place() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("ctrl+o")
        await stage.until(lambda: stage.told)
        composer(stage).post_message(events.Paste("line\x07\n" * 20))
        await stage.until(lambda: composer(stage).text)
        await stage.press("ctrl+o")
        assert composer(stage).text == "line\u2407\n" * 20

    play(START, scenario)


def test_what_is_refused_is_given_back_ahead_of_what_was_written_since() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("a")
        composer(stage).post_message(Composer.Submitted("/nothing", "/nothing"))
        await stage.until(lambda: stage.told)
        assert composer(stage).text == "/nothing\na"

    play(START, scenario)


@pytest.mark.parametrize(("size", "heights"), [((120, 40), [1, 3, 10]), ((40, 12), [1, 3, 3])])
def test_the_composer_grows_with_the_text_up_to_ten_lines_and_to_three_where_it_is_low(size: tuple[int, int], heights: list[int]) -> None:
    async def scenario(stage: Stage) -> None:
        seen = []
        for count in (1, 3, 20):
            composer(stage).text = "\n".join("x" * count)
            await stage.pilot.pause()
            seen.append(composer(stage).size.height)
        assert seen == heights

    play(START, scenario, size=size)


@pytest.mark.uses("composer.up", "composer.down")
def test_up_and_down_walk_the_prompts_and_come_back_to_the_draft() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"one", "enter", *"two", "enter", *"draft")
        shown = []
        for key in ("up", "up", "up", "down", "down", "down"):
            await stage.press(key)
            shown.append(composer(stage).text)
        assert shown == ["two", "one", "one", "two", "draft", "draft"]

    play(START, scenario)


def test_up_moves_the_cursor_while_there_is_a_line_above() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"one", "enter", "a", "ctrl+j", "b", "up", "x")
        assert composer(stage).text == "ax\nb"

    play(START, scenario)


# ------------------------------------------------------------------ sending


def test_a_prompt_typed_before_the_session_is_open_is_sent_when_it_opens() -> None:
    gate = Event()
    launch = SceneLaunch(SceneSession(start().envelopes), gate=gate)

    async def scenario(stage: Stage) -> None:
        await stage.press(*"early", "enter")
        assert (stage.ops, [text for _, text in stage.state.status.queued]) == ([], ["early"])
        assert "starting" in stage.text("#status")
        gate.set()
        await stage.until(lambda: stage.ops)
        assert stage.ops == [SubmitPrompt("early")]

    play(START, scenario, launch=launch)


def test_a_prompt_sent_while_a_turn_runs_is_shown_as_queued_until_its_turn() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"lint", "enter")
        assert " 1 lint" in stage.text("#queue")
        await stage.press("ctrl+up")
        assert "›1 lint" in stage.text("#queue")
        script = running()
        taken = PromptTaken(stage.session.prompt_ids[-1])
        stage.session.play(script.end("c1", "ok").end_turn().post(taken).post(TurnStarted("lint")).envelopes[-5:])
        await stage.until(lambda: not stage.state.status.queued)
        assert not stage.one("#queue").display

    play(BUSY, scenario)


def test_a_command_is_run_and_not_sent() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"/steer use sqlite", "enter")
        await stage.until(lambda: stage.ops)
        assert (stage.ops, composer(stage).text) == ([Steer("use sqlite")], "")

    play(BUSY, scenario)


def test_an_unknown_command_is_refused_in_a_sentence_and_stays_to_be_mended() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"/hepl", "enter")
        await stage.until(lambda: stage.told)
        assert stage.told == ["There is no command /hepl; did you mean /help?"]
        assert (stage.ops, composer(stage).text) == ([], "/hepl")

    play(START, scenario)


# ------------------------------------------------------------------ shell


@pytest.mark.parametrize("scene", [START, BUSY], ids=["idle", "busy"])
def test_what_begins_with_an_exclamation_mark_runs_in_the_workspace_also_while_a_turn_runs(scene: Scene) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("!")
        assert "Shell" in stage.text("#composer")
        await stage.press(*"ls -l", "enter")
        assert (stage.ops, composer(stage).text) == ([RunShell("ls -l")], "")
        assert "Prompt" in stage.text("#composer")
        await stage.press("up")
        assert composer(stage).text == "!ls -l"

    play(scene, scenario)


def test_an_exclamation_mark_alone_runs_nothing_and_stays() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("!", "enter")
        await stage.until(lambda: stage.told)
        assert (stage.ops, composer(stage).text) == ([], "!")

    play(START, scenario)


@pytest.mark.parametrize("key", ["escape", "ctrl+c"])
def test_neither_escape_nor_ctrl_c_loses_a_draft(key: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"draft", key, key)
        assert (stage.ops, composer(stage).text) == ([], "draft")

    play(START, scenario)


# ------------------------------------------------------------------ steering


@pytest.mark.uses("composer.steer")
def test_ctrl_s_steers_the_running_turn_and_shows_it_until_it_is_heard() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"use sqlite", "ctrl+s")
        assert (stage.ops, composer(stage).text) == ([Steer("use sqlite")], "")
        assert "↳ use sqlite" in stage.text("#queue")
        stage.session.play(running().post(Steered("use sqlite")).envelopes[-1:])
        await stage.until(lambda: not stage.one("#queue").display)

    play(BUSY, scenario)


def test_ctrl_s_without_a_turn_sends_a_prompt() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"hi", "ctrl+s")
        assert (stage.ops, composer(stage).text) == ([SubmitPrompt("hi")], "")

    play(START, scenario)


@pytest.mark.uses("composer.undo", "composer.redo")
def test_what_was_deleted_can_be_had_back() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"kept", "ctrl+u")
        assert composer(stage).text == ""
        await stage.press("ctrl+underscore")
        assert composer(stage).text == "kept"
        await stage.press("ctrl+y")
        assert composer(stage).text == ""

    play(START, scenario)

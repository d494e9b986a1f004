"""Writing and sending prompts, in the real app."""

from __future__ import annotations

from threading import Event

from textual import events

from pygent_engine.events import PromptTaken, Steer, SubmitPrompt, TurnStarted
from pygent_tui.widgets.composer import Composer
from tests.scenes import Scene, running, start
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


def test_a_megabyte_is_pasted_whole() -> None:
    async def scenario(stage: Stage) -> None:
        text = "0123456789abcde\n" * 65_536
        composer(stage).post_message(events.Paste(text))
        await stage.until(lambda: composer(stage).text == text)
        assert stage.ops == []

    play(START, scenario)


def test_the_composer_grows_with_the_text_up_to_eight_lines() -> None:
    async def scenario(stage: Stage) -> None:
        heights = []
        for count in (1, 3, 20):
            composer(stage).text = "\n".join("x" * count)
            await stage.pilot.pause()
            heights.append(composer(stage).size.height)
        assert heights == [1, 3, 8]

    play(START, scenario)


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
        assert "queued: lint" in stage.text("#composer")
        script = running()
        taken = PromptTaken(stage.session.prompt_ids[-1])
        stage.session.play(script.end("c1", "ok").end_turn().post(taken).post(TurnStarted("lint")).envelopes[-5:])
        await stage.until(lambda: not stage.state.status.queued)
        assert "queued" not in stage.text("#composer")

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
        await stage.until(lambda: stage.app._notifications)
        assert [notice.message for notice in stage.app._notifications] == ["There is no command /hepl; /help lists them."]
        assert (stage.ops, composer(stage).text) == ([], "/hepl")

    play(START, scenario)

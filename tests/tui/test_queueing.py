"""What waits for the model: shown, taken back, removed; and the draft that survives."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events

from pygent_engine.events import PromptQueued, PromptTaken, PromptWithdrawn, SubmitPrompt, WithdrawPrompt
from pygent_tui.memory.drafts import EMPTY, Draft, DraftFile
from pygent_tui.widgets.composer.composer import Composer
from pygent_tui.widgets.composer.queue_list import QueueList
from tests.scenes import Scene
from tests.scripts import running, start
from tests.support.scene_session import SceneLaunch, SceneSession
from tests.support.stage import Stage, play

START = Scene("start", start)
BUSY = Scene("busy", running)
HERE = "/home/user/project"


def composer(stage: Stage) -> Composer:
    return stage.bench.query_one(Composer)


def keys_of_the_list(stage: Stage) -> str:
    return stage.text("#queue").split("\n")[-1].strip()


def waiting(stage: Stage) -> list[tuple[str, str]]:
    return [(item.kind, item.text) for item in stage.bench.query_one(QueueList).items]


def more(stage: Stage, *posted: PromptQueued | PromptTaken | PromptWithdrawn) -> None:
    """The session posts these."""
    script = running()
    count = len(script.envelopes)
    for event in posted:
        script.post(event)
    stage.session.play(script.envelopes[count:])


# ------------------------------------------------------------------ the queue


@pytest.mark.uses("queue.previous")
def test_a_queued_prompt_comes_back_only_once_the_session_has_let_go_of_it_and_as_it_was_written() -> None:
    async def scenario(stage: Stage) -> None:
        pasted = "x\x07\n" * 20
        composer(stage).post_message(events.Paste(pasted))
        await stage.until(lambda: composer(stage).text)
        await stage.press("enter")
        prompt_id = stage.session.prompt_ids[-1]
        await stage.press(*"draft", "ctrl+up", "enter")
        assert stage.ops == [SubmitPrompt(pasted), WithdrawPrompt(prompt_id)]
        assert composer(stage).text == "draft"
        more(stage, PromptWithdrawn(prompt_id))
        await stage.until(lambda: composer(stage).text != "draft")
        assert composer(stage).draft == f"{pasted}\ndraft"
        assert waiting(stage) == []

    play(BUSY, scenario)


def test_one_that_began_meanwhile_is_told_and_does_not_come_back() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"lint", "enter", "ctrl+up", "enter")
        more(stage, PromptTaken(stage.session.prompt_ids[-1]))
        await stage.until(lambda: stage.told)
        assert stage.told == ["That prompt has begun meanwhile; Esc interrupts it."]
        assert (composer(stage).text, waiting(stage)) == ("", [])

    play(BUSY, scenario)


@pytest.mark.uses("composer.delete", "queue.next", "composer.leave")
def test_delete_removes_the_marked_prompt_and_escape_marks_none() -> None:
    async def scenario(stage: Stage) -> None:
        for text in ("one", "two"):
            await stage.press(*text, "enter")
        first = stage.session.prompt_ids[-2]
        await stage.press("ctrl+up", "ctrl+up", "ctrl+down", "escape")
        assert len(stage.ops) == 2, "Escape interrupted nothing"
        await stage.press("ctrl+up", "ctrl+up", "delete")
        assert stage.ops[-1] == WithdrawPrompt(first)
        more(stage, PromptWithdrawn(first))
        await stage.until(lambda: waiting(stage) == [("queued", "two")])
        assert composer(stage).text == ""

    play(BUSY, scenario)


def test_typing_goes_on_writing_and_marks_none() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"one", "enter", "ctrl+up", "x", "enter")
        assert stage.ops == [SubmitPrompt("one"), SubmitPrompt("x")]

    play(BUSY, scenario)


def test_the_prompt_of_another_front_end_is_shown_and_can_be_taken_too() -> None:
    async def scenario(stage: Stage) -> None:
        more(stage, PromptQueued("theirs", "from elsewhere"))
        await stage.until(lambda: waiting(stage) == [("queued", "from elsewhere")])
        await stage.press("ctrl+up", "enter")
        more(stage, PromptWithdrawn("theirs"))
        await stage.until(lambda: composer(stage).text == "from elsewhere")

    play(BUSY, scenario)


def test_what_had_not_begun_when_the_session_ended_is_not_lost() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"later", "enter")
        more(stage, PromptWithdrawn(stage.session.prompt_ids[-1]))
        await stage.until(lambda: waiting(stage) == [])
        stage.session.play(running().closed()[-1:])
        await stage.until(lambda: waiting(stage) == [("kept", "later")])

    play(BUSY, scenario)


# ------------------------------------------------------------------ the draft


def launch(folder: Path, scene: Scene = START) -> SceneLaunch:
    return SceneLaunch(SceneSession(scene.envelopes()), state_folder=folder)


async def begun(stage: Stage) -> None:
    """Wait until what the last run left was read: drafts are kept from then on."""
    await stage.until(lambda: stage.conductor.keeping._offered)


def kept(folder: Path) -> Draft:
    file = DraftFile(folder, HERE, str)
    draft, _ = file.open()
    file.close()
    return draft


def test_a_draft_that_cannot_be_read_is_told_and_the_app_works(tmp_path: Path) -> None:
    file = DraftFile(tmp_path, HERE, str)
    file.open()
    file.save(Draft("x"))
    file.close()
    next((tmp_path / "drafts").glob("*.json")).write_text("{")

    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: any("draft of the last run" in notice for notice in stage.told))
        await stage.press(*"hi", "enter")
        assert stage.ops == [SubmitPrompt("hi")]

    play(START, scenario, launch=launch(tmp_path))


def test_what_was_written_and_queued_is_back_at_the_next_start_and_nothing_of_it_is_sent(tmp_path: Path) -> None:
    async def first(stage: Stage) -> None:
        await begun(stage)
        await stage.press(*"queued", "enter", *"draft")

    async def second(stage: Stage) -> None:
        await stage.until(lambda: composer(stage).text == "draft")
        assert (waiting(stage), stage.ops) == ([("kept", "queued")], [])
        assert "not sent" in stage.text("#queue")
        await stage.press("ctrl+up", "enter")
        assert (composer(stage).text, waiting(stage)) == ("queued\ndraft", [])

    play(BUSY, first, launch=launch(tmp_path, BUSY))
    assert kept(tmp_path) == Draft("draft", ("queued",))
    play(START, second, launch=launch(tmp_path))
    assert kept(tmp_path) == Draft("queued\ndraft")


def test_a_draft_that_is_sent_is_forgotten(tmp_path: Path) -> None:
    async def first(stage: Stage) -> None:
        await begun(stage)
        await stage.press(*"draft")

    async def second(stage: Stage) -> None:
        await stage.until(lambda: composer(stage).text == "draft")
        await stage.press("enter")
        more(stage, PromptTaken(stage.session.prompt_ids[-1]))
        await stage.until(lambda: not stage.state.status.queued)

    play(START, first, launch=launch(tmp_path))
    play(START, second, launch=launch(tmp_path))
    assert kept(tmp_path) == EMPTY


def test_what_is_written_is_saved_within_a_second_without_leaving(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await begun(stage)
        await stage.press(*"draft")
        await stage.until(lambda: list((tmp_path / "drafts").glob("*.json")))

    play(START, scenario, launch=launch(tmp_path))


def test_what_is_sought_in_earlier_prompts_is_no_draft(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await begun(stage)
        await stage.press(*"one", "enter", *"draft", "ctrl+r", *"sought")

    play(START, scenario, launch=launch(tmp_path))
    assert kept(tmp_path).text == "draft"


# ------------------------------------------------------------------ the other panes


@pytest.mark.uses("pane.write")
def test_i_goes_back_to_writing_from_a_pane() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f6", "i")
        await stage.until(lambda: composer(stage).has_focus)
        assert composer(stage).text == ""

    play(START, scenario)


def test_what_is_typed_in_a_pane_and_is_none_of_its_keys_is_written_in_the_composer() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f6", "k", *"Who jumps?")
        await stage.until(lambda: composer(stage).has_focus)
        assert composer(stage).text == "Who jumps?"

    play(START, scenario)


def test_what_is_pasted_in_a_pane_is_written_in_the_composer() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f6")
        stage.one("#conversation").post_message(events.Paste("pasted"))
        await stage.until(lambda: composer(stage).text == "pasted")

    play(START, scenario)


@pytest.mark.uses("composer.editor")
def test_ctrl_g_without_a_terminal_says_so_and_keeps_the_draft() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"draft", "ctrl+g")
        await stage.until(lambda: stage.told)
        assert composer(stage).text == "draft"

    play(START, scenario)


def test_the_list_says_which_keys_are_for_it() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"later", "enter")
        await stage.until(lambda: keys_of_the_list(stage) == "Ctrl+↑ choose, to edit or remove")
        await stage.press("ctrl+up")
        await stage.until(lambda: keys_of_the_list(stage) == "Enter edit · Del remove · Esc back")

    play(BUSY, scenario)

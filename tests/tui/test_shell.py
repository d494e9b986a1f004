"""The key and the commands for a shell where there is none to be had: one sentence each, with the way out."""

from __future__ import annotations

import pytest

from pygent_engine.events import ContainerStarted
from tests.scenes import Scene, scene
from tests.scripts import start
from tests.support.script import Script
from tests.support.stage import Stage, play

NO_TERMINAL = "A shell needs a terminal of its own; there is none here: pygent attach opens this session in one."


async def told(stage: Stage, sentence: str) -> None:
    await stage.until(lambda: any(sentence in note.message for note in stage.app._notifications))


@pytest.mark.uses("/task-shell")
def test_a_task_that_has_no_container_says_when_it_has_one() -> None:
    sentences = {
        "task-1": "task-1 is over, and its container is gone; /task-diff shows what it changed, /task-retry lets it go on.",
        "task-2": NO_TERMINAL,
        "task-3": "task-3 has no container yet: it is queued; try again once it runs.",
        "task-4": "There is no task 'task-4'; /tasks shows those that there are.",
    }
    script = Script().task("task-1", "One").run("task-1").done("task-1").task("task-2", "Two").run("task-2").task("task-3", "Three")

    async def scenario(stage: Stage) -> None:
        for task_id, sentence in sentences.items():
            stage.app.clear_notifications()
            await stage.press(*f"/task-shell {task_id}", "enter")
            await told(stage, sentence)

    play(Scene("three", lambda: script), scenario)


@pytest.mark.uses("board.shell")
def test_the_key_of_the_board_is_for_the_task_under_its_cursor() -> None:
    async def scenario(stage: Stage) -> None:
        stage.conductor.panes.board.focus()
        await stage.until(lambda: stage.conductor.panes.board.has_focus)
        await stage.press("E")
        await told(stage, NO_TERMINAL)

    play(scene("tasks"), scenario)


@pytest.mark.uses("/shell")
def test_the_session_has_a_shell_once_it_has_a_container() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"/shell", "enter")
        await told(stage, "There is no container yet: it is made with the first command. Send !true, then /shell again.")
        stage.session.play(start().post(ContainerStarted("abc")).envelopes[-1:])
        await stage.until(lambda: stage.state.status.container == "abc")
        await stage.press(*"/shell", "enter")
        await told(stage, NO_TERMINAL)

    play(scene("start"), scenario)

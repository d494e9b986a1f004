"""Quitting asks before work is lost: what runs would end, and what tasks changed goes with the session."""

from __future__ import annotations

import pytest

from pygent_engine.events import ChangesApplied, ChangesFound, FileCollected, TaskCreated
from pygent_engine.task_values import ApplyReport
from pygent_engine.values import ROOT_TASK
from pygent_tui.screens.confirm import Confirm
from tests.scenes import Scene
from tests.support.script import Script
from tests.support.stage import Stage, play


def over(*changed: int, applied: tuple[int, ...] = (), collected: str = "", group: str = "") -> Script:
    """Tasks that are over, each with so many changed files; those at the places `applied` were applied whole, and of each the
    path `collected` was copied."""
    script = Script(model="qwen3-coder")
    for number, count in enumerate(changed, 1):
        task, paths = f"task-{number}", tuple(f"{at}.py" for at in range(count))
        script.post(TaskCreated(f"part {number}", "do it", None, "qwen3", ROOT_TASK, "docker", group=group), task)
        script.post(ChangesFound(count, paths), task).done(task)
        if number in applied:
            script.post(ChangesApplied(ApplyReport(paths)), task)
        if collected:
            script.post(FileCollected(collected, "here"), task)
    return script


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (over(2, 1), "3 changed files of task-1 “part 1”, task-2 “part 2” were not applied, and would be lost."),
        (over(2, 1, applied=(1,)), "1 changed file of task-2 “part 2” was not applied, and would be lost."),
        (over(2, 1, collected="0.py"), "1 changed file of task-1 “part 1” was not applied, and would be lost."),
        (over(2, 2, group="copies"), "4 changed files of task-1 “part 1”, task-2 “part 2” were not applied, and would be lost."),
    ],
)
def test_what_nobody_applied_is_told_before_it_is_lost(script: Script, said: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("ctrl+q")
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        assert said in " ".join(stage.text(".dialog").replace("│", "").split())
        await stage.press("enter")
        await stage.until(lambda: not isinstance(stage.app.screen, Confirm))
        assert stage.app.return_code is None

    play(Scene("over", lambda: script), scenario)


@pytest.mark.parametrize(
    "script", [over(), over(0), over(2, applied=(1,)), over(2, collected="."), over(2, 2, 2, applied=(2,), group="copies")]
)
def test_nothing_is_asked_where_nothing_would_be_lost(script: Script) -> None:
    """Of the copies of one prompt one was wanted; the others may go."""

    async def scenario(stage: Stage) -> None:
        await stage.press("ctrl+q")
        await stage.until(lambda: stage.app.return_code is not None)

    assert play(Scene("over", lambda: script), scenario).return_code == 0

"""What the tests of a task's changes share: scenes, and the ways to what is shown of them."""

from __future__ import annotations

from pygent_engine.events import ChangesApplied, Event, Op
from pygent_tui.screens.task_diff import TaskDiff
from tests import work_scripts
from tests.scenes import Scene
from tests.support.script import Script
from tests.support.stage import Stage
from tests.work_scripts import APPLIED

WORKED = Scene("worked", work_scripts.worked)
LISTED = Scene("listed", work_scripts.listed)


def applied() -> Script:
    return work_scripts.listed().post(ChangesApplied(APPLIED), "task-1")


APPLIED_BEFORE = Scene("applied", applied)


class Playing:
    """A scene that goes on."""

    def __init__(self, stage: Stage, scene: Scene) -> None:
        assert scene.script is not None
        self.stage = stage
        self.script = scene.script()

    async def post(self, *events: Event, task: str = "task-1") -> None:
        before = len(self.script.envelopes)
        for event in events:
            self.script.post(event, task)
        self.stage.session.play(self.script.envelopes[before:])
        await self.stage.until(lambda: self.stage.state.seen >= self.script.envelopes[-1].seq)


async def opened(stage: Stage) -> TaskDiff:
    """The screen that opens, with what it shows drawn."""
    await stage.until(lambda: isinstance(stage.app.screen, TaskDiff) and stage.app.screen.focused is not None)
    screen = stage.app.screen
    assert isinstance(screen, TaskDiff)
    await stage.pilot.pause()
    return screen


def note(stage: Stage) -> str:
    return " ".join(stage.text("#task-diff-note").split())


def dialog(stage: Stage) -> str:
    return " ".join(stage.text(".dialog").replace("│", " ").split())


async def asked(stage: Stage, *ops: Op) -> None:
    await stage.until(lambda: stage.ops == list(ops))

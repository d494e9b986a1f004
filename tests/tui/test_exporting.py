"""Which conversation is written to a file: the one that is on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.saying import hears
from tests.support.stage import Stage, play
from tests.support.task_desk import THREE, opened


def test_on_a_tasks_own_screen_the_conversation_of_the_task_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(stage: Stage) -> None:
        screen = await opened(stage)
        stage.conductor.submit("/export it.md")
        await hears(stage, f"Wrote the conversation of task-1 to {tmp_path}/it.md")
        text = (tmp_path / "it.md").read_text()
        assert text.startswith("# Pygent\n\n## The task\n\n")
        assert "## Pygent, from the main conversation: steering the turn" in text
        assert "Session:" not in text
        screen.dismiss()
        await stage.until(lambda: stage.app.screen is stage.bench)
        stage.conductor.submit("/export all.md")
        await hears(stage, f"Wrote the conversation to {tmp_path}/all.md")

    monkeypatch.chdir(tmp_path)
    play(THREE, scenario, size=(140, 40))

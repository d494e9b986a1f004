"""What both panels say of who asks."""

from __future__ import annotations

import pytest

from pygent_engine.values import ROOT_TASK
from pygent_tui.widgets.asks.ask_panel import whose


@pytest.mark.parametrize(
    ("task_id", "title", "said"),
    [
        (ROOT_TASK, "ignored", ""),
        ("task-1", "Count lines", " · task-1 · Count lines"),
        ("task-1", "", " · task-1"),
    ],
)
def test_a_panel_names_the_delegated_task_that_asks_and_its_title_when_known(task_id: str, title: str, said: str) -> None:
    assert whose(task_id, title) == said

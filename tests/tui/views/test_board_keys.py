"""What can be done with a task: a key that the last line names does something."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pygent_engine import task_fold
from pygent_engine.task_values import TaskState, TaskView
from pygent_tui.views.board_keys import valid
from tests import work_scripts

_VIEW = task_fold.book(work_scripts.worked().envelopes)["task-1"]
RUNNING = replace(_VIEW, state=TaskState.running, started_at=2.0, mode="docker", container="c0ffee")
HERE = replace(RUNNING, mode="local", container=None, workspace="/tmp/shop")


@pytest.mark.parametrize(
    ("view", "can"),
    [
        (RUNNING, True),
        (replace(RUNNING, state=TaskState.finished), True),
        (replace(RUNNING, container=None), False),
        (replace(RUNNING, container=None, state=TaskState.finished), False),
        (HERE, True),
        (replace(HERE, state=TaskState.finished), True),
        (replace(HERE, state=TaskState.queued, started_at=None), False),
    ],
)
def test_a_shell_is_offered_where_there_is_a_container_or_a_folder(view: TaskView, can: bool) -> None:
    assert ("shell" in valid(view)) is can

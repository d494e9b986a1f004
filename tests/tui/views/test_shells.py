"""Where a shell for the user would be, or why there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pygent_engine.events import ContainerReplaced, ContainerStarted, Envelope, SessionClosed, SessionOpened, TaskCreated
from pygent_engine.task_fold import created
from pygent_engine.task_values import TaskState, TaskView
from pygent_tui.views import status
from pygent_tui.views.shells import Place, of_session, of_task

DOCKER = replace(created("task-1", TaskCreated("T", "p", None, "m", "main", "docker"), 0.0), state=TaskState.running)
LOCAL = replace(DOCKER, mode="local")
BACK = "exit, or Ctrl+D, comes back to Pygent"


@pytest.mark.parametrize(
    ("view", "place"),
    [
        (replace(DOCKER, state=TaskState.queued), "task-1 has no container yet: it is queued; try again once it runs."),
        (DOCKER, "task-1 has no container yet; it is made with its first command."),
        (
            replace(DOCKER, state=TaskState.finished, workspace="/tmp/w"),
            "task-1 is over, and its container is gone; /task-diff shows what it changed, /task-retry lets it go on.",
        ),
        (replace(DOCKER, container="abc"), Place(f"A shell in the container of task-1, abc ({BACK})", container="abc")),
        (replace(LOCAL, state=TaskState.queued), "task-1 has no folder yet: it is queued."),
        (
            replace(LOCAL, workspace="/w\x1b[2J"),
            Place(f"A shell on THIS MACHINE, in no container, in the folder of task-1: /w␛[2J ({BACK})", folder="/w\x1b[2J"),
        ),
    ],
)
def test_a_shell_is_where_the_task_works_and_never_elsewhere(view: TaskView, place: Place | str) -> None:
    assert of_task(view) == place


def test_the_session_s_own_shell_is_in_its_container_once_there_is_one() -> None:
    state, found = status.EMPTY, list[Place | str]()
    for event in (
        SessionOpened("s", "/w", "docker", "m", ""),
        ContainerStarted("abc"),
        ContainerReplaced("def", "lost"),
        SessionClosed(),
    ):
        state = status.fold(state, Envelope(1, 0.0, "main", event))
        found.append(of_session(state))
    there = [Place(f"A shell in the container of the session, {name} ({BACK})", container=name) for name in ("abc", "def")]
    none = "There is no container yet: it is made with the first command. Send !true, then /shell again."
    assert [of_session(status.EMPTY), *found] == ["The session is not open yet.", none, *there, "The session is closed; /exit leaves."]

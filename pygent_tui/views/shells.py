"""Where a shell for the user would be: in the container of a task, or in its folder on this machine. Pure."""

from __future__ import annotations

from pygent_engine.frozen import frozen
from pygent_engine.task_values import TaskState, TaskView
from pygent_engine.untrusted import clean_line

from .status import CLOSED, Status

_BACK = "exit, or Ctrl+D, comes back to Pygent"


@frozen
class Place:
    """In a `container`, named by its id; without one in a `folder` of this machine. `said` tells the user before it opens."""

    said: str
    container: str = ""
    folder: str = ""


def of_task(view: TaskView) -> Place | str:
    """Where `view` works; else why no shell can be there, and what can be done."""
    name = clean_line(view.id, 40)
    if view.mode == "local":
        return _here(view.workspace, name) if view.workspace else f"{name} has no folder yet: it is {view.state.value}."
    if view.container:
        return _there(view.container, name)
    if view.state.ended:
        return f"{name} is over, and its container is gone; /task-diff shows what it changed, /task-retry lets it go on."
    if view.state in (TaskState.queued, TaskState.starting):
        return f"{name} has no container yet: it is {view.state.value}; try again once it runs."
    return f"{name} has no container yet; it is made with its first command."


def of_session(status: Status) -> Place | str:
    """Where the root agent works; else why no shell can be there."""
    if status.opened is None:
        return "The session is not open yet."
    if status.closed is not None:
        return CLOSED
    if status.opened.mode == "local":
        return _here(status.opened.workspace, "the session")
    if status.container:
        return _there(status.container, "the session")
    return "There is no container yet: it is made with the first command. Send !true, then /shell again."


def _here(folder: str, whose: str) -> Place:
    return Place(f"A shell on THIS MACHINE, in no container, in the folder of {whose}: {clean_line(folder, 300)} ({_BACK})", folder=folder)


def _there(container: str, whose: str) -> Place:
    return Place(f"A shell in the container of {whose}, {clean_line(container, 40)} ({_BACK})", container=container)

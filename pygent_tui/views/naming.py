"""Names tasks in a sentence to the user. Pure; what comes from outside is cleaned here."""

from __future__ import annotations

from collections.abc import Sequence

from pygent_engine.task_values import TaskView
from pygent_engine.untrusted import clean_line

_NAMED = 3


def id_of(task_id: str) -> str:
    """An id, which need not be that of a task."""
    return clean_line(task_id, 40)


def titled(task_id: str, title: str, most: int = 60) -> str:
    """A task by id and title, as a heading or a line of a list has it."""
    shown = clean_line(title, most)
    return f"{id_of(task_id)} · {shown}" if shown else id_of(task_id)


def task(view: TaskView) -> str:
    """A task by id and title, in a sentence."""
    return f"{id_of(view.id)} “{clean_line(view.title, 60)}”"


def tasks(views: Sequence[TaskView]) -> str:
    """The first of `views` by id and title, and how many more there are."""
    return first([task(view) for view in views[:_NAMED]], len(views))


def first(names: Sequence[str], count: int, most: int = _NAMED) -> str:
    """At most so many of `names`, and how many of `count` there are besides."""
    shown = names[:most]
    more = f" and {count - len(shown)} more" if count > len(shown) else ""
    return f"{', '.join(shown)}{more}"


def unknown(task_id: str) -> str:
    """Why nothing is done with a task that nobody knows."""
    return f"There is no task {id_of(task_id)!r}; /tasks shows those that there are."

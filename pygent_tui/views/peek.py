"""What the peek at a task says: how it stands, what it does, the last lines of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from pygent_engine.task_values import TaskView
from pygent_engine.untrusted import clean, clean_line

from .naming import first
from .output import Outputs
from .sgr import plain
from .task_facts import Part
from .transcript import Transcript

_LINES = 8
_CHARS = 4_000
_PATHS = 4


def peek(view: TaskView, talk: Transcript, outputs: Outputs) -> tuple[tuple[Part, ...], ...]:
    """Lines of text and roles: what was asked of it, its last actions, its newest words or output, its fault, what it changed."""
    return (
        (("▸ ", "muted"), (clean_line(view.prompt, 300), "muted")),
        *((("· ", "muted"), (clean_line(action, 300), "text")) for action in view.recent),
        *_said(view, talk, outputs),
        *(((("✗ ", "error"), (clean_line(view.error, 300), "error")),) if view.error else ()),
        *(((("± ", "muted"), (_paths(view), "muted")),) if view.changed else ()),
    )


def _said(view: TaskView, talk: Transcript, outputs: Outputs) -> Iterator[tuple[Part, ...]]:
    """The last lines of what streams, of what its newest call prints, or of its answer."""
    newest = next(reversed(outputs.shown), None)
    if talk.text:
        yield from _last(talk.text.text, "│ ", "text")
    elif newest is not None and newest.result is None:
        yield from _last(plain(newest.text[-_CHARS:]), "┆ ", "muted")
    elif view.answer:
        yield from _last(view.answer, "│ ", "text")
    elif newest is not None:
        yield from _last(plain(newest.text[-_CHARS:]), "┆ ", "muted")


def _last(text: str, gutter: str, role: str) -> Iterator[tuple[Part, ...]]:
    lines = [line for line in clean(text[-_CHARS:]).split("\n") if line.strip()]
    return (((gutter, "muted"), (line, role)) for line in lines[-_LINES:])


def _paths(view: TaskView) -> str:
    return first([clean_line(path, 80) for path in view.changed], view.changes, _PATHS)

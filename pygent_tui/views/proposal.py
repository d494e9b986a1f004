"""What a call that asks would do, as lines to read: the command, the change of a file, or the arguments. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import Any

from pygent_engine.untrusted import clean, clean_line
from pygent_engine.values import ROOT_TASK, ApprovalRequest, Question

from . import naming
from .asks import Ask, Asks
from .exact import Line, exact
from .status_line import elapsed

_COMPARED = 250_000  # pairs of lines; more would take too long to compare
_MORE = "↪ "
_JUST_NOW_S = 5


def proposal(request: ApprovalRequest) -> tuple[Line, ...]:
    """The lines of what waits for a yes."""
    if request.tool == "apply_task" and request.command:
        return tuple(_patch(clean(request.command)))
    if request.command:
        return _lines(clean(request.command), "  ")
    match _arguments(request.arguments):
        case {"path": str(path), "content": str(content)}:
            return (_heading(f"{path} would be, whole:"), *_changed(_written(content)))
        case {"path": str(path), "old": str(old), "new": str(new)}:
            return (_heading(f"in {path}:"), *_changed(_edited(old, new)))
        case dict() as arguments if arguments:
            return _lines(clean(json.dumps(arguments, indent=2, ensure_ascii=False)), "  ")
    return _lines(clean(request.arguments), "  ")


def _patch(text: str) -> Iterator[Line]:
    """The lines of a unified diff, none of them left out."""
    for line in text.removesuffix("\n").split("\n"):
        heads = line.startswith(("--- ", "+++ "))
        yield from _lines(line, "  ", "strong" if heads else _ROLES.get(line[:1], "plain"))


def size(request: ApprovalRequest) -> str:
    """How long a command is, when that is worth saying."""
    lines, characters = request.command.count("\n") + 1, len(request.command)
    if lines > 1:
        return f"{lines} lines, {characters} characters"
    return f"{characters} characters" if characters > 200 else ""


def waiting(asks: Asks) -> tuple[str, ...]:
    """Who waits and for what, a line each."""
    return tuple(f"{_who(asks, ask.task_id)} · {_gist(ask)}" for ask in asks.pending)


def waited(asks: Asks, now: float) -> tuple[str, ...]:
    """How long each of those waits at `now`, Unix seconds; "" for one that has just come."""
    since = dict(asks.since)
    seconds = (now - since.get(ask.call_id, now) for ask in asks.pending)
    return tuple(elapsed(each) if each >= _JUST_NOW_S else "" for each in seconds)


def _who(asks: Asks, task_id: str) -> str:
    if task_id == ROOT_TASK:
        return "main"
    return naming.titled(task_id, asks.title(task_id), 32)


def _gist(ask: Ask) -> str:
    if isinstance(ask, Question):
        return f"? {clean_line(ask.prompt, 300)}"
    if ask.command and ask.tool != "apply_task":
        return f"$ {clean_line(ask.command, 300)}"
    arguments = _arguments(ask.arguments)
    path = arguments.get("path") if isinstance(arguments, dict) else None
    return f"▸ {clean_line(ask.tool, 40)} {clean_line(str(path) if path else ask.arguments, 300)}"


def _arguments(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _heading(text: str) -> Line:
    return Line(((clean_line(text, 1000), False),), role="strong")


def _lines(text: str, gutter: str, role: str = "plain") -> tuple[Line, ...]:
    return tuple(Line(pieces, gutter, gutter[:-2] + _MORE, role) for pieces in exact(text))


def _written(content: str) -> Iterator[tuple[str, list[str]]]:
    yield "+", content.removesuffix("\n").split("\n")


def _edited(before: str, after: str) -> Iterator[tuple[str, list[str]]]:
    whole = before.endswith("\n") and after.endswith("\n")
    old, new = (text.removesuffix("\n" if whole else "").split("\n") for text in (before, after))
    if len(old) * len(new) > _COMPARED:
        yield from (("-", old), ("+", new))
        return
    for kind, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield " ", old[start:end]
        else:
            yield from (("-", old[start:end]), ("+", new[new_start:new_end]))


_ROLES = {"+": "added", "-": "removed", " ": "plain"}


def _changed(parts: Iterable[tuple[str, list[str]]]) -> Iterator[Line]:
    for sign, lines in parts:
        if lines:
            yield from _lines(clean("\n".join(lines)), f"{sign} ", _ROLES[sign])

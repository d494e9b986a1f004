"""A whole conversation as text to keep: Markdown, plain text, or one JSON object a line. Pure.

Says of each part who it is from, and of each call how it ended; what is not in the conversation is not made up.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from typing import assert_never

from pygent_engine.frozen import frozen

from .app_state import AppState
from .entries import Ask, Call, Closed, Ended, Entry, Notice, Opened, Permission, Prompt, Reply, TaskNote, Thinking, Told
from .sources import command_of

_TICKS = re.compile("`+")
_SENDERS = {"task": "The task", "agent": "Pygent, from the main conversation"}


@frozen
class Part:
    """`who` said or did it, `title` says what it is about, `fenced` is text that is no prose."""

    who: str
    title: str = ""
    text: str = ""
    fenced: str = ""


def formats() -> dict[str, Callable[[AppState], str]]:
    """What can be written, by the suffix of the file."""
    return {".md": markdown, ".txt": plain, ".jsonl": json_lines}


def markdown(state: AppState) -> str:
    return "# Pygent\n\n" + "\n".join(_markdown(part) for part in parts(state))


def plain(state: AppState) -> str:
    return "\n".join(_plain(part) for part in parts(state))


def json_lines(state: AppState) -> str:
    """Each entry as an object; `kind` says what it is."""
    rows = ({"kind": _kind(entry), **asdict(entry)} for entry in _entries(state))
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def parts(state: AppState) -> Iterator[Part]:
    """The conversation in parts, in order."""
    model = state.status.opened.model if state.status.opened is not None else ""
    for entry in _entries(state):
        yield _part(entry, model)


def _entries(state: AppState) -> Iterable[Entry]:
    """What stands, and what streams just now."""
    talk = state.transcript
    yield from talk.entries
    if talk.thinking:
        yield Thinking(talk.thinking.text)
    if talk.text:
        yield Reply(talk.text.text, "still streaming")


def _part(entry: Entry, model: str) -> Part:  # noqa: C901 - one flat match, a line a kind
    match entry:
        case Opened():
            where = "in a Docker container" if entry.mode == "docker" else "on this machine"
            return Part("Session", f"{entry.model} works {where}, in {entry.workspace}", entry.fallback_reason)
        case Closed():
            return Part("Session", "closed", entry.reason)
        case Prompt():
            return Part(_SENDERS.get(entry.by, "You"), "steering the turn" if entry.steer else "", entry.text)
        case Thinking():
            return Part(_agent(model), "thinking", entry.text)
        case Reply():
            return Part(_agent(model), f"cut: {entry.cut}" if entry.cut else "", entry.text)
        case Call():
            return _call(entry)
        case Permission():
            decision = entry.decision or "waiting"
            return Part("Approval", f"{entry.tool}: {decision}", "; ".join(filter(None, (entry.reason, entry.note))), entry.command)
        case Ask():
            return Part("Question", entry.prompt, f"Answer: {entry.answer}" if entry.answer else "", "\n".join(entry.options))
        case Notice():
            return Part("Session", entry.level, entry.text)
        case TaskNote():
            return Part(entry.task_id, f"{entry.title}: {entry.state}", entry.detail)
        case Told():
            return Part("Tasks", "what the model was told", entry.text)
        case Ended():
            return Part("Session", f"the turn ended: {entry.outcome}", entry.reason)
        case _:
            assert_never(entry)


def _agent(model: str) -> str:
    return f"Pygent ({model})" if model else "Pygent"


def _call(call: Call) -> Part:
    how = call.status if call.status != "ok" else "" if call.exit_code is None else f"exit {call.exit_code}"
    asked = f"allowed: {call.approved}" if call.approved else ""
    title = " · ".join(filter(None, (call.name, how, f"{call.duration_s:.1f} s", asked)))
    body = command_of(call) if call.name == "bash" else call.summary
    changed = [f"{diff.kind}: {diff.path} (+{diff.added} −{diff.removed})\n{diff.text}" for diff in call.diffs]
    fenced = "\n".join(filter(None, (f"$ {body}" if call.name == "bash" else body, call.result, *changed)))
    return Part("You, tool" if call.by == "user" else "Tool", title, "", fenced)


def _markdown(part: Part) -> str:
    heading = f"## {part.who}" + (f": {' '.join(part.title.split())}" if part.title else "")
    return "\n\n".join(filter(None, (heading, part.text.strip("\n"), _fenced(part.fenced)))) + "\n"


def _fenced(text: str) -> str:
    """`text` in a fence that is longer than any in it."""
    if not text:
        return ""
    fence = "`" * max(3, 1 + max(map(len, _TICKS.findall(text)), default=0))
    return f"{fence}text\n{text.rstrip(chr(10))}\n{fence}"


def _plain(part: Part) -> str:
    heading = part.who + (f": {part.title}" if part.title else "")
    return "\n".join(filter(None, (heading, "-" * 3, part.text.strip("\n"), part.fenced.rstrip("\n")))) + "\n"


def _kind(entry: Entry) -> str:
    return type(entry).__name__.lower()

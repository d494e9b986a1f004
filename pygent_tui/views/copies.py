"""What an entry was made of, as text: to be searched, and to be copied. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import assert_never

from pygent_engine.untrusted import clean

from .blocks import Block, code, split
from .diffs import patch
from .entries import Ask, Call, Closed, Ended, Entry, Notice, Opened, Permission, Prompt, Reply, TaskNote, Thinking

Copied = tuple[str, str]
"""A text, and what it is called."""


def source(entry: Entry) -> str:
    """All the words of `entry`, to be searched."""
    match entry:
        case Prompt(text) | Thinking(text) | Reply(text) | Notice(text=text):
            return text
        case Call():
            return "\n".join((entry.name, entry.summary, _told(entry), *(diff.text for diff in entry.diffs), entry.result))
        case Permission():
            return "\n".join((entry.tool, entry.command, entry.note))
        case Ask():
            return "\n".join((entry.prompt, *entry.options, entry.answer or ""))
        case TaskNote():
            return f"task {entry.task_id} {entry.title} {entry.detail}"
        case Opened():
            return f"{entry.model} {entry.workspace} {entry.fallback_reason}"
        case Ended(_, reason) | Closed(reason):
            return reason
        case _:
            assert_never(entry)


def copied(entry: Entry) -> Copied:
    """What is copied of `entry`."""
    match entry:
        case Prompt(text):
            return text, "the prompt"
        case Reply(text):
            return text, "the reply"
        case Thinking(text):
            return text, "the thinking"
        case Call():
            return _of_call(entry)
        case Permission():
            return entry.command, "the command"
        case Ask():
            return entry.prompt, "the question"
        case _:
            return source(entry), "the note"


def inner(entry: Entry, *, last: bool = False) -> Copied | None:
    """What within `entry` is copied by itself: the result of a call, the first code block of a reply (or the last), an answer."""
    match entry:
        case Call(result=result) if result:
            return result, "the output"
        case Reply(text):
            blocks = split(text)
            found = codes(blocks)
            span = found[-1 if last else 0] if found else range(0)
            return (code_in(blocks[span.start : span.stop]), "the code block") if found else None
        case Permission(note=note) if note:
            return note, "the reason"
        case Ask(answer=str(answer)) if answer:
            return answer, "the answer"
        case _:
            return None


def codes(blocks: Sequence[Block]) -> list[range]:
    """Which blocks of a reply are one piece of code: a long one is cut."""
    found: list[range] = []
    for index, block in enumerate(blocks):
        if code(block) is None:
            continue
        if block.joined and found and found[-1].stop == index:
            found.append(range(found.pop().start, index + 1))
        else:
            found.append(range(index, index + 1))
    return found


def code_in(blocks: Iterable[Block]) -> str:
    """The code that stands in blocks that are one piece of it."""
    lines: list[str] = []
    within = False
    for block in blocks:
        found = code(block) or []
        if within and found:
            lines[-1] += found.pop(0)
        lines += found
        within = block.cut
    return "\n".join(lines)


def arguments(call: Call) -> list[tuple[str, str]]:
    """The arguments of a call by name, each as text with its controls visible; one without a name when they are no object."""
    try:
        parsed = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        return [("", call.arguments)]
    if not isinstance(parsed, dict):
        return [("", call.arguments)]
    return [
        (clean(name), clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))) for name, value in parsed.items()
    ]


def command(call: Call) -> str:
    """The exact command of a call of bash, its controls visible."""
    return dict(arguments(call)).get("cmd", call.summary)


def _of_call(call: Call) -> Copied:
    if any(diff.text for diff in call.diffs):
        return "".join(patch(diff) for diff in call.diffs if diff.text), "the diff"
    if call.name == "bash":
        return command(call), "the command"
    return call.arguments or call.summary, "the arguments of the call"


def _told(call: Call) -> str:
    """The arguments as they are read; what a diff shows is not told twice."""
    if call.diffs:
        return ""
    return call.arguments if "\\" not in call.arguments else "\n".join(value for _, value in arguments(call))

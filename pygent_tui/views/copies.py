"""What an entry was made of, as text: to be searched, and to be copied. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import assert_never

from pygent_engine.untrusted import clean

from .blocks import Block, code, split
from .diffs import patch
from .entries import Ask, Call, Closed, Ended, Entry, Notice, Opened, Permission, Prompt, Reply, TaskNote, Thinking, Told
from .output import Buffer

Copied = tuple[str, str]
"""A text, and what it is called."""


def source(entry: Entry) -> str:
    """All the words of `entry`, to be searched."""
    match entry:
        case Prompt(text) | Thinking(text) | Reply(text) | Notice(text=text) | Told(text):
            return text
        case Call():
            return "\n".join((*_titled(entry), *_changed(entry), entry.result, ", ".join(entry.files)))
        case Permission():
            return "\n".join((*_named(entry.tool), entry.command, entry.note))
        case Ask():
            return "\n".join((entry.prompt, *entry.options, entry.answer or ""))
        case TaskNote():
            return f"{entry.task_id} {entry.title} {entry.detail}"
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


def arguments(call: Call | Buffer) -> list[tuple[str, str]]:
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


def command(call: Call | Buffer) -> str:
    """The exact command of a call of bash, its controls visible; of another tool, what it was to do."""
    return dict(arguments(call)).get("cmd", call.summary)


def _of_call(call: Call) -> Copied:
    if any(diff.text for diff in call.diffs):
        return "".join(patch(diff) for diff in call.diffs if diff.text), "the diff"
    if call.name == "bash":
        return command(call), "the command"
    return call.arguments or call.summary, "the arguments of the call"


def _named(tool: str) -> tuple[str, ...]:
    """The name of a tool, which of a command is a sign."""
    return () if tool == "bash" else (tool,)


def _titled(call: Call) -> Iterator[str]:
    """What a call is called, and its arguments; what a diff or an argument shows is not told twice."""
    yield from _named(call.name)
    if call.diffs:
        yield from (diff.path for diff in call.diffs)
        return
    found = arguments(call)
    begin = call.summary.removesuffix("…")
    if not any(" ".join(value.split()).startswith(begin) for _, value in found):
        yield call.summary
    yield from (value if not name or name == "cmd" else f"{name}: {value}" for name, value in found)


def _changed(call: Call) -> Iterator[str]:
    """The lines of a call's diffs."""
    return (line[1:] for diff in call.diffs for line in diff.text.split("\n") if line[:1] in ("+", "-", " "))

"""What is being completed: the `@file`, the `/command` or its argument that ends at the cursor. Pure."""

from __future__ import annotations

import re
from typing import Literal

from pygent_engine.frozen import frozen

Kind = Literal["file", "command", "argument"]

_FILE = re.compile(r'(?:^|[\s(\[{<,;:=\'`])@(?:"([^"\n]*)|([^\s"]*))\Z')
_COMMAND = re.compile(r"/([A-Za-z?][A-Za-z0-9?-]*)?\Z")
_ARGUMENT = re.compile(r"/([A-Za-z?][A-Za-z0-9?-]*)\s+([^\n]*)\Z")


@frozen
class Token:
    """`start` is its column in the cursor's line, `query` what was typed of it; an argument belongs to `command`."""

    kind: Kind
    start: int
    query: str
    command: str = ""


def token_at(before: str, *, first: bool, last: bool) -> Token | None:
    """The token at the end of `before`, the cursor's line up to the cursor. A command stands alone: its line is the `first` one,
    and the cursor is at the end of the `last`."""
    if first and last:
        if command := _COMMAND.fullmatch(before):
            return Token("command", 0, command[1] or "")
        if argument := _ARGUMENT.fullmatch(before):
            return Token("argument", argument.start(2), argument[2], argument[1].lower())
    if file := _FILE.search(before):
        query = file[1] if file[1] is not None else file[2]
        return Token("file", before.rindex("@", 0, len(before) - len(query)), query)
    return None


def mention(path: str) -> str:
    """How `path` is written in a prompt: with quotes around what would not be one word."""
    if not re.search(r'[\s"]', path):
        return f"@{path}"
    return '@"' + path.replace('"', '\\"') + '"'

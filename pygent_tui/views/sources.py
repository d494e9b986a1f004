"""The sources that a command can copy: of what was said, of the code in it, of a command and of its output. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from .copies import command, inner
from .entries import Call, Entry, Reply

_COLOUR = re.compile("\x1b\\[[0-9;:]*m")


def last_reply(entries: Sequence[Entry]) -> str:
    """The markdown of the newest reply, "" when there is none."""
    return next((entry.text for entry in reversed(entries) if isinstance(entry, Reply)), "")


def last_code(entries: Sequence[Entry]) -> str:
    """The last block of code that the model wrote."""
    return next((found[0] for entry in _replies(entries) if (found := inner(entry, last=True)) is not None), "")


def last_command(entries: Sequence[Entry]) -> str:
    """The newest command, exactly."""
    return next((command_of(entry) for entry in reversed(entries) if isinstance(entry, Call) and entry.name == "bash"), "")


def command_of(call: Call) -> str:
    """The exact command of a call of bash."""
    return command(call)


def without_colours(text: str) -> str:
    """Output as plain text."""
    return _COLOUR.sub("", text)


def _replies(entries: Sequence[Entry]) -> Iterable[Entry]:
    return (entry for entry in reversed(entries) if isinstance(entry, Reply))

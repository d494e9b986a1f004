"""The banned names of a runtime, and what was said of its last commands. How a command is judged stands in `judge`."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from ...frozen import frozen

_REMEMBERED = 8


@frozen
class Judgement:
    """What the bans say of a command, each a sentence, "" for none: it is `banned`, or it is `undecided` whether it is."""

    banned: str = ""
    undecided: str = ""


class Bans:
    """The banned names of a runtime. Remembers what it said last, for a command is asked about before it runs and again then."""

    def __init__(self, commands: Iterable[str], apps: Iterable[str]) -> None:
        self.commands = tuple(commands)
        self.apps = tuple(apps)
        self._names = frozenset(self.commands)
        self._guard = threading.Lock()  # of _said
        self._said: dict[str, Judgement] = {}

    def judge(self, command: str) -> Judgement:
        """What the bans say of `command`."""
        if not self.commands and not self.apps:
            return Judgement()
        with self._guard:
            known = self._said.get(command)
        if known is not None:
            return known
        from .judge import judge  # noqa: PLC0415 - the parser's modules, which only who bans something pays for

        judgement = judge(command, self._names, self.apps)
        with self._guard:
            self._said[command] = judgement
            while len(self._said) > _REMEMBERED:
                del self._said[next(iter(self._said))]
        return judgement

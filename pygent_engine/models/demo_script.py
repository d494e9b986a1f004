"""What a demo scene is made of: turns, acts, and the reading of results. No scene and no text of the demo."""

from __future__ import annotations

import json
import re
from collections.abc import Generator

from ..frozen import frozen
from ..values import JsonDict

_NOT_DONE = re.compile(r"the user did not allow|\[not run|\[cancelled|\[timeout|there is no tool|error\b|denied|\w+ failed: ", re.I)
_EXIT = re.compile(r"\[exit code (\d+)\]\s*\Z")
_QUOTED_LINES = 30


@frozen
class Turn:
    """What a scene knows at its start: the prompt, and the names of the tools that are offered."""

    prompt: str
    tools: frozenset[str]

    def can(self, *names: str) -> bool:
        """Whether all these tools are offered."""
        return self.tools.issuperset(names)


@frozen
class Act:
    """One step of a scene: a sentence and tool calls, each a name with its arguments."""

    text: str
    calls: tuple[tuple[str, JsonDict], ...]

    def encoded(self) -> list[tuple[str, str]]:
        """The calls with their arguments as JSON text."""
        return [(name, json.dumps(arguments, ensure_ascii=False)) for name, arguments in self.calls]

    def matched(self, results: list[str]) -> list[str]:
        """Exactly one result for each call, whatever came."""
        return (results + [""] * len(self.calls))[: len(self.calls)]


Scene = Generator[Act, list[str], str]


def act(text: str, *calls: tuple[str, JsonDict]) -> Act:
    """A step that says `text` and makes `calls`."""
    return Act(text, calls)


def bash(cmd: str, timeout: float = 60) -> tuple[str, JsonDict]:
    return "bash", {"cmd": cmd, "timeout": timeout}


def write_file(path: str, content: str) -> tuple[str, JsonDict]:
    return "write_file", {"path": path, "content": content}


def read_file(path: str) -> tuple[str, JsonDict]:
    return "read_file", {"path": path}


def problem(result: str) -> str:
    """Why a call did not do its work, in a line; empty when it did."""
    first = result.strip().splitlines()[0] if result.strip() else ""
    if _NOT_DONE.match(first):
        return first
    ended = _EXIT.search(result)
    return f"it ended with exit code {ended[1]}" if ended else ""


def quoted(text: str, language: str = "text") -> str:
    """`text` as a fenced block, its last lines when it is long; the fence is longer than any within."""
    lines = text.rstrip().splitlines() or ["(nothing)"]
    if len(lines) > _QUOTED_LINES:
        lines = [f"[… {len(lines) - _QUOTED_LINES} lines before]", *lines[-_QUOTED_LINES:]]
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([fence + language, *lines, fence])

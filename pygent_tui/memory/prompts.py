"""The prompts of earlier runs, in one file for all workspaces: JSON lines, appended by every app that runs. For threads: it blocks."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

from pygent_engine.frozen import frozen

from .private import append_line, locked, put_aside, write

MOST = 2_000
LONGEST = 100_000
"""Characters; a longer prompt is not kept."""
_SLACK = 500
_MOST_BYTES = 16_000_000
_NAME = "history"


@frozen
class Kept:
    """A prompt that was sent `at` Unix seconds, in `workspace`."""

    text: str
    workspace: str
    at: float


class PromptFile:
    """`redact` takes the key out of what is kept."""

    def __init__(self, folder: Path, redact: Callable[[str], str]) -> None:
        self.path = folder / _NAME
        self._lock = folder / f"{_NAME}.lock"
        self._redact = redact

    def append(self, kept: Kept) -> None:
        """Keep one more. Raises OSError."""
        if len(kept.text) > LONGEST:
            return
        line = _line(Kept(self._redact(kept.text), kept.workspace, kept.at))
        with locked(self._lock):
            append_line(self.path, line)

    def read(self) -> tuple[list[Kept], str]:
        """What is kept, the oldest first, and a sentence about what could not be read. Drops the oldest of too many."""
        if not self.path.exists():
            return [], ""
        with locked(self._lock):
            lines = _last_lines(self.path)
            found = [kept for line in lines if (kept := _read(line)) is not None]
            lost = len(lines) - len(found)
            problem = ""
            if lost:
                which = f"{lost} prompt{'s' if lost > 1 else ''} of the history"
                problem = f"{which} could not be read; the file is kept as {put_aside(self.path)}."
            if lost or len(found) > MOST + _SLACK:
                found = found[-MOST:]
                write(self.path, "".join(f"{_line(kept)}\n" for kept in found))
        return found, problem


def recall(kept: Iterable[Kept], workspace: str) -> list[str]:
    """The texts to walk back through, the oldest first: those of other workspaces lie behind all of this one. Each stands once."""
    kept = list(kept)
    texts = [each.text for each in kept if each.workspace != workspace] + [each.text for each in kept if each.workspace == workspace]
    return list(dict.fromkeys(reversed(texts)))[::-1]


def _line(kept: Kept) -> str:
    return json.dumps(asdict(kept))


def _read(line: bytes) -> Kept | None:
    try:
        fields = json.loads(line)
        kept = Kept(fields["text"], fields["workspace"], fields["at"])
    except (ValueError, TypeError, KeyError):
        return None
    return kept if isinstance(kept.text, str) and isinstance(kept.workspace, str) and isinstance(kept.at, int | float) else None


def _last_lines(path: Path) -> list[bytes]:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(max(0, size - _MOST_BYTES))
        lines = file.read().split(b"\n")
    return [line for line in (lines[1:] if size > _MOST_BYTES else lines) if line.strip()]

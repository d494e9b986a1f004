"""What was written and not sent, one small file a workspace, so that it survives a crash. For threads: it blocks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from pygent_engine.frozen import frozen

from .private import lock_file, put_aside, remove_lock, write

_LOCK = ".lock"
_SLOTS = 8
"""So many apps in one workspace have a draft of their own; what is written in others is not kept."""


@frozen
class Draft:
    """The composer's text, and the prompts whose turn had not begun."""

    text: str = ""
    queued: tuple[str, ...] = ()


EMPTY = Draft()


class DraftFile:
    """Each app that runs holds a file of its own, by a lock that ends with its process. `redact` takes the key out."""

    def __init__(self, folder: Path, workspace: str, redact: Callable[[str], str]) -> None:
        digest = hashlib.sha256(workspace.encode(errors="replace")).hexdigest()[:20]
        self.folder = folder / "drafts"
        self._stem = self.folder / digest
        self._redact = redact
        self._path: Path | None = None
        self._lock: int | None = None

    def open(self) -> tuple[Draft, str]:
        """Take a file that no other app holds: the first with a draft, else the first. The draft, and a sentence about one that
        could not be read. Raises OSError."""
        for slot in range(_SLOTS):
            path = self._stem.with_name(f"{self._stem.name}{f'-{slot + 1}' if slot else ''}.json")
            lock = lock_file(path.with_suffix(_LOCK), wait=False)
            if lock is None:
                continue
            if self._path is None or path.exists():
                self.close()
                self._path, self._lock = path, lock
                if path.exists():
                    break
            else:
                remove_lock(path.with_suffix(_LOCK), lock)
        return self._read()

    def save(self, draft: Draft) -> None:
        """Keep `draft`; an empty one needs no file. Raises OSError."""
        if self._path is None:
            return
        if draft == EMPTY:
            self._path.unlink(missing_ok=True)
            return
        kept = Draft(self._redact(draft.text), tuple(self._redact(text) for text in draft.queued))
        write(self._path, json.dumps(asdict(kept)))

    def close(self) -> None:
        """Leave the file to the next app."""
        if self._path is not None and self._lock is not None:
            remove_lock(self._path.with_suffix(_LOCK), self._lock)
            self._path = self._lock = None

    def _read(self) -> tuple[Draft, str]:
        if self._path is None or not self._path.exists():
            return EMPTY, ""
        try:
            fields = json.loads(self._path.read_bytes())
            draft = Draft(fields["text"], tuple(fields["queued"]))
            if not all(isinstance(text, str) for text in (draft.text, *draft.queued)):
                raise ValueError("no text")
        except (ValueError, TypeError, KeyError):
            return EMPTY, f"The draft of the last run could not be read; it is kept as {put_aside(self._path)}."
        return draft, ""

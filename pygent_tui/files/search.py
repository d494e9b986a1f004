"""Reads a large file behind the screen: where its lines begin, and what a search finds in each of its blocks. On threads of their own."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from threading import Event, Thread
from time import monotonic

from pygent_engine.untrusted import OutputCleaner

from ..tabs import searched
from ..views.needle import Needle
from ..views.sgr import plain
from .text_file import TextFile

_TELL_S = 0.1
_BREATH_S = 0.0005
"""After each block other threads get their turn: a key is worth more than a search."""


class FileIndex:
    """Indexes `file` until `end`; `tell` is called from its thread, about ten times a second and when it is done."""

    def __init__(self, file: TextFile, tell: Callable[[], object]) -> None:
        self._file = file
        self._tell = tell
        self._ended = Event()
        self.part = 0.0
        Thread(target=self._run, name="pygent-index", daemon=True).start()

    @property
    def done(self) -> bool:
        return self._file.indexed.is_set()

    def end(self) -> None:
        self._ended.set()

    def _run(self) -> None:
        pace = _Pace(self._tell, self._ended)
        for part in self._file.index():
            self.part = part
            if self._ended.is_set():
                return
            pace.step()
        pace.finish()


class FileSearch:
    """Counts `needle` in `file`, block after block, as far as it is indexed, until `end`; `tell` as in FileIndex."""

    def __init__(self, file: TextFile, needle: Needle, tell: Callable[[], object]) -> None:
        self.counts = array("L")
        self.done = False
        self._file = file
        self._needle = needle
        self._tell = tell
        self._ended = Event()
        Thread(target=self._run, name="pygent-search", daemon=True).start()

    @property
    def part(self) -> float:
        """How much of the file was searched, as a part of 1."""
        return len(self.counts) / max(1, self._file.blocks) if self._file.indexed.is_set() else 0.0

    def end(self) -> None:
        self._ended.set()

    def _run(self) -> None:
        pace = _Pace(self._tell, self._ended)
        while not self._ended.is_set():
            if len(self.counts) < self._file.blocks:
                self.counts.append(self._needle.count(_searched_block(self._file, len(self.counts))))
                self._ended.wait(_BREATH_S)
            elif self._file.indexed.is_set():
                self.done = True
                pace.finish()
                return
            else:
                self._ended.wait(_TELL_S)
            pace.step()


class _Pace:
    """Calls `tell` now and then, and not after the end."""

    def __init__(self, tell: Callable[[], object], ended: Event) -> None:
        self._tell = tell
        self._ended = ended
        self._told = monotonic()

    def step(self) -> None:
        if monotonic() - self._told > _TELL_S:
            self.finish()

    def finish(self) -> None:
        self._told = monotonic()
        if not self._ended.is_set():
            self._tell()


def block_text(file: TextFile, block: int) -> str:
    """The lines of a block as they are seen: of one that was rewritten the last writing, and colours, but nothing else to act upon."""
    text = OutputCleaner().feed(file.read(block))
    return text if "\r" not in text else "\n".join(line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n"))


def _searched_block(file: TextFile, block: int) -> str:
    """The lines of a block as they are searched; quickly where there is nothing in them but text and colours."""
    bare = plain(file.read(block))
    if bare.isascii() and bare.replace("\n", " ").replace("\t", " ").isprintable():
        return searched(bare)
    return searched(block_text(file, block))

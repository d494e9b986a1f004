"""Text that comes in pieces, put together again: one envelope that grows, and a bound on many of them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from io import StringIO

from .events import Envelope, OutputDelta, ReasoningDelta, TextDelta

LONGEST_OUTPUT = 262_144  # characters of one merged OutputDelta; what came before is counted in `skipped`
MOST_OUTPUT = 32 * LONGEST_OUTPUT  # characters of all merged OutputDeltas in one place

Delta = TextDelta | ReasoningDelta | OutputDelta


class GrowingDelta:
    """A delta that takes later ones of its kind: what merges is appended, so that each costs what it adds."""

    __slots__ = ("_at", "_delta", "_envelope", "_skipped", "_text")

    def __init__(self, envelope: Envelope, delta: Delta) -> None:
        self._envelope = envelope
        self._delta = delta
        self._at = envelope.at
        self._text: StringIO | None = None
        self._skipped = 0

    @property
    def size(self) -> int:
        """Characters that are kept."""
        return len(self._delta.text) if self._text is None else self._text.tell()

    def merge(self, delta: Delta, at: float) -> None:
        """Take a later delta, of the time `at`."""
        self._at = at
        if self._text is None:
            self._text = StringIO()
            self._append(self._text, self._delta)
        self._append(self._text, delta)
        if isinstance(delta, OutputDelta) and self._text.tell() > 2 * LONGEST_OUTPUT:  # not at each one past the limit: cutting copies
            self._text = self._cut(self._text)

    def envelope(self) -> Envelope:
        """The first envelope with the text of all and the time of the last; more may still be merged."""
        if self._text is None:
            return self._envelope
        if not isinstance(self._delta, OutputDelta):
            return replace(self._envelope, at=self._at, event=replace(self._delta, text=self._text.getvalue()))
        self._text = self._cut(self._text)
        whole = replace(self._delta, text=self._text.getvalue(), skipped=self._skipped)
        return replace(self._envelope, at=self._at, event=whole)

    def settle(self) -> None:
        """No more comes: keep no more than what is there."""
        self._envelope = self.envelope()
        assert isinstance(self._envelope.event, Delta)
        self._delta, self._text, self._skipped = self._envelope.event, None, 0

    def forget(self) -> None:
        """Drop the output so far and count it as skipped."""
        self.settle()
        if isinstance(self._delta, OutputDelta):
            self._delta = replace(self._delta, text="", skipped=self._delta.skipped + len(self._delta.text))
            self._envelope = replace(self._envelope, event=self._delta)

    def _append(self, text: StringIO, delta: Delta) -> None:
        text.write(delta.text)
        if isinstance(delta, OutputDelta):
            self._skipped += delta.skipped

    def _cut(self, text: StringIO) -> StringIO:
        """`text`, of which only the last LONGEST_OUTPUT characters are kept; the others are counted."""
        cut = text.tell() - LONGEST_OUTPUT
        if cut <= 0:
            return text
        self._skipped += cut
        kept = StringIO()  # a new one only collects what is written; one that was gone back in takes four bytes for each character
        kept.write(text.getvalue()[cut:])
        return kept


class OutputBudget:
    """Holds the output of many calls under `limit` characters together: what grew longest ago is forgotten first."""

    def __init__(self, limit: int = MOST_OUTPUT) -> None:
        self._limit = limit
        self._sizes: OrderedDict[int, int] = OrderedDict()  # by the identity of the one that grew
        self._held: dict[int, GrowingDelta] = {}
        self._total = 0

    def grew(self, growing: GrowingDelta) -> None:
        """`growing` is new, or longer than it was."""
        key = id(growing)
        self._held[key] = growing
        self._total += growing.size - self._sizes.get(key, 0)
        self._sizes[key] = growing.size
        self._sizes.move_to_end(key)
        while self._total > self._limit and len(self._sizes) > 1:
            oldest, size = self._sizes.popitem(last=False)
            self._total -= size
            self._held.pop(oldest).forget()

    def clear(self) -> None:
        """Nothing is held any more."""
        self._sizes.clear()
        self._held.clear()
        self._total = 0

"""Finds texts by a few letters of them: file names and earlier prompts. Meant for a thread beside the UI's, to which it gives way.

rapidfuzz is imported with the first search.
"""

from __future__ import annotations

import heapq
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

_CHUNK = 2_000
_ENOUGH = 1_000
"""Of so many that fit, those that come first are ranked; the rest would not be seen."""
_LONGEST = 500
_COMMON = "etaoinsrcldmpu/_.fghybwvkxjqz"


class Names:
    """Texts in the order in which equals are offered. Of `paths` those come first whose last part fits best; of other texts those
    that stand first."""

    def __init__(self, texts: Sequence[str] = (), *, paths: bool = True) -> None:
        self.texts = texts
        self._paths = paths
        self._low: list[str] = []
        self._ends: list[str] = []
        self._fitted: tuple[str, list[int]] | None = None
        for count, text in enumerate(texts):
            low = " ".join(text[:_LONGEST].lower().split())
            self._low.append(low)
            self._ends.append(low.rstrip("/").rpartition("/")[2] if paths else low)
            if count % _CHUNK == 0:
                _give_way()

    def best(self, query: str, most: int, wanted: Callable[[], bool] = lambda: True) -> list[str] | None:
        """The `most` texts that fit `query` best; None as soon as they are not `wanted` any more."""
        sought = " ".join(query[:_LONGEST].lower().split())
        if not sought:
            return list(self.texts[:most])
        pool = self._fitted[1] if self._fitted is not None and sought.startswith(self._fitted[0]) else None
        hits: dict[int, None] = {}
        for kind in (self._begins, self._has):
            if not self._collect(kind(sought, pool), hits, wanted):
                return None
            if len(hits) >= most:
                return self._texts_at(self._ranked(sought, hits, most))
        if not self._collect(self._resembles(sought, pool), hits, wanted):
            return None
        if len(hits) < _ENOUGH:
            self._fitted = (sought, list(hits))  # what fits more letters is among these
        return self._texts_at(self._ranked(sought, hits, most))

    def _collect(self, chunks: Iterator[list[int]], hits: dict[int, None], wanted: Callable[[], bool]) -> bool:
        """Put what fits into `hits`, until there is enough; False when it is not `wanted` any more."""
        for found in chunks:
            if not wanted():
                return False
            hits.update(dict.fromkeys(found))
            if len(hits) >= _ENOUGH:
                break
            _give_way()
        return True

    def _texts_at(self, indices: list[int]) -> list[str]:
        return [self.texts[index] for index in indices]

    # ------------------------------------------------------------ what fits, a chunk at a time

    def _begins(self, sought: str, pool: list[int] | None) -> Iterator[list[int]]:
        for chunk in _chunks(self._ends, pool):
            yield [index for index, end in chunk if end.startswith(sought)]

    def _has(self, sought: str, pool: list[int] | None) -> Iterator[list[int]]:
        for chunk in _chunks(self._low, pool):
            yield [index for index, low in chunk if sought in low]

    def _resembles(self, sought: str, pool: list[int] | None) -> Iterator[list[int]]:
        """The letters in their order, with others between. No class overlaps with what follows it, so that no text takes long."""
        pattern = re.compile("".join(f"[^{re.escape(letter)}]*{re.escape(letter)}" for letter in sought if letter != " "), re.DOTALL)
        rare, rarer = _rarest(sought)
        for chunk in _chunks(self._low, pool):
            yield [index for index, low in chunk if rarer in low and rare in low and pattern.match(low)]

    # ------------------------------------------------------------ which fit best

    def _ranked(self, sought: str, hits: dict[int, None], most: int) -> list[int]:
        if not self._paths:
            return heapq.nsmallest(most, hits, key=lambda index: (sought not in self._low[index], index))
        from rapidfuzz import fuzz  # noqa: PLC0415 - only who searches files pays for it

        def rank(index: int) -> tuple[int, float, int]:
            end, low = self._ends[index], self._low[index]
            if sought in end:
                return (0 if end.startswith(sought) else 1, -fuzz.ratio(sought, end), index)
            return (2 if sought in low else 3, -fuzz.partial_ratio(sought, low), index)

        return heapq.nsmallest(most, hits, key=rank)


def _chunks(values: Sequence[str], pool: list[int] | None) -> Iterator[Iterable[tuple[int, str]]]:
    """The values with their indices, of `pool` alone when there is one."""
    for start in range(0, len(values if pool is None else pool), _CHUNK):
        if pool is None:
            yield enumerate(values[start : start + _CHUNK], start)
        else:
            yield [(index, values[index]) for index in pool[start : start + _CHUNK]]


def _rarest(sought: str) -> tuple[str, str]:
    """Two letters that few texts have; what lacks one need not be looked at twice."""
    letters = sorted(sought.replace(" ", ""), key=lambda letter: _COMMON.find(letter) % 99)
    return letters[-min(2, len(letters))], letters[-1]


def _give_way() -> None:
    """Let a thread that waits go on: by itself Python changes threads only after 5 ms."""
    time.sleep(0)

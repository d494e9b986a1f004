"""Finds texts by a few letters of them: file names and earlier prompts. Meant for a thread beside the UI's, to which it gives way.

rapidfuzz is imported with the first search.
"""

from __future__ import annotations

import heapq
import re
import time
from collections.abc import Callable, Iterator, Sequence

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
        hits: dict[int, None] = {}
        for kind in (self._begins, self._has, self._resembles):
            for found in kind(sought):
                if not wanted():
                    return None
                hits.update(dict.fromkeys(found))
                if len(hits) >= _ENOUGH:
                    break
                _give_way()
            if len(hits) >= most:
                break
        return [self.texts[index] for index in self._ranked(sought, hits, most)]

    # ------------------------------------------------------------ what fits, a chunk at a time

    def _begins(self, sought: str) -> Iterator[list[int]]:
        for start in range(0, len(self._ends), _CHUNK):
            yield [index for index, end in enumerate(self._ends[start : start + _CHUNK], start) if end.startswith(sought)]

    def _has(self, sought: str) -> Iterator[list[int]]:
        for start in range(0, len(self._low), _CHUNK):
            yield [index for index, low in enumerate(self._low[start : start + _CHUNK], start) if sought in low]

    def _resembles(self, sought: str) -> Iterator[list[int]]:
        """The letters in their order, with others between. No class overlaps with what follows it, so that no text takes long."""
        pattern = re.compile("".join(f"[^{re.escape(letter)}]*{re.escape(letter)}" for letter in sought if letter != " "), re.DOTALL)
        rare, rarer = _rarest(sought)
        for start in range(0, len(self._low), _CHUNK):
            chunk = enumerate(self._low[start : start + _CHUNK], start)
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


def _rarest(sought: str) -> tuple[str, str]:
    """Two letters that few texts have; what lacks one need not be looked at twice."""
    letters = sorted(sought.replace(" ", ""), key=lambda letter: _COMMON.find(letter) % 99)
    return letters[-min(2, len(letters))], letters[-1]


def _give_way() -> None:
    """Let a thread that waits go on: by itself Python changes threads only after 5 ms."""
    time.sleep(0)

"""Where things of known or estimated height lie below one another."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate, islice


class Heights:
    """A column of heights: appending and correcting near the end is cheap however long it is."""

    def __init__(self) -> None:
        self._heights: list[int] = []
        self._ends: list[int] = []
        """Running sums; only as long as they are valid."""

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> int:
        return self._heights[index]

    def __setitem__(self, index: int, height: int) -> None:
        if self._heights[index] != height:
            self._heights[index] = height
            del self._ends[index:]

    def extend(self, heights: Iterable[int]) -> None:
        self._heights += heights

    def truncate(self, length: int) -> None:
        del self._heights[length:]
        del self._ends[length:]

    @property
    def total(self) -> int:
        return self.top(len(self._heights))

    def top(self, index: int) -> int:
        """The first line of the thing at `index`."""
        ends = self._sums()
        return ends[index - 1] if index else 0

    def find(self, line: int) -> tuple[int, int]:
        """Which thing covers `line`, and the line within it; the last one when `line` is beyond the end."""
        index = min(bisect_right(self._sums(), line), len(self._heights) - 1)
        return index, line - self.top(index)

    def _sums(self) -> list[int]:
        ends = self._ends
        if len(ends) < len(self._heights):
            known = ends[-1] if ends else 0
            ends.extend(islice(accumulate(self._heights[len(ends) :], initial=known), 1, None))
        return ends

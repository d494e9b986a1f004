"""How a file differs from what it was, as hunks of a unified diff. Bounded in work and in size. Reads files through the runtime only."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from ..errors import WorkspaceError
from ..values import ChangeKind, FileDiff

if TYPE_CHECKING:
    from ..runtime import Runtime

LONGEST_DIFF = 200_000  # characters
_MOST_LINES = 100_000  # of either text: as objects they weigh a hundred times what an empty one does in a file
_CONTEXT = 3
_MOST_CHANGES = 1_000  # lines that differ; beyond, the text is compared in pieces, and such a piece counts as replaced
_MOST_WORK = 1_000_000  # lines compared

Change = tuple[int, int, int, int]
"""The lines [a, b) of the old text gave way to the lines [c, d) of the new one."""
Pair = tuple[int, int]
"""A line of the old text, and the line of the new one that is the same."""


class Watched:
    """A file that is about to be written: remembers what is there, and tells the difference afterwards."""

    def __init__(self, runtime: Runtime, path: str) -> None:
        self._runtime = runtime
        self._path = path
        self._there = self._exists()
        self._before = self._text() if self._there else ""

    def diff(self) -> FileDiff:
        """What was written; without text and counts where one of the two is too large, or not text."""
        name, after = self._runtime.relative(self._path), self._text()
        kind: Literal["added", "modified"] = "modified" if self._there else "added"
        return difference(name, kind, self._before, after)

    def _exists(self) -> bool:
        try:
            self._runtime.check_source(self._path)
        except WorkspaceError:
            return False
        return True

    def _text(self) -> str | None:
        try:
            return self._runtime.read_encoded(self._path)[0]
        except WorkspaceError:
            return None


def difference(name: str, kind: ChangeKind, before: str | None, after: str | None) -> FileDiff:
    """How a file differs; without text and counts where one of the two is too large, or not text (None)."""
    if before is None or after is None or max(before.count("\n"), after.count("\n")) > _MOST_LINES:
        return FileDiff(name, kind)
    text, added, removed = unified(before, after)
    return FileDiff(name, kind, text if len(text) <= LONGEST_DIFF else "", added, removed)


def as_patch(diff: FileDiff) -> str:
    """The hunks of `diff` below the two lines that name its file."""
    old = "/dev/null" if diff.kind == "added" else f"a/{diff.path}"
    new = "/dev/null" if diff.kind == "deleted" else f"b/{diff.path}"
    return f"--- {old}\n+++ {new}\n{diff.text}"


def unified(before: str, after: str) -> tuple[str, int, int]:
    """The hunks that make `after` of `before`, and how many lines they add and remove."""
    if _windows(after) and (_windows(before) or not before):  # only ends that differ are worth a sign
        before, after = before.replace("\r\n", "\n"), after.replace("\r\n", "\n")
    old, new = _lines(before), _lines(after)
    changes = _changes(old, new)
    text = "".join(_hunk(old, new, group) for group in _grouped(changes))
    return text, sum(d - c for _, _, c, d in changes), sum(b - a for a, b, _, _ in changes)


def _windows(text: str) -> bool:
    return "\n" in text and text.count("\n") == text.count("\r\n")


def _lines(text: str) -> list[str]:
    """Lines with their ends; only a newline ends one."""
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _changes(old: list[str], new: list[str]) -> list[Change]:
    """What changed, in order."""
    shorter = min(len(old), len(new))
    head = next((index for index in range(shorter) if old[index] != new[index]), shorter)
    room = shorter - head
    tail = next((index for index in range(room) if old[-1 - index] != new[-1 - index]), room)
    numbers: dict[str, int] = {}
    left, right = ([numbers.setdefault(line, len(numbers)) for line in lines[head : len(lines) - tail]] for lines in (old, new))
    return [(a + head, b + head, c + head, d + head) for a, b, c, d in _between(_kept(left, right), len(left), len(right))]


def _between(kept: Sequence[Pair], lefts: int, rights: int) -> Iterator[Change]:
    """The gaps between lines that stay."""
    a = c = 0
    for left, right in (*kept, (lefts, rights)):
        if a < left or c < right:
            yield a, left, c, right
        a, c = left + 1, right + 1


def _kept(old: list[int], new: list[int]) -> list[Pair]:
    """The pairs of lines that stay: of all at once, or where that is too much work piece by piece, between lines that both have once."""
    kept, _ = _compared(old, new, _MOST_WORK)
    if kept is None and (anchors := _anchors(old, new)):
        return list(_piecewise(old, new, anchors))
    return kept or []


def _piecewise(old: list[int], new: list[int], anchors: list[Pair]) -> Iterator[Pair]:
    """A piece that differs too much counts as replaced, and so does what comes once the work is used up."""
    a = c = 0
    left = _MOST_WORK
    for x, y in (*anchors, (len(old), len(new))):
        kept, work = _compared(old[a:x], new[c:y], left) if x > a and y > c and left > 0 else (None, 0)
        yield from ((a + i, c + j) for i, j in kept or ())
        if x < len(old):
            yield x, y
        a, c, left = x + 1, y + 1, left - work


def _anchors(old: list[int], new: list[int]) -> list[Pair]:
    """Lines that stand once in each text, as many of them as come in the same order in both."""
    times_old, times_new = Counter(old), Counter(new)
    where = {line: y for y, line in enumerate(new) if times_new[line] == 1}
    pairs = [(x, where[line]) for x, line in enumerate(old) if line in where and times_old[line] == 1]
    ends: list[int] = []  # of the best order of each length, where its last line stands in the new text
    last: list[int] = []  # and which pair that is
    before: list[int] = []
    for index, (_, y) in enumerate(pairs):
        length = bisect_left(ends, y)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1], last[length : length + 1] = [y], [index]
    found: list[Pair] = []
    index = last[-1] if last else -1
    while index >= 0:
        found.append(pairs[index])
        index = before[index]
    return found[::-1]


def _compared(old: list[int], new: list[int], most: int) -> tuple[list[Pair] | None, int]:
    """The pairs of lines that stay, by Myers' greedy algorithm, and the work that it was; None when it would be more than `most`."""
    reach = {1: 0}
    trace: list[dict[int, int]] = []
    work = 0
    for distance in range(min(len(old) + len(new), _MOST_CHANGES) + 1):
        trace.append({k: reach[k] for k in range(-distance - 1, distance + 2) if k in reach})
        for k in range(-distance, distance + 1, 2):
            x = reach[k + 1] if _down(reach, k, distance) else reach[k - 1] + 1
            start = x
            while x < len(old) and x - k < len(new) and old[x] == new[x - k]:
                x += 1
            work += x - start + 1
            reach[k] = x
            if x >= len(old) and x - k >= len(new):
                return _walked_back(trace, len(old), len(new)), work
        if work > most:
            break
    return None, work


def _down(reach: dict[int, int], k: int, distance: int) -> bool:
    """Whether the furthest way to the diagonal `k` ends with a line that was added."""
    return k == -distance or (k != distance and reach[k - 1] < reach[k + 1])


def _walked_back(trace: list[dict[int, int]], x: int, y: int) -> list[Pair]:
    kept: list[Pair] = []
    for distance in range(len(trace) - 1, -1, -1):
        reach, k = trace[distance], x - y
        before = k + 1 if _down(reach, k, distance) else k - 1
        from_x = reach[before]
        from_y = from_x - before
        while x > from_x and y > from_y and x > 0 and y > 0:
            x, y = x - 1, y - 1
            kept.append((x, y))
        x, y = from_x, from_y
    return kept[::-1]


def _grouped(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Changes whose context would touch."""
    group: list[Change] = []
    for change in changes:
        if group and change[0] - group[-1][1] > 2 * _CONTEXT:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _hunk(old: list[str], new: list[str], group: list[Change]) -> str:
    first, last = max(0, group[0][0] - _CONTEXT), min(len(old), group[-1][1] + _CONTEXT)
    first_new = group[0][2] - (group[0][0] - first)
    last_new = group[-1][3] + (last - group[-1][1])
    parts = [f"@@ -{_span(first, last)} +{_span(first_new, last_new)} @@\n"]
    at = first
    for a, b, c, d in group:
        parts += [_signed(" ", line) for line in old[at:a]]
        parts += [_signed("-", line) for line in old[a:b]]
        parts += [_signed("+", line) for line in new[c:d]]
        at = b
    return "".join(parts + [_signed(" ", line) for line in old[at:last]])


def _span(first: int, last: int) -> str:
    """Lines as diff counts them: from one, and from before the first of none."""
    return f"{first + (last > first)},{last - first}"


def _signed(sign: str, line: str) -> str:
    return f"{sign}{line}" if line.endswith("\n") else f"{sign}{line}\n\\ No newline at end of file\n"

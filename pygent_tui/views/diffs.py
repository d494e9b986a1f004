"""Reads the hunks of a unified diff as rows: numbered, paired for two columns, with the words that changed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Literal

from pygent_engine.frozen import frozen
from pygent_engine.values import FileDiff

_HEAD = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_MOST_WORDS = 200
_ALIKE = 0.4
"""Two lines that have less in common are other lines, and no word of them is marked."""

Sign = Literal[" ", "-", "+", "@"]
Span = tuple[int, int]


@frozen
class Row:
    """One line of a diff, with its number in the old and in the new file; `marks` are the characters that changed.

    A row of the sign "@" stands between two hunks.
    """

    sign: Sign
    text: str
    old: int | None = None
    new: int | None = None
    marks: tuple[Span, ...] = ()


Pair = tuple[Row | None, Row | None]


def rows(diff: FileDiff) -> list[Row]:
    """The rows of `diff`; a "@" row stands between hunks, none before the first."""
    found: list[Row] = []
    for old, new in _pairs(_parsed(diff.text)):
        found += [row for row in (*old, *new) if found or row.sign != "@"]
    return found


def side_by_side(diff_rows: Sequence[Row]) -> Iterator[Pair]:
    """What stands beside what: the old line at the left, the new one at the right."""
    for old, new in _pairs(diff_rows):
        if old and old[0].sign in " @":
            yield from ((row, row) for row in old)
        else:
            yield from zip_longest(old, new)


def patch(diff: FileDiff) -> str:
    """`diff` as a patch that can be applied."""
    old = "/dev/null" if diff.kind == "added" else _named(f"a/{diff.path}")
    new = "/dev/null" if diff.kind == "deleted" else _named(f"b/{diff.path}")
    return f"--- {old}\n+++ {new}\n{diff.text}"


def _named(path: str) -> str:
    """A path as git and patch read it: one with a blank ends at a tab, one with a tab or a newline is quoted."""
    if "\t" in path or "\n" in path:
        escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("\n", "\\n")
        return f'"{escaped}"'
    return f"{path}\t" if " " in path else path


def counts(diff: FileDiff) -> str:
    """How many lines came and went: "+3 -1"."""
    return f"+{diff.added} −{diff.removed}" if diff.added or diff.removed else ""


def _parsed(text: str) -> list[Row]:
    found: list[Row] = []
    old = new = 0
    for line in text.split("\n"):
        if head := _HEAD.match(line):
            old, new = int(head[1]), int(head[2])
            found.append(Row("@", "⋯"))
        elif line[:1] == "-":
            found.append(Row("-", line[1:], old=old))
            old += 1
        elif line[:1] == "+":
            found.append(Row("+", line[1:], new=new))
            new += 1
        elif line[:1] == " ":
            found.append(Row(" ", line[1:], old, new))
            old, new = old + 1, new + 1
    return found


def _pairs(diff_rows: Sequence[Row]) -> Iterator[tuple[list[Row], list[Row]]]:
    """Lines that went with the lines that came in their place, their words marked; a row that stays with nothing."""
    old: list[Row] = []
    new: list[Row] = []
    for row in diff_rows:
        if row.sign == "+":
            new.append(row)
            continue
        if new or (old and row.sign != "-"):
            yield _marked(old, new)
            old, new = [], []
        if row.sign == "-":
            old.append(row)
        else:
            yield [row], []
    if old or new:
        yield _marked(old, new)


def _marked(old: list[Row], new: list[Row]) -> tuple[list[Row], list[Row]]:
    if len(old) != len(new):
        return old, new
    marked = [_words(left, right) for left, right in zip(old, new, strict=True)]
    return [left for left, _ in marked], [right for _, right in marked]


def _words(old: Row, new: Row) -> tuple[Row, Row]:
    left, right = _WORD.findall(old.text), _WORD.findall(new.text)
    if not 0 < len(left) <= _MOST_WORDS or not 0 < len(right) <= _MOST_WORDS:
        return old, new
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return old, new
    changes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    return (
        Row(old.sign, old.text, old.old, old.new, _spans(left, [(a, b) for _, a, b, _, _ in changes])),
        Row(new.sign, new.text, new.old, new.new, _spans(right, [(c, d) for _, _, _, c, d in changes])),
    )


def _spans(words: list[str], parts: list[Span]) -> tuple[Span, ...]:
    """Ranges of words as ranges of characters."""
    ends = [0]
    for word in words:
        ends.append(ends[-1] + len(word))
    return tuple((ends[first], ends[last]) for first, last in parts if first < last)

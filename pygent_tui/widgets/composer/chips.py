"""Long pastes stand in the composer as a label each; what was pasted is kept beside it, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterator

MOST_LINES = 10
MOST_CHARACTERS = 2_000

Span = tuple[int, int]


class Chips:
    """The labels of one draft. A label is never part of another's text, so that nothing is put in place twice."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._labels: re.Pattern[str] | None = None

    def wants(self, text: str) -> bool:
        """Whether `text` is to be a chip: it is long, or would be taken for one."""
        return len(text) > MOST_CHARACTERS or text.count("\n") >= MOST_LINES or any(label in text for label in self._texts)

    def add(self, text: str, beside: str) -> str:
        """The label of a new chip in a draft that says `beside`."""
        number = len(self._texts) + 1
        while (label := _label(number, text)) in beside or any(label in each for each in (text, *self._texts, *self._texts.values())):
            number += 1
        self._texts[label] = text
        self._compile()
        return label

    def text(self, label: str) -> str:
        return self._texts[label]

    def expand(self, written: str) -> str:
        """`written` with each label's text in its place."""
        return self._labels.sub(lambda match: self._texts[match[0]], written) if self._labels is not None else written

    def spans(self, line: str) -> Iterator[Span]:
        """Where labels stand in a line."""
        if self._labels is not None:
            for match in self._labels.finditer(line):
                yield match.span()

    def keep(self, written: str) -> None:
        """Forget what no label in `written` stands for."""
        self._texts = {label: text for label, text in self._texts.items() if label in written}
        self._compile()

    def _compile(self) -> None:
        self._labels = re.compile("|".join(map(re.escape, self._texts))) if self._texts else None


def _label(number: int, text: str) -> str:
    lines = text.count("\n") + (not text.endswith("\n"))
    size = len(text.encode(errors="replace"))
    amount = f"{size} B" if size < 1000 else f"{size / 1000:.0f} kB" if size < 1_000_000 else f"{size / 1e6:.1f} MB"
    return f"[paste {number}: {lines:,} line{'s' if lines != 1 else ''}, {amount}]"

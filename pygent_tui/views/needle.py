"""What a search looks for: literal text, in any case unless it is written with a capital."""

from __future__ import annotations

Span = tuple[int, int]


class Needle:
    """Finds `query` in texts. Matches do not overlap and do not reach over a line's end."""

    def __init__(self, query: str) -> None:
        self.query = query
        self.any_case = query == query.lower()

    def count(self, text: str) -> int:
        """How often it stands in `text`."""
        return self._read(text).count(self.query) if self.query else 0

    def spans(self, text: str) -> list[Span]:
        """Where it stands in `text`: first character, and the one after the last."""
        found: list[Span] = []
        read, size = self._read(text), len(self.query)
        start = read.find(self.query) if size else -1
        while start >= 0:
            found.append((start, start + size))
            start = read.find(self.query, start + size)
        return found

    def _read(self, text: str) -> str:
        return lowered(text) if self.any_case else text


def lowered(text: str) -> str:
    """`text` in small letters, each where its capital stood."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(letter if len(letter) == 1 else letter[0] for letter in map(str.lower, text))

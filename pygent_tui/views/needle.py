"""What a search looks for: literal text, in any case unless it is written with a capital."""

from __future__ import annotations

import re

Span = tuple[int, int]


class Needle:
    """Finds `query` in texts. Matches do not overlap and do not reach over a line's end."""

    def __init__(self, query: str) -> None:
        self.query = query
        flags = re.IGNORECASE if query == query.lower() else re.NOFLAG
        self._pattern = re.compile(re.escape(query), flags)
        self._any_case = bool(flags)

    def count(self, text: str) -> int:
        """How often it stands in `text`."""
        if not self.query:
            return 0
        if text.isascii() and self.query.isascii():  # several times as fast
            return (text.lower() if self._any_case else text).count(self.query)
        return len(self._pattern.findall(text))

    def spans(self, text: str) -> list[Span]:
        """Where it stands in `text`: first character, and the one after the last."""
        return [match.span() for match in self._pattern.finditer(text)] if self.query else []

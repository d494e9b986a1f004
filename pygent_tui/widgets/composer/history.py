"""The prompts that were sent, to be walked with Up and Down; the unsent draft waits at the end."""

from __future__ import annotations

from collections.abc import Sequence


class History:
    """Remembers what was sent; `older` and `newer` give a text to show, or None at an end."""

    def __init__(self) -> None:
        self._sent: list[str] = []
        self._draft = ""
        self._at = 0

    @property
    def texts(self) -> tuple[str, ...]:
        """All of them, the newest first, each once."""
        return tuple(dict.fromkeys(reversed(self._sent)))

    def put_before(self, texts: Sequence[str]) -> None:
        """Remember what was sent in earlier runs, the oldest first."""
        self._sent[:0] = texts
        self._at += len(texts)

    def add(self, text: str) -> None:
        """Remember `text`, once when it repeats the last one, and go back to the end."""
        if text.strip() and self._sent[-1:] != [text]:
            self._sent.append(text)
        self._at = len(self._sent)
        self._draft = ""

    def older(self, current: str) -> str | None:
        """The prompt before the one shown; `current` is kept when it is the draft."""
        if self._at == 0:
            return None
        if self._at == len(self._sent):
            self._draft = current
        self._at -= 1
        return self._sent[self._at]

    def newer(self) -> str | None:
        """The prompt after the one shown, at last the draft."""
        if self._at >= len(self._sent):
            return None
        self._at += 1
        return self._draft if self._at == len(self._sent) else self._sent[self._at]

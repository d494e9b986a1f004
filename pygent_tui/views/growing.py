"""Text that grows by small pieces, as a value: cheap to extend, joined when it is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Growing:
    """A text in pieces; two are equal when their texts are.

    A piece that is not much longer than what comes after it is joined with it, so there are
    few pieces and every character is copied only a few times, however small the additions are.
    """

    pieces: tuple[str, ...] = ()

    def add(self, text: str) -> Growing:
        pieces = self.pieces
        while pieces and len(pieces[-1]) <= 2 * len(text):
            text = pieces[-1] + text
            pieces = pieces[:-1]
        return Growing((*pieces, text)) if text else self

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def __bool__(self) -> bool:
        return bool(self.pieces)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Growing) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

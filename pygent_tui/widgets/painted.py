"""Lines as they are handed over to be painted: free of what would keep them for ever."""

from __future__ import annotations

from textual.cache import FIFOCache
from textual.strip import Strip


class _Nothing(FIFOCache[tuple[int, ...], list[Strip]]):
    """Keeps nothing."""

    def set(self, key: tuple[int, ...], value: list[Strip]) -> None:
        """What is divided is divided anew the next time, which costs little."""

    __setitem__ = set


_NOTHING = _Nothing(0)


def released(strips: list[Strip]) -> list[Strip]:
    """`strips`, each of which goes as soon as nobody draws it any more.

    A strip keeps the parts that it was divided into, and one with nothing beside or over it is its own only part: just the
    oldest generation of the garbage collector, which is left alone for long, would be rid of it (30 MB after 2,500 turns).
    """
    for strip in strips:
        strip._divide_cache = _NOTHING
    return strips

"""Lines that were painted: freed of what would keep them for ever."""

from __future__ import annotations

from collections.abc import Iterable

from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.strip import Strip


def release(frame: object) -> None:
    """Let each line of `frame` go as soon as nobody draws it any more.

    A strip keeps the parts that it was divided into, and one that was painted whole is its own only part: just the oldest
    generation of the garbage collector, which is left alone for long, would be rid of it (30 MB after 2,500 turns).
    """
    for strips in _lines(frame):
        for strip in strips:
            if strip is not None:
                strip._divide_cache.clear()


def _lines(frame: object) -> Iterable[Iterable[Strip | None]]:
    match frame:
        case ChopsUpdate():
            return [chops.values() for chops in frame.chops]
        case LayoutUpdate():
            return frame.strips
        case _:
            return ()

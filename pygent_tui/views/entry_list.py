"""The entries of a conversation as a value: one that has one more, or another one near its end, shares nearly all with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from .entries import Entry

_CHUNK = 64

Chunks = tuple[tuple[Entry, ...], ...]


class EntryList(Sequence[Entry]):
    """A sequence that is never changed; it is equal to any other with the same entries, a tuple too."""

    __slots__ = ("_chunks", "_tail")

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        whole = tuple(entries)
        full = len(whole) - len(whole) % _CHUNK
        self._chunks: Chunks = tuple(whole[start : start + _CHUNK] for start in range(0, full, _CHUNK))
        """All of them full."""
        self._tail = whole[full:]

    def append(self, *entries: Entry) -> EntryList:
        """These entries and more."""
        chunks, tail = self._chunks, self._tail
        for entry in entries:
            tail = (*tail, entry)
            if len(tail) == _CHUNK:
                chunks, tail = (*chunks, tail), ()
        return _made(chunks, tail)

    def put(self, index: int, entry: Entry) -> EntryList:
        """These entries, with another one at `index`."""
        chunk, place = divmod(index, _CHUNK)
        if chunk == len(self._chunks):
            return _made(self._chunks, _with(self._tail, place, entry))
        changed = _with(self._chunks[chunk], place, entry)
        return _made((*self._chunks[:chunk], changed, *self._chunks[chunk + 1 :]), self._tail)

    def since(self, first: int) -> Iterator[Entry]:
        """The entries from the one at `first` on."""
        start = min(first // _CHUNK, len(self._chunks))
        skipped = first - start * _CHUNK
        for chunk in (*self._chunks[start:], self._tail):
            yield from chunk[skipped:]
            skipped = max(0, skipped - len(chunk))

    def __len__(self) -> int:
        return len(self._chunks) * _CHUNK + len(self._tail)

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Entry, ...]: ...
    def __getitem__(self, index: int | slice) -> Entry | tuple[Entry, ...]:
        if isinstance(index, slice):
            return tuple(self)[index]
        place = index if index >= 0 else len(self) + index
        if not 0 <= place < len(self):
            raise IndexError(index)
        chunk, place = divmod(place, _CHUNK)
        return self._tail[place] if chunk == len(self._chunks) else self._chunks[chunk][place]

    def __iter__(self) -> Iterator[Entry]:
        return self.since(0)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EntryList | tuple) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"EntryList({tuple(self)!r})"


def _made(chunks: Chunks, tail: tuple[Entry, ...]) -> EntryList:
    made = EntryList.__new__(EntryList)
    made._chunks, made._tail = chunks, tail
    return made


def _with(chunk: tuple[Entry, ...], place: int, entry: Entry) -> tuple[Entry, ...]:
    return (*chunk[:place], entry, *chunk[place + 1 :])

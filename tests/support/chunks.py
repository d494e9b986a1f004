"""Cuts bytes into chunks, for what must read the same at any split."""

from __future__ import annotations


def split(data: bytes, sizes: list[int]) -> list[bytes]:
    """`data` in chunks of `sizes`, then what is left."""
    chunks = []
    for size in sizes:
        chunks.append(data[:size])
        data = data[size:]
    return [*chunks, data]

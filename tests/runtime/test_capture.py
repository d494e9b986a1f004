"""The laws of captured output: what a terminal would show, bounded, the same at any split."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from pygent_engine.runtime.capture import LINE_WIDTH, Capture

PIECES = st.lists(st.sampled_from(["a", "bc", "\r", "\n", "\r\n", "é", "\x1b[K", "x" * (LINE_WIDTH - 1), "yy", "12345", "\0"]), max_size=24)
SPLITS = st.lists(st.integers(0, 60), max_size=20)


def captured(chunks: list[bytes], limit: int = 1 << 30) -> tuple[str, bool]:
    capture = Capture(limit=limit)
    for chunk in chunks:
        capture.feed(chunk)
    return capture.finish()


def split(data: bytes, sizes: list[int]) -> list[bytes]:
    chunks = []
    for size in sizes:
        chunks.append(data[:size])
        data = data[size:]
    return [*chunks, data]


def on_a_terminal(text: str) -> str:
    """What a terminal of LINE_WIDTH columns shows, one character after the other."""
    shown: list[str] = []
    row: list[str] = []
    column = 0
    for char in text:
        if char == "\n":
            shown += [*row, "\n"]
            row, column = [], 0
        elif char == "\r":
            column = 0
        else:
            row[column : column + 1] = [char]
            column += 1
            if column == LINE_WIDTH:
                shown += row
                row, column = [], 0
    return "".join([*shown, *row])


@given(PIECES, SPLITS)
def test_any_split_gives_the_same_text(pieces: list[str], sizes: list[int]) -> None:
    data = "".join(pieces).encode()
    assert captured(split(data, sizes), limit=5000) == captured([data], limit=5000)


@given(PIECES)
def test_without_escapes_the_text_is_what_a_terminal_shows(pieces: list[str]) -> None:
    text = "".join(pieces).replace("\x1b[K", "")
    assert captured([text.encode()]) == (on_a_terminal(text), False)


@given(st.binary(max_size=200), SPLITS)
def test_any_bytes_are_streamed_as_they_decode(data: bytes, sizes: list[int]) -> None:
    heard: list[str] = []
    capture = Capture(heard.append)
    for chunk in split(data, sizes):
        capture.feed(chunk)
    capture.finish()
    assert "".join(heard) == data.decode("utf-8", "replace")


@given(st.text("ab\n", max_size=60), st.integers(2, 20))
def test_head_and_tail_are_kept_and_the_cut_is_stated(text: str, limit: int) -> None:
    shown, truncated = captured([text.encode()], limit)
    if len(text) <= limit:
        assert (shown, truncated) == (text, False)
        return
    head, tail = text[: limit // 2], text[len(text) - (limit - limit // 2) :]
    assert (shown, truncated) == (f"{head}\n[... {len(text) - limit} characters cut ...]\n{tail}", True)


def test_an_erased_line_leaves_nothing_of_the_old_one() -> None:
    assert captured([b"downloading 10 %\r\x1b[Kdone\n"]) == ("\x1b[Kdone\n", False)


def test_memory_stays_flat_without_newlines_and_with_nothing_else() -> None:
    for chunk in (b"x" * 65536, b"y\n" * 32768, b"\rz" * 4096):
        capture = Capture()
        capture.feed(chunk)
        tracemalloc.start()
        for _ in range(50):
            capture.feed(chunk)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 4_000_000

"""The laws of captured output: what a terminal would show, bounded, the same at any split."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent_engine.runtime.output.capture import Capture, Captured
from pygent_engine.runtime.output.row import WIDTH
from tests.support.chunks import split

SIGNS = ["a", "bc", "\r", "\n", "\r\n", "\b", "\b\b\b", "\x1b[K", "\x1b[1K", "\x1b[2K", " ", "12345"]
LONG = ["x" * (WIDTH - 1), "y" * WIDTH, "z" * (2 * WIDTH + 3)]
OTHERS = ["é", "\x1b[31m", "\x1b[0m", "\x1b", "\x1b[", "\x1b[?25l", "\x1b]0;title\x07", "\0", "\t", "[K", "\x1b[0m" * 90]
PIECES = st.lists(st.sampled_from(SIGNS + OTHERS + LONG), max_size=24)
SPLITS = st.lists(st.integers(0, 60), max_size=30)


class Lines:
    """A sink that keeps what it gets."""

    path = "the file"

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text


def captured(chunks: list[bytes], limit: int = 1 << 30, spool: Lines | None = None) -> Captured:
    capture = Capture(limit=limit, spool=spool)
    for chunk in chunks:
        capture.feed(chunk)
    return capture.finish()


def on_a_terminal(text: str) -> list[str]:
    """The lines that a terminal of WIDTH columns shows, without blanks at their ends; wrapped rows as one line."""
    shown = []
    for line in text.split("\n"):
        screen = pyte.Screen(WIDTH, 4)
        pyte.Stream(screen).feed(line)
        shown.append("".join(screen.display).rstrip())
    return shown


@given(PIECES, SPLITS)
@settings(deadline=None)
def test_any_split_gives_the_same_text(pieces: list[str], sizes: list[int]) -> None:
    data = "".join(pieces).encode()
    assert captured(split(data, sizes), limit=5000) == captured([data], limit=5000)


@given(PIECES)
@settings(deadline=None)
def test_one_byte_after_the_other_gives_the_same_text(pieces: list[str]) -> None:
    data = "".join(piece for piece in pieces if piece not in LONG).encode()
    assert captured([bytes([byte]) for byte in data]) == captured([data])


@given(st.lists(st.sampled_from(SIGNS), max_size=24))
@settings(deadline=None, max_examples=30)
def test_what_is_rewritten_or_erased_is_shown_as_a_terminal_shows_it(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert [line.rstrip() for line in captured([text.encode()]).text.split("\n")] == on_a_terminal(text)


@pytest.mark.parametrize("first", LONG, ids=["almost full", "full", "three rows"])
@pytest.mark.parametrize("then", ["\rab", "\b\bcd", "e\rf", "\r\x1b[Kg", "\x1b[K\b\bh", "\ri\x1b[2Kj"])
def test_a_full_row_is_beyond_reach_once_another_is_begun(first: str, then: str) -> None:
    assert [captured([(first + then).encode()]).text.rstrip()] == on_a_terminal(first + then)


@given(st.lists(st.sampled_from([*"ab \t\n", "é", "\x1b[31m", "\x1b[0m" * 90, "\x1b]0;title\x07", "z" * 5000]), max_size=24), SPLITS)
@settings(deadline=None)
def test_what_rewrites_nothing_stays_as_it_is(pieces: list[str], sizes: list[int]) -> None:
    text = "".join(pieces)
    assert captured(split(text.encode(), sizes)) == Captured(text, False, "")


@given(st.binary(max_size=200), SPLITS)
@settings(deadline=None)
def test_any_bytes_are_streamed_as_they_decode(data: bytes, sizes: list[int]) -> None:
    heard: list[str] = []
    capture = Capture(heard.append)
    for chunk in split(data, sizes):
        capture.feed(chunk)
    capture.finish()
    assert "".join(heard) == data.decode("utf-8", "replace")


@given(st.text("añ€𝄞\n", max_size=40), st.integers(0, 160))
@settings(deadline=None)
def test_a_character_may_be_split_at_any_byte(text: str, at: int) -> None:
    data = text.encode()
    assert captured([data[:at], data[at:]]).text == text


@given(st.text("abé\n", max_size=60), st.integers(2, 20), SPLITS)
@settings(deadline=None)
def test_head_and_tail_are_kept_and_the_cut_is_counted(text: str, limit: int, sizes: list[int]) -> None:
    shown = captured(split(text.encode(), sizes), limit)
    if len(text) <= limit:
        assert shown == Captured(text, False, "")
        return
    head, tail = text[: limit // 2], text[len(text) - (limit - limit // 2) :]
    assert shown == Captured(f"{head}\n[... {len(text) - limit} characters cut ...]\n{tail}", True, "")


@given(PIECES, SPLITS, st.integers(2, 5000))
@settings(deadline=None)
def test_what_is_cut_is_spooled_from_its_start_to_its_end(pieces: list[str], sizes: list[int], limit: int) -> None:
    data, spool = "".join(pieces).encode(), Lines()
    shown = captured(split(data, sizes), limit, spool)
    whole = captured([data]).text
    assert (spool.text, shown.full, shown.truncated) == ((whole, "the file", True) if len(whole) > limit else ("", "", False))


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (b"downloading 10 %\r\x1b[Kdone\n", "done\n"),
        (b"downloading 10 %\x1b[2K\rdone\n", "done\n"),
        (b"abc\x1b[1K\rx\n", "x\n"),
        (b"passwort\b\b\b\bword\n", "password\n"),
        (b"one  \rtwo\n", "two  \n"),
        (b"\x1b[31mred\x1b[0m\r\x1b[32mgreen\x1b[0m\n", "\x1b[0m\x1b[32mgreen\x1b[0m\n"),
        (b"10 %\r20 %\r", "20 %"),
        (b"cut \x1b[3", "cut \x1b[3"),
        (b"a\r\nb\r\n", "a\nb\n"),
        (b"a\r\r\nb", "a\nb"),
    ],
)
def test_progress_leaves_its_last_state(written: bytes, shown: str) -> None:
    assert captured([written]) == Captured(shown, False, "")


@pytest.mark.parametrize(
    "chunk",
    [b"x" * 65536, b"y\n" * 32768, b"\rz" * 4096, b"\x1b[m" * 9999, b"\x1b[31ma" * 8192, b"\x1b[" * 9999, b"\r\x1b[K" * 9999, b"\b" * 9999],
    ids=["no newline", "newlines", "frames", "colours", "coloured cells", "beginnings", "erasing", "backspaces"],
)
def test_memory_stays_flat_whatever_comes(chunk: bytes) -> None:
    capture = Capture()
    capture.feed(chunk)
    tracemalloc.start()
    try:
        for _ in range(30):
            capture.feed(chunk)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000


@pytest.mark.parametrize("chunk", [b"a\r" * 200_000, b"\r" * 400_000, b"\b" * 400_000], ids=["frames", "returns", "backspaces"])
def test_a_flood_of_rewriting_costs_about_what_it_costs_to_look_at_each_sign(chunk: bytes) -> None:
    def seconds(work: Callable[[], object]) -> float:
        started = time.thread_time()
        work()
        return time.thread_time() - started

    looks = min(seconds(lambda: [sign for sign in chunk if sign > 127]) for _ in range(3))
    assert min(seconds(lambda: Capture().feed(chunk)) for _ in range(3)) < 8 * looks


def test_a_gigabyte_without_a_newline_is_taken_with_flat_memory() -> None:
    chunk = b"x" * (1 << 20)
    capture = Capture()
    tracemalloc.start()
    try:
        for _ in range(1024):
            capture.feed(chunk)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16_000_000
    half = "x" * 15_000
    assert capture.finish() == Captured(f"{half}\n[... {(1 << 30) - 30_000} characters cut ...]\n{half}", True, "")

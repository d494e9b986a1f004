"""The parser of server-sent events: the same events at any split, whatever the line endings."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pygent_engine.models.sse import SSEParser

DATA = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=12)


def pieces_of(body: bytes, cuts: list[int]) -> list[bytes]:
    bounds = sorted({0, len(body), *(cut % (len(body) + 1) for cut in cuts)})
    return [body[begin:end] for begin, end in pairwise(bounds)]


def events_in(pieces: list[bytes]) -> list[str]:
    parser = SSEParser()
    events = [event for piece in pieces for event in parser.feed(piece)]
    last = parser.end()
    return events if last is None else [*events, last]


@given(st.lists(st.lists(DATA, min_size=1, max_size=3), max_size=5), st.sampled_from(["\n", "\r\n", "\r"]), st.lists(st.integers(0, 9999)))
@example([["ä"], ["\U0001f600"]], "\r\n", list(range(200)))
def test_events_are_the_same_at_any_split(events: list[list[str]], line_end: str, cuts: list[int]) -> None:
    lines = [line for event in events for line in (": keep-alive", *(f"data: {data}" for data in event), "")]
    body = "".join(line + line_end for line in lines).encode()
    assert events_in(pieces_of(body, cuts)) == ["\n".join(event) for event in events]


@given(st.binary(max_size=80), st.lists(st.integers(0, 9999)))
def test_noise_gives_the_same_events_at_any_split_and_never_fails(body: bytes, cuts: list[int]) -> None:
    assert events_in(pieces_of(body, cuts)) == events_in([body])


@pytest.mark.parametrize(
    ("body", "events"),
    [
        (b"data: a\n\n", ["a"]),
        (b"data:a\n\n", ["a"]),
        (b"data:  a\n\n", [" a"]),
        (b"data\n\n", [""]),
        (b"data: a\ndata: b\n\n", ["a\nb"]),
        (b"event: x\nid: 7\nretry: 10\ndata: a\nother: b\n\n", ["a"]),
        (b": ping\n\n:\n\n", []),
        (b"\xef\xbb\xbfdata: a\n\n", ["a"]),
        (b"data: \xff\n\n", ["\ufffd"]),
        (b"data: a\n", ["a"]),
        (b"data: a", []),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", ["a", "b"]),
    ],
)
def test_lines_mean_what_the_standard_says(body: bytes, events: list[str]) -> None:
    assert events_in([body]) == events


def test_an_event_beyond_the_limit_is_refused_before_it_fills_the_memory() -> None:
    parser = SSEParser(limit=1000)
    with pytest.raises(ValueError, match="more than 1000 bytes"):
        for _ in range(100):
            parser.feed(b"data: " + b"x" * 100 + b"\n")
    endless = SSEParser(limit=1000)
    with pytest.raises(ValueError, match="more than 1000 bytes"):
        for _ in range(100):
            endless.feed(b"x" * 100)

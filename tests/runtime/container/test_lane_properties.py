"""The laws of framing under output that imitates it: a frame is what the lane wrote with its token, and nothing else is lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pygent_engine.runtime.container.lane import Frame, FrameReader, Output, StreamReader
from tests.support.chunks import split

TOKEN = "0123456789abcdef"
START = f"\x1e{TOKEN} ".encode()
WORDS = st.sampled_from(["begun", "group", "ended", "died"])
FRAMES = st.builds(Frame, WORDS, st.integers(0, 2**31))
WHOLE = FRAMES.map(lambda frame: f"\x1e{TOKEN} {frame.word} {frame.number}\n".encode())


@st.composite
def near_frames(draw: st.DrawFn) -> bytes:
    """A frame with one byte left out, changed or put in; not within its number, where it would still be one."""
    frame = draw(WHOLE)
    at = draw(st.integers(0, frame.rindex(b" ")) | st.just(len(frame) - 1))
    put = draw(st.sampled_from([b"", b"\x1e", b"x", b" ", b"\n", b"A", b"-"]))
    return frame[:at] + put + frame[at + draw(st.integers(0, 1)) :]


OUTPUTS = st.binary(max_size=20) | near_frames() | st.sampled_from([b"\x1e" * 5, START, START * 2, START + b"ended ", START + b"x" * 100])
ITEMS = st.lists(st.builds(Output, OUTPUTS) | FRAMES, max_size=10)
SIZES = st.lists(st.integers(1, 30), max_size=40)


def encoded(items: list[Output | Frame]) -> bytes:
    return b"".join(item.data if isinstance(item, Output) else START + f"{item.word} {item.number}\n".encode() for item in items)


def read(chunks: list[bytes]) -> list[Output | Frame]:
    """What a reader makes of `chunks`, neighbouring outputs as one; a last frame brings out what was held."""
    reader, found = FrameReader(TOKEN), list[Output | Frame]()
    for chunk in (*chunks, encoded([Frame("ended", 0)])):
        for item in reader.feed(chunk):
            if isinstance(item, Output) and found and isinstance(found[-1], Output):
                found[-1] = Output(found[-1].data + item.data)
            else:
                found.append(item)
    return found


@given(ITEMS, SIZES)
@settings(deadline=None, max_examples=300)
def test_any_split_reads_the_same_and_no_byte_is_lost(items: list[Output | Frame], sizes: list[int]) -> None:
    data = encoded(items)
    whole = read([data])
    assert read(split(data, sizes)) == whole
    assert read([bytes([byte]) for byte in data]) == whole
    assert encoded(whole) == data + encoded([Frame("ended", 0)])


@given(ITEMS)
@settings(deadline=None)
def test_every_frame_is_read_in_order_whatever_stands_before_it(items: list[Output | Frame]) -> None:
    closed = [part for item in items for part in ([item, Output(b"\n")] if isinstance(item, Output) else [item])]
    frames = [item for item in items if isinstance(item, Frame)]
    found = [item for item in read([encoded(closed)]) if isinstance(item, Frame)]
    rest = iter(found)
    assert all(frame in rest for frame in [*frames, Frame("ended", 0)])  # in order; output may hold whole frames, with the token


@given(st.lists(st.binary(max_size=60).filter(lambda data: TOKEN.encode() not in data), max_size=10), SIZES)
@settings(deadline=None)
def test_output_without_the_token_makes_no_frame(outputs: list[bytes], sizes: list[int]) -> None:
    data = b"\x1e".join(outputs)
    found = read(split(data, sizes))
    assert found == [*([Output(data)] if data else []), Frame("ended", 0)]


@given(st.binary(max_size=5), st.integers(1, 64))
@settings(deadline=None)
def test_little_is_held_back(data: bytes, size: int) -> None:
    reader = FrameReader(TOKEN)
    fed = (START + b"ended" + data) * 50
    passed = sum(
        len(item.data) for chunk in split(fed, [size] * (len(fed) // size)) for item in reader.feed(chunk) if isinstance(item, Output)
    )
    assert len(fed) - passed <= len(START) + 40


@given(ITEMS, SIZES, SIZES)
@settings(deadline=None)
def test_headers_and_frames_come_off_together_at_any_split(items: list[Output | Frame], contents: list[int], sizes: list[int]) -> None:
    data = encoded(items)
    packets = b"".join(b"\1\0\0\0" + len(content).to_bytes(4, "big") + content for content in split(data, contents))
    stream = StreamReader()
    assert read([stream.feed(chunk) for chunk in split(packets, sizes)]) == read([data])

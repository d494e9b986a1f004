"""The laws of the lane's protocol: frames and headers are told from output at any split."""

from __future__ import annotations

import shlex
import subprocess

from hypothesis import given
from hypothesis import strategies as st

from pygent_engine.runtime.container.lane import Frame, FrameReader, Output, StreamReader, run_script

TOKEN = "0123456789abcdef"

OUTPUTS = st.binary(max_size=30) | st.sampled_from([b"\x1e", b"\x1e0123", b"\x1e0123456789abcdef", b"\x1e0123456789abcdef ended x\n"])
FRAMES = st.builds(Frame, st.sampled_from(["begun", "group", "ended", "died"]), st.integers(0, 99999))
ITEMS = st.lists(st.builds(Output, OUTPUTS) | FRAMES, max_size=12)
SIZES = st.lists(st.integers(0, 40), max_size=30)


def encoded(items: list[Output | Frame]) -> bytes:
    return b"".join(item.data if isinstance(item, Output) else f"\x1e{TOKEN} {item.word} {item.number}\n".encode() for item in items)


def merged(items: list[Output | Frame]) -> list[Output | Frame]:
    """Neighbouring outputs as one; empty ones left out."""
    result: list[Output | Frame] = []
    for item in items:
        if isinstance(item, Output) and result and isinstance(result[-1], Output):
            result[-1] = Output(result[-1].data + item.data)
        elif item != Output(b""):
            result.append(item)
    return result


def chunks(data: bytes, sizes: list[int]) -> list[bytes]:
    found = []
    for size in sizes:
        found.append(data[:size])
        data = data[size:]
    return [*found, data]


@given(ITEMS, SIZES)
def test_frames_are_told_from_output_at_any_split(items: list[Output | Frame], sizes: list[int]) -> None:
    reader = FrameReader(TOKEN)
    read = [item for chunk in chunks(encoded(items), sizes) for item in reader.feed(chunk)]
    end = Frame("ended", 0)
    read += reader.feed(encoded([end]))  # what was held for a possible frame comes out with the next one
    assert merged(read) == merged([*items, end])


@given(st.lists(st.binary(max_size=300), max_size=8), SIZES)
def test_stream_headers_are_taken_off_at_any_split(contents: list[bytes], sizes: list[int]) -> None:
    data = b"".join(b"\1\0\0\0" + len(content).to_bytes(4, "big") + content for content in contents)
    reader = StreamReader()
    assert b"".join(reader.feed(chunk) for chunk in chunks(data, sizes)) == b"".join(contents)


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40).filter(str.strip))
def test_a_command_reaches_its_shell_byte_for_byte(text: str) -> None:
    script = run_script(f"printf %s {shlex.quote(text)}", "mark", TOKEN)
    done = subprocess.run(["sh", "-s"], input=script, capture_output=True, timeout=20, check=True)
    items = merged(FrameReader(TOKEN).feed(done.stdout))
    assert [item for item in items if isinstance(item, Output)] == [Output(text.encode())]
    # Who reads here holds the pipe, too; of a container that is somebody outside.
    words = [item.word for item in items if isinstance(item, Frame) and item.word != "held"]
    assert (words, items[-1]) == (["begun", "group", "ended"], Frame("ended", 0))

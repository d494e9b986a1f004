"""The laws of a text file as lines by number: the lines that any reader sees, whatever the file holds, in flat memory."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pygent_tui.files.text_file import TextFile

PIECES = st.lists(st.sampled_from(["a", "é𝄞", "\n", "\n\n", "x" * 5000, "ü" * 40_000, "line\n" * 9000, "\r", "\x1b[31m"]), max_size=12)


def indexed(path: Path) -> TextFile:
    """The file with all its lines known."""
    file = TextFile(str(path))
    assert all(0 < part <= 1 for part in file.index())
    assert file.indexed.is_set()
    return file


def lines_of(path: Path) -> list[str]:
    file = indexed(path)
    try:
        return [file.line(number) for number in range(file.lines)]
    finally:
        file.close()


@pytest.mark.parametrize(
    ("text", "lines"),
    [("", []), ("a", ["a"]), ("a\n", ["a"]), ("\n", [""]), ("a\n\nb", ["a", "", "b"]), ("é\r\n", ["é\r"])],
)
def test_a_newline_ends_a_line(tmp_path: Path, text: str, lines: list[str]) -> None:
    (tmp_path / "file").write_bytes(text.encode())
    assert lines_of(tmp_path / "file") == lines


@given(PIECES)
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_is_lost_between_blocks(tmp_path: Path, pieces: list[str]) -> None:
    text = "".join(pieces)
    (tmp_path / "file").write_bytes(text.encode())
    shown = lines_of(tmp_path / "file")
    assert "".join(shown) == text.replace("\n", "")
    if all(len(line.encode()) < 30_000 for line in text.split("\n")):
        assert shown == text.removesuffix("\n").split("\n")[: None if text else 0]


def test_what_is_not_there_is_an_empty_line(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("a\nb\n")
    file = indexed(path)
    path.write_text("a\n")
    assert [file.line(number) for number in (-1, 0, 1, 2, 99)] == ["", "a", "", "", ""]
    file.close()
    file.close()


def test_only_a_regular_file_is_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "real").write_text("x")
    (tmp_path / "link").symlink_to("real")
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a descriptor that pathlib holds would count
    for name in ("fifo", "missing", "link", "."):
        with pytest.raises(OSError):
            TextFile(str(tmp_path / name))
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208 - as above


@pytest.mark.parametrize("line", [b"a line of output\n", b"x"], ids=["lines", "one line"])
def test_a_large_file_is_read_in_flat_memory(tmp_path: Path, line: bytes) -> None:
    with (tmp_path / "file").open("wb") as written:
        for _ in range(64):
            written.write(line * ((1 << 20) // len(line)))
    tracemalloc.start()
    try:
        file = indexed(tmp_path / "file")
        last = file.line(file.lines - 1)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (file.line(0)[:16], last[:16], peak < 3_000_000) == ((line * 16)[:16].decode().rstrip("\n"),) * 2 + (True,)
    file.close()

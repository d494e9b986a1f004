"""A large file read behind the screen: every match counted, told as it goes, and given up at once."""

from __future__ import annotations

import threading
from pathlib import Path
from threading import Event

import pytest

from pygent_tui.files.search import FileIndex, FileSearch, block_text
from pygent_tui.files.text_file import TextFile
from pygent_tui.views.needle import Needle

WAIT_S = 20.0


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name in ("pygent-index", "pygent-search")]


@pytest.fixture
def large(tmp_path: Path) -> TextFile:
    path = tmp_path / "large.txt"
    path.write_text("".join(f"line {number}\n" for number in range(50_000)))
    return TextFile(str(path))


def test_every_line_is_indexed_and_every_match_is_counted_in_its_block(large: TextFile) -> None:
    indexed, searched = Event(), Event()
    search = FileSearch(large, Needle("LINE 4".lower()), lambda: searched.set() if search.done else None)
    FileIndex(large, lambda: indexed.set() if large.indexed.is_set() else None)
    assert indexed.wait(WAIT_S)
    assert searched.wait(WAIT_S)
    assert (large.lines, sum(search.counts), len(search.counts), search.part) == (50_000, 11_111, large.blocks, 1.0)
    blocks = [block_text(large, block).count("line 4") for block in range(large.blocks)]
    assert list(search.counts) == blocks
    large.close()


def test_a_search_that_is_ended_tells_nothing_and_its_thread_ends(large: TextFile) -> None:
    told: list[str] = []
    search = FileSearch(large, Needle("line"), lambda: told.append("found"))  # it waits for the index, which nobody makes
    search.end()
    for thread in threads():
        thread.join(WAIT_S)
    assert (told, threads()) == ([], [])
    large.close()


def test_a_file_that_is_closed_while_it_is_read_ends_the_reading(large: TextFile) -> None:
    large.close()
    done = Event()
    index = FileIndex(large, done.set)
    assert done.wait(WAIT_S)
    assert (index.done, large.lines, large.line(0)) == (True, 0, "")


def test_a_line_is_read_as_a_terminal_would_leave_it(tmp_path: Path) -> None:
    path = tmp_path / "odd.txt"
    path.write_bytes(b"1 %\r50 %\r100 %\r\n\x1b[2Jclean\x1b]0;title\x07\r\n\x1b[31mred\xff\n")
    file = TextFile(str(path))
    list(file.index())
    assert block_text(file, 0) == "100 %\nclean\n\x1b[31mred�"
    file.close()


def test_a_match_is_found_through_colours_and_what_would_act(tmp_path: Path) -> None:
    path = tmp_path / "odd.txt"
    path.write_bytes(b"ne\x1b[31medle\x1b[m\nne\x1b[2Jedle \xe6\x95\xb0\n\x1b]0;needle\x07\n")
    file, done = TextFile(str(path)), Event()
    list(file.index())
    search = FileSearch(file, Needle("needle"), done.set)
    assert done.wait(WAIT_S)
    assert list(search.counts) == [2]
    file.close()

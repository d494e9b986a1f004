"""Laws of the differences that a tool reports of the files it wrote."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent_engine import Runtime
from pygent_engine.tools.diffs import LONGEST_DIFF, Watched, unified
from pygent_engine.values import FileDiff

_HEAD = re.compile(r"@@ -(\d+),(\d+) \+(\d+),(\d+) @@\n")
_TEXT = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n", "@@\n", "-x\n", "end"]), max_size=40).map("".join)


def applied(before: str, text: str) -> str:
    """What the hunks of a unified diff make of `before`; fails when a line that stays or goes is not there."""
    old, made, at = before.split("\n"), [], 0
    lines = text.split("\n")[:-1]
    for number, line in enumerate(lines):
        if head := _HEAD.fullmatch(f"{line}\n"):
            first = int(head[1]) - (int(head[2]) > 0)
            made += [f"{kept}\n" for kept in old[at:first]]
            at = first
            continue
        if line.startswith("\\"):
            continue
        ended = "" if lines[number + 1 : number + 2] and lines[number + 1].startswith("\\") else "\n"
        if line[0] != "+":
            assert old[at] == line[1:]
            at += 1
        if line[0] != "-":
            made.append(line[1:] + ended)
    rest = "\n".join(old[at:])
    return "".join(made) + (rest if at < len(old) else "")


@given(_TEXT, _TEXT)
def test_the_hunks_make_the_new_text_of_the_old_one_and_are_counted(before: str, after: str) -> None:
    text, added, removed = unified(before, after)
    assert applied(before, text) == after
    signs = [line[0] for line in text.split("\n")[:-1] if not _HEAD.fullmatch(f"{line}\n")]
    assert (signs.count("+"), signs.count("-")) == (added, removed)
    assert bool(text) == (before != after)


def test_a_change_is_shown_with_three_lines_around_it_and_no_more() -> None:
    before = "".join(f"{number}\n" for number in range(1, 21))
    assert unified(before, before.replace("10\n", "ten\n")) == ("@@ -7,7 +7,7 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n", 1, 1)


def test_many_small_changes_of_a_large_file_are_told_one_by_one() -> None:
    before = "".join(f"def f{number}():\n    return {number % 7}\n\n\n" for number in range(3_000))
    text, added, removed = unified(before, before.replace("    return", "    yield"))
    assert (added, removed, text.count("\n-    return")) == (3_000, 3_000, 3_000)


def test_lines_that_moved_stay_where_most_of_them_keep_their_order() -> None:
    before = [f"line {number}\n" for number in range(3_000)]
    after = [f"new {line}" if number % 2 else line for number, line in enumerate(before)]
    after[0], after[2_000] = after[2_000], after[0]
    text, added, removed = unified("".join(before), "".join(after))
    assert applied("".join(before), text) == "".join(after)
    assert (added, removed) == (1_502, 1_502)


@pytest.mark.parametrize(
    ("before", "after"),
    [("a\n" * 300_000, "b\n" * 300_000), ("a\nb\n" * 150_000, "b\na\na\n" * 100_000), ("x" * 1_000_000, "y" * 1_000_000)],
    ids=["all", "interleaved", "one line"],
)
def test_texts_that_are_the_worst_to_compare_count_as_replaced(before: str, after: str) -> None:
    _, added, removed = unified(before, after)
    assert (added, removed) == (len(after.splitlines()), len(before.splitlines()))


def test_windows_line_ends_are_no_part_of_the_lines_and_a_change_of_them_is_seen() -> None:
    assert unified("a\r\nb\r\n", "a\r\nc\r\n")[0] == "@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    assert unified("a\n", "a\r\n")[0] == "@@ -1,1 +1,1 @@\n-a\n+a\r\n"


def written(root: Path, before: bytes | None, after: str) -> FileDiff:
    if before is not None:
        (root / "f.txt").write_bytes(before)
    with Runtime(use_docker=False, workspace=root) as runtime:
        watched = Watched(runtime, "./f.txt")
        runtime.write_file("f.txt", after)
        return watched.diff()


def test_a_new_file_is_all_added(tmp_path: Path) -> None:
    assert written(tmp_path, None, "one\ntwo") == FileDiff(
        "f.txt", "added", "@@ -0,0 +1,2 @@\n+one\n+two\n\\ No newline at end of file\n", 2, 0
    )


def test_what_is_no_text_or_too_large_has_no_lines_to_show(tmp_path: Path) -> None:
    assert written(tmp_path, b"\x00\x01\xff" * 100, "text") == FileDiff("f.txt", "modified")
    assert written(tmp_path, b"x\n" * 1_000_000, "text") == FileDiff("f.txt", "modified")
    many = LONGEST_DIFF // 10
    assert written(tmp_path, b"", "0123456789\n" * many) == FileDiff("f.txt", "modified", "", many, 0)


def test_very_many_lines_are_not_compared(tmp_path: Path) -> None:
    with Runtime(False, workspace=tmp_path) as runtime:
        for before, after in (("\n" * 500_000, "x"), ("x", "\n" * 500_000)):
            (tmp_path / "f").write_text(before)
            watched = Watched(runtime, "f")
            (tmp_path / "f").write_text(after)
            assert watched.diff() == FileDiff("f", "modified")


def test_an_encoding_that_is_not_utf_8_is_compared_as_text(tmp_path: Path) -> None:
    assert written(tmp_path, "é\nb\n".encode("latin-1"), "é\nc\n").text == "@@ -1,2 +1,2 @@\n é\n-b\n+c\n"

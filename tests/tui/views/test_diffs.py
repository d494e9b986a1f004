"""Laws of a diff as it is shown."""

from __future__ import annotations

from pathlib import Path
from shutil import which
from subprocess import run

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent_engine.tools.diffs import unified
from pygent_engine.values import FileDiff
from pygent_tui.views.diffs import Row, patch, rows, side_by_side

HUNKS = "@@ -1,3 +1,3 @@\n a\n-b = two\n+b = three\n c\n@@ -20,2 +20,3 @@\n t\n+new\n u\n"
DIFF = FileDiff("x.py", "modified", HUNKS, 2, 1)


def test_rows_carry_their_numbers_and_the_words_that_changed() -> None:
    assert rows(DIFF) == [
        Row(" ", "a", 1, 1),
        Row("-", "b = two", 2, None, ((4, 7),)),
        Row("+", "b = three", None, 2, ((4, 9),)),
        Row(" ", "c", 3, 3),
        Row("@", "⋯"),
        Row(" ", "t", 20, 20),
        Row("+", "new", None, 21),
        Row(" ", "u", 21, 22),
    ]


def test_beside_an_old_line_stands_the_new_one_and_beside_an_added_one_nothing() -> None:
    pairs = [(old.text if old else None, new.text if new else None) for old, new in side_by_side(rows(DIFF))]
    assert pairs == [("a", "a"), ("b = two", "b = three"), ("c", "c"), ("⋯", "⋯"), ("t", "t"), (None, "new"), ("u", "u")]


def test_lines_that_have_little_in_common_and_lines_that_are_very_long_have_no_marks() -> None:
    for old, new in (("alpha beta", "1 + 2"), ("x " * 500, "y " * 500)):
        assert all(not row.marks for row in rows(FileDiff("x", "modified", f"@@ -1,1 +1,1 @@\n-{old}\n+{new}\n", 1, 1)))


def test_a_patch_names_the_file_and_says_when_it_is_new() -> None:
    assert patch(DIFF) == f"--- a/x.py\n+++ b/x.py\n{HUNKS}"
    assert patch(FileDiff("x", "added", "@@ -0,0 +1,1 @@\n+a\n", 1)).startswith("--- /dev/null\n+++ b/x\n")


TEXTS = st.lists(st.sampled_from(["a", "b", "", "-", "+ x", "@@ -1 +1 @@", "--- a/x", "\\ No", "e\x0cf"]), max_size=9).map("\n".join)


@pytest.mark.skipif(which("patch") is None, reason="there is no patch program here")
@pytest.mark.parametrize("path", ["a.py", "my notes/a b.txt", "tab\tname", "new\nline", 'qu"ote\t', "back\\slash", "ümlaut"])
def test_the_program_patch_makes_of_the_old_file_the_new_one(path: str, tmp_path: Path) -> None:
    for before, after in (("one\ntwo\n", "one\n2"), ("one", "one\n"), (None, "x\ny\n")):
        file = tmp_path / path
        file.parent.mkdir(exist_ok=True)
        file.unlink(missing_ok=True)
        if before is not None:
            file.write_text(before)
        made = patch(FileDiff(path, "modified" if before is not None else "added", *unified(before or "", after)))
        run(["patch", "-p1", "--quiet", "--batch"], input=made, text=True, cwd=tmp_path, check=True, timeout=20)
        assert file.read_text() == after


@given(TEXTS, TEXTS)
def test_the_rows_of_a_diff_are_the_lines_of_both_texts(before: str, after: str) -> None:
    found = rows(FileDiff("x", "modified", *unified(before, after)))
    for sign, text in (("-", before), ("+", after)):
        lines = text.split("\n")
        shown = [(row.old if sign == "-" else row.new, row.text) for row in found if row.sign in (sign, " ")]
        assert all(lines[number - 1] == told for number, told in shown if number)


@given(st.text())
def test_whatever_a_diff_holds_it_is_read(text: str) -> None:
    diff = FileDiff("x", "modified", text)
    assert len(list(side_by_side(rows(diff)))) <= len(rows(diff))

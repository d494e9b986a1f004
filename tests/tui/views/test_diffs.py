"""Laws of a diff as it is shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

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


@given(st.text())
def test_whatever_a_diff_holds_it_is_read(text: str) -> None:
    diff = FileDiff("x", "modified", text)
    assert len(list(side_by_side(rows(diff)))) <= len(rows(diff))

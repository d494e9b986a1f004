"""Text that a person must judge: what cannot be seen is marked."""

from __future__ import annotations

import pytest

from pygent_tui.views.exact import exact, marked


@pytest.mark.parametrize(
    ("line", "pieces"),
    [
        ("ls -la", (("ls -la", False),)),
        ("", ()),
        ("    indented", (("    indented", False),)),
        (" " * 30 + "far", (("·30 blanks·", True), ("far", False))),
        ("ls ", (("ls", False), ("·", True))),
        ("   ", (("···", True),)),
        ("a  b", (("a", False), ("··", True), ("b", False))),
        ("ls" + " " * 300 + "; rm x", (("ls", False), ("·300 blanks·", True), ("; rm x", False))),
        ("a\tb", (("a", False), ("⇥  ", True), ("b", False))),
        (
            "a\xa0b\u3000\u200b\ufeff",
            (("a", False), ("\\xa0", True), ("b", False), ("\\u3000", True), ("\\u200b", True), ("\\ufeff", True)),
        ),
        ("a\U000e0001", (("a", False), ("\\U000e0001", True))),
        ("a·300 blanks·b", (("a", False), ("\\xb7", True), ("300 blanks", False), ("\\xb7", True), ("b", False))),
        ("\u241b[2J", (("\u241b", True), ("[2J", False))),
        ("naïve 文 🙂", (("naïve 文 🙂", False),)),
    ],
)
def test_what_cannot_be_seen_in_a_line_is_marked_and_the_rest_is_as_it_is(line: str, pieces: tuple[tuple[str, bool], ...]) -> None:
    assert marked(line) == pieces


def test_many_empty_lines_become_one_that_counts_them() -> None:
    plain = [("a", False)], [("b", False)]
    assert [list(line) for line in exact("a\n\n\nb")] == [plain[0], [], [], plain[1]]
    assert [list(line) for line in exact("a" + "\n \n" * 20 + "b")] == [plain[0], [("⋮ 39 empty lines ⋮", True)], plain[1]]

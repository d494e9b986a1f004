"""What is being completed at the cursor."""

from __future__ import annotations

import pytest

from pygent_tui.views.tokens import Token, mention, token_at


@pytest.mark.parametrize("before", ["", "a", "me@example", "see /he", "/etc/pa", "/ ", "@a b", '@"a b" c', "// "])
def test_what_is_neither_is_nothing(before: str) -> None:
    assert token_at(before, first=True, last=True) is None


@pytest.mark.parametrize(
    ("before", "token"),
    [
        ("@", Token("file", 0, "")),
        ("see @src/ma", Token("file", 4, "src/ma")),
        ('(@"my fi', Token("file", 1, "my fi")),
        ("/", Token("command", 0, "")),
        ("/He", Token("command", 0, "He")),
        ("/theme ", Token("argument", 7, "", "theme")),
        ("/tools on  ba", Token("argument", 7, "on  ba", "tools")),
    ],
)
def test_what_is_begun_is_found_with_where_it_begins(before: str, token: Token) -> None:
    assert token_at(before, first=True, last=True) == token


def test_a_command_stands_alone() -> None:
    assert token_at("/he", first=False, last=True) is None
    assert token_at("/he", first=True, last=False) is None
    assert token_at("/cp @a", first=True, last=False) == Token("file", 4, "a")


@pytest.mark.parametrize(
    ("path", "written"), [("src/a.py", "@src/a.py"), ("my file", '@"my file"'), ('a"b', '@"a\\"b"'), ("a\nb", '@"a\nb"'), ("[x]", "@[x]")]
)
def test_a_path_that_is_not_one_word_is_quoted(path: str, written: str) -> None:
    assert mention(path) == written

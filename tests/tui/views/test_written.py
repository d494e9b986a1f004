"""What is written in the fields of a form: what it means, and the sentence where it means nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pygent_tui.views.written import Unfit, count, last_word, paths, seconds, unlisted, with_path, words

KNOWN = ("README.md", "src/a b.py", "src/cache.py", "src/cache_disk.py", "tests/test_cache.py")


@pytest.mark.parametrize(
    ("read", "text", "sentence"),
    [
        (lambda text: count(text, "Steps"), "many", "Steps: write a number, like 20 or 200k, or nothing for no limit."),
        (lambda text: count(text, "Steps"), "0", "Steps: write a number, like 20 or 200k, or nothing for no limit."),
        (lambda text: count(text, "Tokens"), "-3", "Tokens: write a number, like 20 or 200k, or nothing for no limit."),
        (lambda text: count(text, "Tokens"), "٣", "Tokens: write a number, like 20 or 200k, or nothing for no limit."),
        (lambda text: count(text, "Tokens"), "9" * 400, "Tokens: write a number, like 20 or 200k, or nothing for no limit."),
        (lambda text: seconds(text, "Time"), "soon", "Time: write a time, like 90s or 5m, or nothing for no limit."),
        (lambda text: seconds(text, "Time"), "0", "Time: write a time, like 90s or 5m, or nothing for no limit."),
        (lambda text: seconds(text, "Time"), "9" * 400, "Time: write a time, like 90s or 5m, or nothing for no limit."),
        (lambda text: words(text, "Model"), 'a "b', "Model: a quotation mark is not closed."),
        (paths, "/etc/passwd", "Files: /etc/passwd is not in the workspace; write paths relative to it, or . for all of it."),
        (paths, "src/../../x", "Files: src/../../x is not in the workspace; write paths relative to it, or . for all of it."),
        (paths, "~/x", "Files: ~/x is not in the workspace; write paths relative to it, or . for all of it."),
    ],
)
def test_what_cannot_be_meant_is_said_in_a_sentence(read: Callable[[str], object], text: str, sentence: str) -> None:
    with pytest.raises(Unfit) as unfit:
        read(text)
    assert str(unfit.value) == sentence


@pytest.mark.parametrize(
    ("text", "number"),
    [("", None), ("  ", None), ("none", None), ("20", 20), ("200k", 200_000), ("1.5m", 1_500_000), ("200_000", 200_000), ("1,000", 1000)],
)
def test_a_number_can_be_short_or_missing(text: str, number: int | None) -> None:
    assert count(text, "Steps") == number


@pytest.mark.parametrize(("text", "span"), [("", None), ("no", None), ("90", 90.0), ("90s", 90.0), ("5m", 300.0), ("1.5h", 5400.0)])
def test_a_time_has_a_unit_or_is_in_seconds(text: str, span: float | None) -> None:
    assert seconds(text, "Time") == span


def test_paths_stand_apart_by_commas_and_blanks_and_once_each() -> None:
    assert paths("src/, README.md src/ 'a b.py'") == ("src/", "README.md", "a b.py")
    assert paths("./src . ./") == ("src", ".", ".")
    assert paths("") == ()


def test_a_path_is_known_by_itself_or_by_what_is_in_it() -> None:
    assert unlisted(("src", "src/", "src/cache.py", ".", "README.md"), KNOWN) == []
    assert unlisted(("sr", "src/cache", "docs/"), KNOWN) == ["sr", "src/cache", "docs/"]
    assert unlisted(("anything",), ()) == []


@pytest.mark.parametrize(
    ("text", "word", "path", "whole"),
    [
        ("", "", "a.py", "a.py "),
        ("ca", "ca", "src/cache.py", "src/cache.py "),
        ("a.py, ca", "ca", "src/", "a.py, src/"),
        ("a.py ", "", "my file.py", "a.py 'my file.py' "),
        ("x", "x", "it's", "'it'\"'\"'s' "),
        ("x", "x", "größe.txt", "größe.txt "),
    ],
)
def test_a_path_takes_the_place_of_the_last_word(text: str, word: str, path: str, whole: str) -> None:
    assert (last_word(text), with_path(text, path)) == (word, whole)
    assert paths(whole)[-1] == path

"""Finding files and prompts by a few letters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent_tui.matching import Names

PATHS = ("README.md", "src/", "src/composer.py", "src/compose/main.py", "tests/test_composer.py", "docs/a b.txt", "Übung.md")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("zzz", []),
        ("compozer.x", []),
        ("", ["README.md", "src/", "src/composer.py"]),
        ("comp", ["src/composer.py", "tests/test_composer.py", "src/compose/main.py"]),
        ("COMPOSER", ["src/composer.py", "tests/test_composer.py"]),
        ("smain", ["src/compose/main.py"]),
        ("src/", ["src/", "src/composer.py", "src/compose/main.py"]),
        ("a b", ["docs/a b.txt"]),
        ("übu", ["Übung.md"]),
        ("[.*", []),
    ],
)
def test_what_begins_so_comes_first_then_what_has_it_then_what_resembles_it(query: str, found: list[str]) -> None:
    assert Names(PATHS).best(query, 3) == found


def test_a_search_that_is_not_wanted_any_more_has_no_outcome() -> None:
    assert Names(PATHS).best("a", 3, lambda: False) is None


def test_a_file_deep_down_is_found_among_very_many_that_have_the_letters_too() -> None:
    paths = [f"comparison/{number}.txt" for number in range(20_000)] + ["a/b/c/compass.py"]
    assert Names(paths).best("compass", 5) == ["a/b/c/compass.py"]
    assert Names(paths).best("comp", 5) == ["a/b/c/compass.py", *(f"comparison/{number}.txt" for number in range(4))]


@given(st.lists(st.text(max_size=20), max_size=30), st.text(max_size=6))
def test_whatever_is_sought_what_is_found_is_there_and_stands_once(texts: list[str], query: str) -> None:
    found = Names(texts).best(query, 10)
    assert found is not None
    assert len(found) <= 10
    assert all(texts.count(text) >= found.count(text) for text in found)


@given(st.text(min_size=1, max_size=20))
def test_a_text_is_found_by_itself(text: str) -> None:
    assert Names([text, "other"]).best(text, 10)


@given(st.lists(st.text(max_size=12), max_size=30), st.text(min_size=1, max_size=6))
def test_a_search_letter_by_letter_finds_what_one_at_once_finds(texts: list[str], query: str) -> None:
    names = Names(texts)
    by_letter = [names.best(query[:end], 50) for end in range(1, len(query) + 1)]
    assert by_letter[-1] == Names(texts).best(query, 50)

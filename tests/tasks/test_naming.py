"""Words for paths that a task changed: as they are or as they are shown, those of folders too, and which of them mean nothing."""

from __future__ import annotations

import time

import pytest

from pygent_engine.tasks.naming import Words
from pygent_engine.untrusted import clean_path

PATHS = ("a", "in/b", "in/deep/c", "inner", "odd\nname/\x1b[1m", "shut/")


@pytest.mark.parametrize(
    ("word", "means"),
    [
        ("none", ()),
        ("", ()),
        ("/", ()),
        ("i", ()),
        ("a/b", ()),
        ("../a", ()),
        ("a", ("a",)),
        ("./a", ("a",)),
        ("in", ("in/b", "in/deep/c")),
        ("in/deep/", ("in/deep/c",)),
        ("odd\nname", ("odd\nname/\x1b[1m",)),
        ("odd\u240aname/\u241b[1m", ("odd\nname/\x1b[1m",)),
        ("shut", ("shut/",)),
    ],
)
def test_a_word_means_a_path_or_what_is_in_that_folder(word: str, means: tuple[str, ...]) -> None:
    words = Words([word])
    assert (tuple(filter(words.name, PATHS)), words.all) == (means, False)
    assert words.unknown({path: clean_path(path) for path in means}) == ([] if means else [word])


def test_a_dot_means_all_when_there_is_any() -> None:
    words = Words(["."])
    assert (words.all, words.unknown({"a": "a"}), words.unknown({})) == (True, [], ["."])


def test_a_folder_is_met_by_the_name_under_which_all_of_it_is_reported() -> None:
    assert Words(["build/"]).unknown({"build/x": "build/"}) == []
    assert [Words([word]).lead_into("build/") for word in ("build/x", "builder", "x/build/x")] == [True, False, False]


def test_as_many_words_as_paths_take_no_time_to_speak_of() -> None:
    paths = {f"folder/{number}": f"folder/{number}" for number in range(20_000)}
    began = time.process_time()
    words = Words(paths)
    assert all(map(words.name, paths))
    assert words.unknown(paths) == []
    assert time.process_time() - began < 10

"""What may be shown of text from outside: controls made visible in prose, a terminal's behaviour without its powers in output."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent_engine.untrusted import OutputCleaner, clean, clean_line, clean_text

# C0 but \t \n \r, DEL, C1, bidi controls, separators, tags, lone surrogates: nothing of it may reach a terminal.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\U000e0000-\U000e007f\ud800-\udfff]"
)
COLOUR = re.compile(r"\x1b\[[0-9;:]*m")

# Sequences are dense in these letters; plain text would rarely hit one.
hostile = st.text(alphabet="\x1b\x9b\x9d\x90\x9c\x07\x00\\[]PX^_;:?0189 /mHJah\t\n\r\u202e\ud800é")
pieces = st.lists(hostile, max_size=12)
anything = st.one_of(hostile, st.text(st.characters(exclude_categories=())))


def cleaned(*parts: str) -> str:
    cleaner = OutputCleaner()
    return "".join(map(cleaner.feed, parts))


@given(pieces)
def test_cleaned_output_is_the_same_at_any_split(parts: list[str]) -> None:
    assert cleaned(*parts) == cleaned("".join(parts))


@given(hostile)
def test_cleaned_output_is_the_same_character_by_character(text: str) -> None:
    assert cleaned(*text) == cleaned(text)


@pytest.mark.parametrize(
    "text",
    [
        "\x1b]" + "a" * 5000 + "\x1b\\shown",
        "\x1b]" + "a" * 5000 + "\x07shown",
        "\x9d" + "a" * 5000 + "\x9cshown",
        "\x1bP" + "a" * 5000 + "\nshown",
        "\x1b[" + "1;" * 3000 + "mshown",
        "\x1b[" + "1" * 5000 + " 1zshown",
        "\x1b" + " " * 5000 + "\x01shown",
    ],
)
@pytest.mark.parametrize("size", [1, 2, 128, 4096, 4999, 5001, 5002, 5003])
def test_a_sequence_of_any_length_is_cleaned_the_same_at_any_split(text: str, size: int) -> None:
    parts = [text[start : start + size] for start in range(0, len(text), size)]
    assert cleaned(*parts) == cleaned(text)


@given(anything)
def test_cleaned_output_holds_no_control_but_colours(text: str) -> None:
    assert FORBIDDEN.search(COLOUR.sub("", cleaned(text))) is None


@given(anything)
def test_cleaning_what_was_cleaned_changes_nothing(text: str) -> None:
    once = cleaned(text)
    assert cleaned(once) == once
    assert clean(clean(text)) == clean(text)
    assert clean_text(clean_text(text)) == clean_text(text)
    assert clean_line(clean_line(text)) == clean_line(text)


@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "S", "Zs", "M"))))
def test_plain_text_passes_unchanged(text: str) -> None:
    assert (cleaned(text), clean(text), clean_text(text)) == (text, text, text)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"),
        ("\x1b[38:2::1:2:3mtrue\x1b[m", "\x1b[38:2::1:2:3mtrue\x1b[m"),
        ("\x1b[>4mkeys", "keys"),
        ("\x9b31mred", "red"),
        ("\x1b[2J\x1b[Hhome", "home"),
        ("\x1b[?1049hscreen", "screen"),
        ("\x1b]52;c;cm0gLXJm\x07clip", "clip"),
        ("\x1b]0;title\x1b\\text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9d52;c;eA==\x9cclip", "clip"),
        ("\x1bPq#0~\x1b\\sixel", "sixel"),
        ("\x1b_apc\x1b\\a\x1b^pm\x1b\\b\x1bXsos\x1b\\c", "abc"),
        ("\x1b]0;open\nnext", "\nnext"),
        ("\x1b]0;open\x1b[32mgreen", "\x1b[32mgreen"),
        ("\x1bc\x1b(0\x1b#8\x1b=reset", "reset"),
        ("\x1b\x1b[1mbold", "\x1b[1mbold"),
        ("\x1b[31\x00m", "31m"),
        ("\x1b[31\nm", "31\nm"),
        ("50%\r100%\r\n\tdone\b\x07", "50%\r100%\r\n\tdone"),
        ("\u202etxt.exe\u2066\u2028\ud800\U000e0041", "txt.exe"),
        ("cut\x1b[3", "cut"),
        ("", ""),
    ],
)
def test_output_keeps_text_and_colours_and_loses_every_other_sequence(raw: str, shown: str) -> None:
    assert cleaned(raw) == shown


@pytest.mark.parametrize(
    "flood",
    ["\x1b]", "\x9d", "\x1b", "\x9b", "\x1b[ ", "\x1bP\x1b", "\x1b[1;", "\x1b[" + "1" * 300 + "\x00", "\x1b]8;;\n", "\ud800"],
)
def test_hostile_floods_are_cleaned_in_linear_time(flood: str) -> None:
    def seconds(size: int) -> float:
        text = (flood * size)[:size]
        cleaner = OutputCleaner()
        start = time.process_time()
        for at in range(0, size, 7):
            cleaner.feed(text[at : at + 7])
        OutputCleaner().feed(text)
        return time.process_time() - start

    # Ten times the text takes about ten times as long; quadratic work would take a hundred times.
    assert seconds(50_000) < 40 * max(seconds(5_000), 0.002)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\x1b[31mb", "a␛[31mb"),
        ("a\rb", "a␍b"),
        ("\x00\x7f\x9b", "␀␡\\x9b"),
        ("rm \u202efdp.txt", "rm \\u202efdp.txt"),
        ("\U000e0041\u2028\udc80", "\\U000e0041\\u2028\\udc80"),
        ("tab\tline\n", "tab\tline\n"),
        ("", ""),
    ],
)
def test_clean_makes_every_control_visible(raw: str, shown: str) -> None:
    assert clean(raw) == shown


@given(anything)
def test_clean_leaves_no_control_and_hides_nothing(text: str) -> None:
    shown = clean(text)
    assert FORBIDDEN.search(shown) is None and "\r" not in shown
    assert len(shown) >= len(text)


@given(pieces)
def test_clean_text_is_the_same_at_any_split(parts: list[str]) -> None:
    assert "".join(map(clean_text, parts)) == clean_text("".join(parts))


def test_clean_text_drops_carriage_returns() -> None:
    assert clean_text("a\r\nb\x1b") == "a\nb␛"


@given(anything, st.integers(2, 50))
def test_clean_line_is_one_line_within_its_limit(text: str, limit: int) -> None:
    line = clean_line(text, limit)
    assert len(line) <= limit
    assert line.splitlines() in ([], [line])
    assert FORBIDDEN.search(line) is None


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ("  a \n\t b  ", "a b"),
        ("a" * 10, "a" * 10),
        ("a" * 11, "a" * 9 + "…"),
        (" " * 1000 + "rm -rf", "rm -rf"),
        ("echo" + " " * 1000 + "rm -rf", "echo rm -…"),
        ("", ""),
    ],
)
def test_clean_line_shows_that_something_was_cut_and_spaces_push_nothing_out(raw: str, line: str) -> None:
    assert clean_line(raw, 10) == line

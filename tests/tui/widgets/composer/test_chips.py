"""The labels that stand for long pastes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pygent_tui.widgets.composer.chips import Chips


def test_a_label_tells_how_much_it_stands_for() -> None:
    chips = Chips()
    assert [chips.add(text, "") for text in ("x", "x\n" * 412, "é" * 9_000, "y" * 2_000_000)] == [
        "[paste 1: 1 line, 1 B]",
        "[paste 2: 412 lines, 824 B]",
        "[paste 3: 1 line, 18 kB]",
        "[paste 4: 1 line, 2.0 MB]",
    ]


def test_what_contains_a_label_is_put_in_place_once_and_not_looked_into() -> None:
    chips = Chips()
    first = chips.add("x\n" * 20, "")
    assert chips.wants(f"see {first}")
    second = chips.add(f"see {first}", first)
    assert chips.expand(f"{first} {second}") == "x\n" * 20 + f" see {first}"


def test_a_label_that_the_draft_or_the_paste_happens_to_say_is_not_used() -> None:
    said = "[paste 1: 1 line, 1 B]"
    chips = Chips()
    assert chips.add("x", said) == "[paste 2: 1 line, 1 B]"
    assert Chips().add(f"a{said}", "") != said


def test_what_stands_nowhere_any_more_is_forgotten() -> None:
    chips = Chips()
    first, second = chips.add("x", ""), chips.add("y", "")
    chips.keep(second)
    assert (chips.expand(first), chips.expand(second), chips.wants(first)) == (first, "y", False)


@given(st.lists(st.text(max_size=40), max_size=6))
def test_whatever_is_pasted_comes_out_as_it_was(texts: list[str]) -> None:
    chips, written = Chips(), ""
    for text in texts:
        written += chips.add(text, written) if chips.wants(text) or len(text) % 2 else text
    assert chips.expand(written) == "".join(texts)

"""Laws of cutting markdown into blocks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pygent_tui.views.blocks import Block, Splitter, split

lines = st.sampled_from(["", "", "a", "- b", "  c", "# h", "```py", "```", "~~~", "   ```", "| x |", "\t"])
texts = st.lists(lines, max_size=25).map("\n".join)


@given(texts)
def test_no_line_is_lost_or_moved(text: str) -> None:
    whole = "\n".join(block.text for block in split(text))
    assert [line for line in whole.split("\n") if line.strip()] == [line for line in text.split("\n") if line.strip()]


@given(texts, st.lists(st.integers(0, 80), max_size=6))
def test_a_text_that_grows_is_cut_where_the_whole_text_is(text: str, cuts: list[int]) -> None:
    splitter = Splitter()
    blocks = [block for cut in sorted(cuts) for block in splitter.closed(text[:cut])]
    assert [*blocks, *splitter.closed(text), *splitter.rest(text)] == split(text)


def test_a_long_fence_is_cut_and_each_part_is_a_fence() -> None:
    code = [f"line {number}" for number in range(100)]
    blocks = split("\n".join(["Text:", "```py", *code, "```", "after"]))
    assert [block.joined for block in blocks] == [False, False, True, False]
    assert all(block.text.startswith("```py\n") and block.text.rstrip().endswith("```") for block in blocks[1:3])
    kept = [line for block in blocks[1:3] for line in block.text.split("\n") if line.startswith("line")]
    assert kept == code


def test_a_blank_line_within_a_fence_or_a_list_item_does_not_cut() -> None:
    fence = "```\na\n\nb\n```\n"
    item = "- a\n\n  still a\n"
    assert split(fence) == [Block(fence)]
    assert split(item) == [Block(item)]


def test_an_endless_list_is_cut_without_a_gap() -> None:
    blocks = split("- item\n" * 250)
    assert [block.joined for block in blocks] == [False, True, True]


@given(st.text(alphabet="a \n`|-", max_size=40), st.integers(0, 12_000))
def test_no_block_is_long_and_growing_text_is_cut_where_the_whole_is(piece: str, cut: int) -> None:
    text = (piece + "x") * (12_000 // (len(piece) + 1))
    splitter = Splitter()
    assert [*splitter.closed(text[:cut]), *splitter.closed(text), *splitter.rest(text)] == split(text)
    assert all(len(block.text) < 9_000 for block in split(text))


def test_a_long_table_repeats_its_head() -> None:
    head = "| a | b |\n|---|---|\n"
    blocks = split(head + "| 1 | 2 |\n" * 150)
    assert [block.text.startswith(head) for block in blocks] == [True, True]
    assert sum(block.text.count("| 1 | 2 |") for block in blocks) == 150

"""Laws of the column of heights."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pygent_tui.widgets.heights import Heights

steps = st.lists(
    st.one_of(
        st.tuples(st.just("extend"), st.lists(st.integers(1, 5), max_size=4)),
        st.tuples(st.just("truncate"), st.integers(0, 8)),
        st.tuples(st.just("set"), st.tuples(st.integers(0, 8), st.integers(1, 5))),
    ),
    max_size=12,
)


@given(steps)
def test_tops_and_places_agree_with_the_plain_sums(steps: list[tuple[str, object]]) -> None:
    heights, plain = Heights(), list[int]()
    for step in steps:
        match step:
            case ("extend", list(more)):
                heights.extend(more)
                plain += more
            case ("truncate", int(length)) if length <= len(plain):
                heights.truncate(length)
                del plain[length:]
            case ("set", (int(index), int(height))) if index < len(plain):
                heights[index] = height
                plain[index] = height
        assert heights.total == sum(plain)
    assert [heights.top(index) for index in range(len(plain))] == [sum(plain[:index]) for index in range(len(plain))]
    owners = [(index, line) for index, height in enumerate(plain) for line in range(height)]
    assert [heights.find(line) for line in range(sum(plain))] == owners

"""Laws of the list of entries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent_tui.views.entries import Entry, Prompt
from pygent_tui.views.entry_list import EntryList


@given(st.integers(0, 300), st.lists(st.tuples(st.booleans(), st.integers(0, 400)), max_size=80))
def test_it_is_what_a_tuple_would_be_whatever_is_added_and_replaced(length: int, steps: list[tuple[bool, int]]) -> None:
    plain: tuple[Entry, ...] = tuple(Prompt(str(number)) for number in range(length))
    entries = EntryList(plain)
    for adds, place in steps:
        entry = Prompt(f"new {place}")
        if adds or place >= len(plain):
            before, entries, plain = entries, entries.append(entry), (*plain, entry)
            assert before == plain[:-1]
        else:
            entries, plain = entries.put(place, entry), (*plain[:place], entry, *plain[place + 1 :])
    assert entries == plain
    assert (len(entries), hash(entries)) == (len(plain), hash(plain))
    assert [entries[index] for index in range(-len(plain), len(plain))] == [*plain, *plain]
    assert all(tuple(entries.since(first)) == plain[first:] for first in range(0, len(plain) + 2, 7))


def test_there_is_nothing_beyond_its_end() -> None:
    for index in (1, -2, 64):
        with pytest.raises(IndexError):
            EntryList([Prompt("x")])[index]

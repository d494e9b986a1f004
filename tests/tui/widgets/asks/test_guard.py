"""Which keys may answer a panel."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pygent_tui.widgets.asks.guard import KeyGuard


def test_no_key_counts_before_the_panel_is_drawn() -> None:
    assert not KeyGuard(0.3).admits(99.0)


def test_a_key_that_arrived_before_the_drawing_does_not_count_though_it_is_seen_later() -> None:
    guard = KeyGuard(0.0)
    guard.drawn(10.0)
    assert not guard.admits(9.999)


def test_a_key_after_the_silence_counts_and_so_does_every_later_one() -> None:
    guard = KeyGuard(0.3)
    guard.drawn(10.0)
    assert [guard.admits(at) for at in (10.2, 10.4, 10.8, 10.81)] == [False, False, True, True]


def test_a_key_that_must_stand_alone_counts_only_after_a_silence_of_its_own() -> None:
    guard = KeyGuard(0.3)
    guard.drawn(10.0)
    assert [guard.admits(at, alone=True) for at in (10.4, 10.5, 10.9, 11.0, 11.4)] == [True, False, True, False, True]


@given(st.lists(st.floats(0.0, 0.29), max_size=50))
def test_keys_without_a_silence_between_them_never_count(gaps: list[float]) -> None:
    guard, at = KeyGuard(0.3), 10.0
    guard.drawn(at)
    for gap in gaps:
        at += gap
        assert not guard.admits(at)

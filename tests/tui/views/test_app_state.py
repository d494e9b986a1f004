"""The whole state of the screen: the same however the envelopes were batched."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pygent_engine.events import Envelope, Event, ReasoningDelta, ReplyCompleted, RetryScheduled, TextDelta, TurnStarted
from pygent_engine.values import Message
from pygent_tui.views.app_state import AppState, fold

EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(TextDelta, st.text("ab\n", max_size=3)),
    st.builds(ReasoningDelta, st.text("ab", max_size=3)),
    st.just(TurnStarted("go")),
    st.just(RetryScheduled(1.0, "busy", 1)),
    st.just(ReplyCompleted(Message("assistant", "done", finish_reason="stop"), None)),
)


@given(st.lists(st.tuples(st.sampled_from(["main", "task-1"]), EVENTS), max_size=30), st.integers(1, 8))
def test_the_state_is_the_same_in_any_batches(told: list[tuple[str, Event]], size: int) -> None:
    envelopes = [Envelope(number, float(number), task, event) for number, (task, event) in enumerate(told, 1)]
    at_once = fold(AppState(), envelopes)
    batched = AppState()
    for start in range(0, len(envelopes), size):
        batched = fold(batched, envelopes[start : start + size])
    assert at_once == batched

"""A conversation of 10,000 messages opened at once: folded from its envelopes and drawn for the first time, then searched.

Without a terminal and without an app around it: what is measured is what stands between the envelopes and the lines.
"""

from __future__ import annotations

import asyncio
import time
import tracemalloc
from dataclasses import dataclass

from textual.app import App, ComposeResult

from pygent_engine.events import Envelope, ReplyCompleted, TurnEnded, TurnStarted
from pygent_engine.values import Message, Usage
from pygent_tui.views import app_state
from pygent_tui.views.app_state import AppState
from pygent_tui.widgets.conversation.conversation import Conversation

from .figures import Figure, seconds

_TURNS = 5_000
_TEXT = "# Title\n\nwords **bold** words\n\n```py\nx = 1\n```\n\n" + "more words here and there. " * 34
_WORDS = ("w", "wo", "wor", "word", "words", "there. more", "nothing of the kind")


@dataclass(frozen=True, slots=True)
class _Opened:
    """Seconds of each part, and megabytes that the state and the pane hold beyond the envelopes."""

    fold: float
    draw: float
    search: float
    held_mb: float


class _Bare(App[None]):
    """Nothing but the pane."""

    def __init__(self, pane: Conversation) -> None:
        super().__init__()
        self._pane = pane

    def compose(self) -> ComposeResult:
        yield self._pane


def figures() -> list[Figure]:
    """Folding and the first draw together, a key of a search, and what is held, beside a plain pass over the envelopes."""
    envelopes = _envelopes()
    floor = seconds(lambda: [envelope.event for envelope in envelopes])
    opened = asyncio.run(_open(envelopes))
    held = sum(len(_TEXT) for _ in range(_TURNS)) / 1e6
    return [
        Figure("opening 10,000 messages", opened.fold + opened.draw, "s", "half a second", 0.5, 1.0, 0.5),
        Figure("folding them alone", opened.fold, "s", "a pass over them", max(floor, 1e-4), 2_000.0),
        Figure("a key of a search in them", opened.search * 1000, "ms", "a frame at 20 Hz", 50.0, 1.0, 50.0),
        Figure("memory that they take", opened.held_mb, "MB", "their text", held, 6.0),
    ]


def _envelopes() -> list[Envelope]:
    events = (
        event
        for number in range(_TURNS)
        for event in (
            TurnStarted(f"prompt {number}"),
            ReplyCompleted(Message("assistant", f"{number} {_TEXT}", finish_reason="stop"), None),
            TurnEnded("finished", 1, Usage()),
        )
    )
    return [Envelope(number, float(number), "main", event) for number, event in enumerate(events, 1)]


async def _open(envelopes: list[Envelope]) -> _Opened:
    pane = Conversation()
    async with _Bare(pane).run_test(size=(120, 40)) as pilot:
        await _draw(pane, AppState())
        state = AppState()

        def fold() -> None:
            nonlocal state
            state = app_state.fold(AppState(), envelopes)

        folded = seconds(fold)
        began = time.perf_counter()
        await _draw(pane, state)
        drawn = time.perf_counter() - began
        pane.find(_WORDS[0])  # the first letter reads the conversation once
        searched = max(seconds(lambda word=word: pane.find(word)) for word in _WORDS)  # type: ignore[misc]
        await pilot.pause()
    return _Opened(folded, drawn, searched, await _held(envelopes))


async def _draw(pane: Conversation, state: AppState) -> None:
    pane.show(state.transcript)
    pane.flush()
    for row in range(pane.size.height):
        pane.render_line(row)


async def _held(envelopes: list[Envelope]) -> float:
    pane = Conversation()
    async with _Bare(pane).run_test(size=(120, 40)):
        tracemalloc.start()
        await _draw(pane, app_state.fold(AppState(), envelopes))
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return held / 1e6


def main() -> None:
    from .figures import table  # noqa: PLC0415 - only for one who runs this piece alone

    print(table(figures()))


if __name__ == "__main__":
    main()

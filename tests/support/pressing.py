"""Keys that arrive at a time of the test's choosing, for panels that count the silence before a key."""

from __future__ import annotations

from textual import events
from textual.widget import Widget

from pygent_tui.widgets.asks.ask_panel import AskPanel

from .stage import Stage

QUIET_S = 0.3


def key_at(key: str, at: float) -> events.Key:
    """A key press that arrived at `at`."""
    event = events.Key(key, key if len(key) == 1 else None)
    event.time = at
    return event


async def press_at(stage: Stage, target: Widget, *presses: tuple[str, float]) -> None:
    for key, at in presses:
        target.post_message(key_at(key, at))
    await stage.pilot.pause()


async def press_at_once(stage: Stage, *keys: str) -> None:
    """Keys that come in one batch, as over a slow line or beside a busy core."""
    for key in keys:
        stage.app.post_message(events.Key(key, key if len(key) == 1 else None))
    await stage.pilot.pause()


def panel(stage: Stage) -> AskPanel:
    return stage.bench.query_one(AskPanel)


async def drawn(stage: Stage) -> float:
    """When the panel could first be read."""
    await stage.until(lambda: panel(stage).guard.drawn_at is not None)
    at = panel(stage).guard.drawn_at
    assert at is not None
    return at

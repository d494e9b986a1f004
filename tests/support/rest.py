"""Waits until an app in a test has done what it was asked. Textual's own wait judges by the processor time that the process
got, and so takes one that gets none for idle; this one looks at what waits in the app's queues. Knows nothing of Pygent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

from textual._queue import Queue
from textual.app import App
from textual.message import Message
from textual.message_pump import MessagePump
from textual.pilot import Pilot

_DEADLINE_S = 60.0
_LOOK_S = 0.001


class RestingPilot(Pilot[None]):
    """A pilot after each of whose acts nothing is left to do of it."""

    async def press(self, *keys: str) -> None:
        for key in keys:
            await super().press(key)
            await rest(self.app)

    async def pause(self, delay: float | None = None) -> None:
        await super().pause(delay)
        await rest(self.app)


class RestingApp(App[None]):
    """An app that such a pilot tests."""

    @asynccontextmanager
    async def run_test(self, **options: Any) -> AsyncIterator[Pilot[None]]:
        async with super().run_test(**options):
            yield RestingPilot(self)


async def rest(app: App[Any]) -> None:
    """Wait until no widget has a message left to handle; what threads may still bring is not waited for."""
    end = monotonic() + _DEADLINE_S
    while app.is_running and (busy := [pump for pump in (app, *app._registry) if _is_busy(pump)] or _is_to_be_laid_out(app)):
        assert monotonic() < end, f"still at work: {busy}"
        await asyncio.sleep(_LOOK_S)


def _is_busy(pump: MessagePump) -> bool:
    queue: Queue[Message | None] = pump._message_queue
    waits = queue.empty() and bool(queue.ready_event._waiters)  # for its next message
    return pump.is_running and (not waits or bool(pump._next_callbacks))


def _is_to_be_laid_out(app: App[Any]) -> bool:
    resized = app._resize_timer is not None  # its screen hears of it a little later
    return resized or bool(app.screen_stack and (app.screen._layout_required or app.screen._callbacks))

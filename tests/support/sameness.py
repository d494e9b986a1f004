"""Whether two streams of one session show the same: their folds, apart from how text happens to be cut into pieces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pygent_engine.events import Envelope
from pygent_tui.views import app_state
from pygent_tui.views.app_state import AppState
from pygent_tui.views.output import Buffer, Chunk


def shown(envelopes: Iterable[Envelope]) -> AppState:
    """What the app shows after these envelopes, in a form that can be compared."""
    state = app_state.fold(AppState(), envelopes)
    buffers = tuple(map(_whole, state.output.buffers))
    return replace(state, seen=0, output=replace(state.output, buffers=buffers))


def _whole(buffer: Buffer) -> Buffer:
    said = "".join(chunk.text for chunk in buffer.chunks)
    return replace(buffer, chunks=(Chunk(said, buffer.lines),) if said else ())

"""The lanes of one running container: which of them runs the next command, which still serves what an earlier one left.

The lane at PID 1 is the first, and the lifeline: it is closed only with the container. A lane whose output is still held by
something that a command left is retired, for what comes there later belongs to no command: it is read away until it is free.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from ...values import ExecResult
from ..backend import Command, Watch
from ..engine.connection import Connection
from ..output.capture import Capture
from .attached import LANE_KILLED, Lane, LaneEnded, Running

_SWEEP_S = 1.0  # of silence
_LONGEST_SWEEP_S = 5.0
_DRAIN_END_S = 1.0


class Lanes:
    """Runs commands in one container, one at a time. `open_lane` executes a further lane in it.

    `usable` is false once a command outlived its end: nobody knows then what is left in the container.
    """

    def __init__(self, attached: Connection, open_lane: Callable[[], Connection]) -> None:
        self._token = secrets.token_hex(16)
        self._open_lane = open_lane
        self._first = Lane(attached, self._token)
        self._lane: Lane | None = self._first  # for the next command; None: whichever is free
        self._drains: dict[Lane, threading.Thread] = {}
        self._bare = False  # the image has no setsid: every command gets a lane of its own, which is a session
        self._checked = False  # whether that is known
        self.usable = True
        self._first.introduce()

    def is_open(self) -> bool:
        """Whether the container is there, as far as can be seen from here."""
        return self._is_drained(self._first) or self._first.is_open()

    def run(self, command: Command, marker: str, watch: Watch, capture: Capture | None = None) -> ExecResult:
        """Run to the end, the deadline or the cancellation. Raises LaneEnded when the container is gone, and
        RuntimeUnavailable when it takes no more commands."""
        running = Running(capture or Capture(command.on_output, spool=command.spool))
        lane = self._ready()
        verdict = None
        try:
            verdict = lane.run(command.text, marker, running, watch, session=not self._bare, checked=self._checked)
            self._checked = True
            if verdict is not None:
                self._end(lane, running, marker)
        except LaneEnded:
            self._lost(lane, running)
        except BaseException:
            running.mute()
            with suppress(LaneEnded):
                self._end(lane, running, marker)
            raise
        finally:
            self._put_away(lane, running)
        if running.bare:
            self._bare = True
            return self.run(command, marker, watch, capture)
        if running.died:
            self._clear(running, marker)
        result = watch.result(verdict, running.code, *running.capture.finish())
        return replace(result, out_of_memory=True) if running.out_of_memory else result

    def shut(self) -> None:
        """End the container's stdin, and with it the container; a `run` on another thread finds it gone."""
        self._first.shut()
        if (lane := self._lane) is not None:
            lane.shut()

    def close(self) -> None:
        """`shut`, and let go of all connections."""
        self.shut()
        for lane in self._drains:
            lane.shut()
        for drain in self._drains.values():
            drain.join(_DRAIN_END_S)
        self._first.close()
        if self._lane is not None:
            self._lane.close()

    def _ready(self) -> Lane:
        if self._bare:
            self._first.note()
            return self._fresh()
        lane = self._lane
        if lane is not None and lane is not self._first and not lane.is_open():
            lane.close()  # it was killed since
            lane = None
        if lane is None:
            self._lane = None
            self._lane = lane = self._fresh() if self._is_drained(self._first) else self._first
        return lane

    def _fresh(self) -> Lane:
        return Lane(self._open_lane(), self._token)

    def _end(self, lane: Lane, running: Running, marker: str) -> None:
        """Kill the command; a lane cannot do it whose own session it is."""
        self.usable = False
        self.usable = (self._first if self._bare else lane).sweep(running, marker, _SWEEP_S, _LONGEST_SWEEP_S)
        running.held = False

    def _lost(self, lane: Lane, running: Running) -> None:
        """A lane ended. Only where it is not the container's own can there be another."""
        if lane is self._first:
            raise LaneEnded
        running.died = True
        lane.shut()

    def _clear(self, running: Running, marker: str) -> None:
        """The lane was killed while the command ran (`kill -9 -1`): kill what is left of the command, which counts as killed.
        What took its marker off is not found."""
        self.usable = False
        self.usable = (self._first if self._bare else self._ready()).sweep(running, marker, _SWEEP_S, _LONGEST_SWEEP_S)
        if running.code is None:
            running.code = LANE_KILLED

    def _put_away(self, lane: Lane, running: Running) -> None:
        """Keep the lane for the next command, unless something still holds it, or it is the lane of this command alone."""
        if running.held and not running.died:
            self._lane = self._first if self._bare else None
            self._drains = {known: drain for known, drain in self._drains.items() if drain.is_alive()}
            self._drains[lane] = threading.Thread(target=self._drain, args=(lane,), name="pygent-drain", daemon=True)
            self._drains[lane].start()
        elif self._bare:
            lane.close()

    def _drain(self, lane: Lane) -> None:
        with suppress(LaneEnded):
            lane.drain()
        if lane is not self._first:
            lane.close()

    def _is_drained(self, lane: Lane) -> bool:
        drain = self._drains.get(lane)
        return drain is not None and drain.is_alive()

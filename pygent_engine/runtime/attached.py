"""Speaks the lane's protocol over a connection to PID 1: one command at a time, watched, ended, told from its neighbours."""

from __future__ import annotations

import time

from ..errors import RuntimeLost
from ..values import ExecResult
from .backend import COALESCE_S, POLL_S, Command, Watch
from .capture import Capture
from .connection import Connection
from .lane import Frame, FrameReader, Output, StreamReader, kill_script, run_script

_KILL_WAIT_S = 1.5
_SEND_WAIT_S = 5.0
_LANE_KILLED = 137


class AttachedLane:
    """The host's end of a container's lane. Not for two threads at once, but `shut` may come from any."""

    def __init__(self, connection: Connection, token: str) -> None:
        self._connection = connection
        self._token = token
        self._stream = StreamReader()
        self._frames = FrameReader(token)
        self.usable = True
        self._send(f"{token}\n".encode())

    def run(self, command: Command, marker: str, watch: Watch) -> ExecResult:
        """Run to the end, the deadline or the cancellation. `usable` is false afterwards when the command outlived its
        end. Raises RuntimeLost when the connection ends."""
        running = _Running(Capture(command.on_output, spool=command.spool))
        self._send(run_script(command.text, marker, self._token))
        try:
            while running.code is None and (verdict := watch.verdict()) is None:
                self._receive(running, watch.pause())
        except RuntimeLost:
            raise
        except BaseException:
            self._end(_Running(Capture(), running.group), marker)
            raise
        if running.code is None:
            self._end(running, marker)
        else:
            verdict = None
        return watch.result(verdict, running.code, *running.capture.finish())

    def shut(self) -> None:
        """End the container's stdin, and with it the container; a `run` on another thread raises RuntimeLost."""
        self.usable = False
        self._connection.shut()

    def _end(self, running: _Running, marker: str) -> None:
        deadline = time.monotonic() + _KILL_WAIT_S
        self._send(kill_script(running.group, marker))
        while running.code is None and time.monotonic() < deadline:
            self._receive(running, POLL_S)
        self.usable = self.usable and running.code is not None

    def _send(self, data: bytes) -> None:
        try:
            self._connection.send(data, _SEND_WAIT_S)
        except OSError as error:
            raise _lost() from error

    def _receive(self, running: _Running, seconds: float) -> None:
        try:
            data = self._connection.receive(seconds)
        except OSError as error:
            raise _lost() from error
        if data is None:
            return
        if not data:
            raise _lost()
        running.take(self._frames.feed(self._stream.feed(data)))


def _lost() -> RuntimeLost:
    return RuntimeLost("The container is gone (it was killed, removed, or ran out of memory); the workspace is still there.")


class _Running:
    """What is known of the command that runs: nothing before its "begun" is its own output."""

    def __init__(self, capture: Capture, group: int | None = None) -> None:
        self.capture = capture
        self.group = group
        self.code: int | None = None
        self._begun = group is not None
        self._last_output = 0.0

    def take(self, items: list[Output | Frame]) -> None:
        wrote = False
        for item in items:
            match item:
                case Output(data):
                    wrote = wrote or self._output(data)
                case Frame("begun", _):
                    self._begun = True
                case Frame("group", number):
                    self.group = number
                case Frame("ended", number) if self._begun:
                    self.code = number
                case Frame("died", _) if self._begun:
                    self.code = _LANE_KILLED
                case _:
                    pass  # the end of a command that was given up
        if wrote and self.code is None:
            self._coalesce()

    def _output(self, data: bytes) -> bool:
        if self._begun and self.code is None:
            self.capture.feed(data)
        return self._begun

    def _coalesce(self) -> None:
        """Let the next chunk grow when chunks come fast."""
        since = time.monotonic() - self._last_output
        if since < COALESCE_S:
            time.sleep(COALESCE_S - since)
        self._last_output = time.monotonic()

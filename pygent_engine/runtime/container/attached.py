"""Speaks the lane's protocol over a connection: the host's end of one lane, and what is known of the command in it."""

from __future__ import annotations

import time
from itertools import count

from ..backend import COALESCE_S, POLL_S, Verdict, Watch
from ..engine.connection import Connection
from ..output.capture import Capture
from .lane import Frame, FrameReader, Output, StreamReader, check_script, kill_script, look_script, note_script, run_script

_SEND_WAIT_S = 1.0
_FIRST_LOOK_S = 0.1
_LONGEST_LOOK_S = 5.0
_WAITER_S = 2.0
_FLOOD_PAUSE_S = 0.02
LANE_KILLED = 137

Items = list[Output | Frame]


class LaneEnded(Exception):
    """The connection of a lane is over: the lane was killed, or its container is gone."""


class Running:
    """What is known of the command that runs: nothing before its "begun" is its own output."""

    def __init__(self, capture: Capture) -> None:
        self.capture = capture
        self.group: int | None = None
        self.code: int | None = None
        self.died = False  # who waits for the command was killed, alone or with the lane
        self.in_doubt = False  # a lane died before the command began: the next one runs it, unless that one had read it
        self.look = 0  # what a look says to be about this command
        self.bare = False  # nothing was run: the image has no setsid
        self.held = False  # something that it left may still write to the lane
        self.out_of_memory = False
        self._begun = False
        self._last_output = 0.0

    @property
    def over(self) -> bool:
        return self.code is not None or self.died or self.bare

    def take(self, items: Items) -> None:
        wrote = False
        for item in items:
            match item:
                case Output(data) if self._begun and self.code is None:
                    self.capture.feed(data)
                    wrote = True
                case Frame():
                    self._note(item)
                case _:
                    pass  # what an earlier command left behind wrote it
        if wrote and not self.over:
            self._coalesce()

    def mute(self) -> None:
        """Nobody wants the output any more."""
        self.capture = Capture()

    def _note(self, frame: Frame) -> None:
        match frame:
            case Frame("begun", _):
                self._begun = True
            case Frame("group", number):
                self.group = number
            case Frame("memory", _):
                self.out_of_memory = True
            case Frame("held", _):
                self.held = True
            case Frame("ended", number):
                self.code = number
            case Frame("alone", number):
                self.died = self.died or (number == self.look and self.code is None)
            case Frame("died", _):
                self.died, self.in_doubt = self._begun, not self._begun
            case Frame("bare", _):
                self.bare = True
            case _:
                pass

    def _coalesce(self) -> None:
        """Let the next chunk grow when chunks come fast."""
        since = time.monotonic() - self._last_output
        if since < COALESCE_S:
            time.sleep(COALESCE_S - since)
        self._last_output = time.monotonic()


class Lane:
    """The host's end of one lane. Not for two threads at once, but `shut` may come from any. All raise LaneEnded when the
    connection is over."""

    def __init__(self, connection: Connection, token: str) -> None:
        self._connection = connection
        self._token = token
        self._stream = StreamReader()
        self._frames = FrameReader(token)
        self._looks = count(1)

    def introduce(self) -> None:
        """Tell the keeper, which has the lane at PID 1, what its frames carry."""
        self._send(f"{self._token}\n".encode())

    def is_open(self) -> bool:
        """Whether the lane is there, as far as can be seen; what came by itself since the last command is forgotten."""
        try:
            while self._receive(0):
                pass
        except LaneEnded:
            return False
        return True

    def run(self, text: str, marker: str, running: Running, watch: Watch, *, session: bool = True, checked: bool = False) -> Verdict | None:
        """Run a command to its end (None), or until it must go; see `run_script` for what is `checked`."""
        self._send(run_script(text, marker, self._token, session=session, checked=checked))
        running.look = next(self._looks)
        due = time.monotonic() + _WAITER_S
        while not running.over:
            if verdict := watch.verdict():
                return verdict
            if running.in_doubt or time.monotonic() > due:
                self._send(look_script(running.look, self._token))
                running.in_doubt, due = False, time.monotonic() + _WAITER_S
            running.take(self._receive(watch.pause()))
        return None

    def note(self) -> None:
        """Note what runs, for a sweep after a command on another lane."""
        self._send(note_script())

    def sweep(self, running: Running, marker: str, silence: float, longest: float) -> bool:
        """Kill the command and all that belongs to it; whether that is done, within `silence` after the last of its output, and
        `longest` in all: what it had written comes before the answer, and takes its time on a slow way. Who waits for the command
        in the container is killed with it, so nothing of it comes after this."""
        began = heard = time.monotonic()
        self._send(kill_script(running.group, marker, self._token))
        while time.monotonic() < min(heard + silence, began + longest):
            items = self._receive(POLL_S)
            running.take(items)
            if any(isinstance(item, Output) for item in items):
                heard = time.monotonic()
            answers = [item.number for item in items if isinstance(item, Frame) and item.word == "swept"]
            if 0 in answers:
                return True
            if answers:
                self._send(kill_script(running.group, marker, self._token))
        return False

    def drain(self) -> None:
        """Read away what comes, until nothing that could write is left. Looks less and less often."""
        pause = _FIRST_LOOK_S
        while self._answer_of_check(pause) != "free":
            pause = min(2 * pause, _LONGEST_LOOK_S)

    def shut(self) -> None:
        """End the lane; who waits for it on another thread finds it ended."""
        self._connection.shut()

    def close(self) -> None:
        self._connection.close()

    def _answer_of_check(self, seconds: float) -> str:
        """Read for `seconds`, then ask whether something still holds the lane; "" when the answer is late."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if self._receive(left):
                time.sleep(_FLOOD_PAUSE_S)
        self._send(check_script(self._token))
        answers: list[str] = []
        deadline = time.monotonic() + _LONGEST_LOOK_S
        while not answers and (left := deadline - time.monotonic()) > 0:
            answers = [item.word for item in self._receive(left) if isinstance(item, Frame) and item.word in ("free", "held")]
        return answers[-1] if answers else ""

    def _send(self, data: bytes) -> None:
        try:
            self._connection.send(data, _SEND_WAIT_S)
        except OSError as error:
            raise LaneEnded from error

    def _receive(self, seconds: float) -> Items:
        try:
            data = self._connection.receive(seconds)
        except OSError as error:
            raise LaneEnded from error
        if data is None:
            return []
        if not data:
            raise LaneEnded
        return self._frames.feed(self._stream.feed(data))

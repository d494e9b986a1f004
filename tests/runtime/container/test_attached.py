"""The laws of the host's end of a lane: a frame that comes late is not taken for one of the command that runs."""

from __future__ import annotations

import re
import threading
import time

from pygent_engine.runtime.backend import Command, Watch
from pygent_engine.runtime.container.attached import Lane, Running
from pygent_engine.runtime.output.capture import Capture

TOKEN = "0123456789abcdef"


class Script:
    """A container's end of a connection: what it says first, and what it answers to a look."""

    def __init__(self, frames: list[str], answer: str) -> None:
        self._frames = frames
        self._answer = answer

    def receive(self, seconds: float) -> bytes | None:
        if not self._frames:
            return None
        content = f"\x1e{TOKEN} {self._frames.pop(0)}\n".encode()
        return b"\1\0\0\0" + len(content).to_bytes(4, "big") + content

    def send(self, data: bytes, seconds: float) -> None:
        if look := re.search(rb" alone (\d+) ", data):
            self._frames += [self._answer.replace("LOOK", look[1].decode())] * bool(self._answer)

    def shut(self) -> None: ...

    def close(self) -> None: ...


def run(frames: list[str], answer: str = "") -> tuple[int | None, bool]:
    running = Running(Capture())
    assert Lane(Script(frames, answer), TOKEN).run("true", "m.1.", running, Watch(Command("true", 10), threading.Event())) is None
    return running.code, running.died


def test_a_lane_that_died_before_the_command_is_not_the_commands_end() -> None:
    assert run(["died 137", "begun 7", "group 8", "ended 0"]) == (0, False)


def test_a_command_that_died_with_its_lane_before_it_began_is_noticed() -> None:
    assert run(["died 137"], "alone LOOK") == (None, True)


def test_a_lane_that_dies_under_the_command_ends_it() -> None:
    assert run(["begun 7", "group 8", "died 137"]) == (None, True)


def test_the_late_answer_to_an_earlier_look_is_not_about_this_command() -> None:
    assert run(["alone 999", "begun 7", "group 8", "alone 999", "ended 3"]) == (3, False)


# ---------------------------------------------------------------- the end of a command


class Backlog:
    """A container's end of a connection with much on its way: `parts` of output come, one at a time, and then `frames`."""

    def __init__(self, parts: int, frames: list[str]) -> None:
        self.sent = 0
        self._coming = [b"x\n"] * parts + [f"\x1e{TOKEN} {frame}\n".encode() for frame in frames]

    def receive(self, seconds: float) -> bytes | None:
        time.sleep(PART_S)
        if not self._coming:
            return None
        content = self._coming.pop(0)
        return b"\1\0\0\0" + len(content).to_bytes(4, "big") + content

    def send(self, data: bytes, seconds: float) -> None:
        self.sent += 1

    def shut(self) -> None: ...

    def close(self) -> None: ...


PART_S = 0.01


def swept(backlog: Backlog, silence: float, longest: float) -> bool:
    return Lane(backlog, TOKEN).sweep(Running(Capture()), "m.1.", silence, longest)


def test_the_answer_to_an_end_may_come_after_much_output() -> None:
    assert swept(Backlog(30, ["swept 0"]), 10 * PART_S, 60)


def test_who_answers_nothing_to_an_end_and_writes_no_more_is_given_up() -> None:
    assert not swept(Backlog(3, []), 3 * PART_S, 60)


def test_who_answers_nothing_to_an_end_and_writes_for_ever_is_given_up() -> None:
    assert not swept(Backlog(10_000, []), 60, 10 * PART_S)


def test_an_end_is_told_again_while_something_is_left() -> None:
    backlog = Backlog(0, ["swept 1", "swept 1", "swept 0"])
    assert (swept(backlog, 60, 60), backlog.sent) == (True, 3)

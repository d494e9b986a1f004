"""The laws of the network of one command where the engine is slow, silent or refuses: cut off for certain, or the container ends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import cast

import pytest

from pygent_engine.errors import RuntimeUnavailable
from pygent_engine.runtime.container.grant import granted
from pygent_engine.runtime.engine.engine import Engine

from ..waiting import PATIENCE


class Switchboard:
    """What a grant needs of an engine."""

    def __init__(self, connect: Callable[[], None], cut_off: Callable[[], None]) -> None:
        self._connect = connect
        self._cut_off = cut_off
        self.did: list[str] = []

    def connect(self, container: str) -> None:
        self._connect()
        self.did.append(f"connect {container}")

    def cut_off(self, container: str) -> None:
        self._cut_off()
        self.did.append(f"cut off {container}")

    def lose(self) -> None:
        self.did.append("lose")


@pytest.fixture
def silence() -> Iterator[Callable[[], None]]:
    """An engine that does not answer until the test is over."""
    over = threading.Event()
    yield lambda: (over.wait(PATIENCE), None)[1]
    over.set()


def answer() -> None:
    """An engine that does what it is asked."""


def refuse() -> None:
    raise RuntimeUnavailable("No.")


def grant(board: Switchboard, cancel: bool = False, body: Callable[[], None] = answer) -> bool:
    with granted(cast(Engine, board), "c", lambda: cancel, board.lose, 0.1) as connected:
        if connected:
            body()
        return connected


def test_a_command_is_connected_and_cut_off() -> None:
    board = Switchboard(answer, answer)
    assert (grant(board), board.did) == (True, ["connect c", "cut off c"])


def test_what_the_command_raises_leaves_it_cut_off() -> None:
    board = Switchboard(answer, answer)
    with pytest.raises(RuntimeUnavailable):
        grant(board, body=refuse)
    assert board.did == ["connect c", "cut off c"]


def test_a_cancel_while_the_engine_connects_ends_the_container(silence: Callable[[], None]) -> None:
    board = Switchboard(silence, answer)
    assert (grant(board, cancel=True), board.did) == (False, ["lose"])


def test_a_refused_connection_is_an_error_and_the_container_stays() -> None:
    board = Switchboard(refuse, answer)
    with pytest.raises(RuntimeUnavailable):
        grant(board)
    assert board.did == ["cut off c"]


def test_a_container_that_the_engine_will_not_cut_off_ends() -> None:
    board = Switchboard(answer, refuse)
    assert (grant(board), board.did) == (True, ["connect c", "lose"])


def test_a_container_that_the_engine_does_not_cut_off_in_time_ends(silence: Callable[[], None]) -> None:
    board = Switchboard(answer, silence)
    assert (grant(board), board.did) == (True, ["connect c", "lose"])

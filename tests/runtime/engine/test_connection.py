"""The laws of a connection to a container, over sockets: bounded waits, all or an error, and an end that others can make."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from pygent_engine.runtime.engine.connection import SocketConnection

PATIENCE = 10.0


@pytest.fixture
def ends() -> Iterator[tuple[SocketConnection, socket.socket]]:
    near, far = socket.socketpair()
    connection = SocketConnection(near)
    with far:
        far.settimeout(PATIENCE)
        yield connection, far
        connection.close()


Ends = tuple[SocketConnection, socket.socket]


def test_a_receive_waits_no_longer_than_it_may(ends: Ends) -> None:
    started = time.monotonic()
    assert ends[0].receive(0.1) is None
    assert 0.1 <= time.monotonic() - started < PATIENCE
    assert ends[0].receive(0) is None


def test_what_comes_is_received_and_its_end_is_empty(ends: Ends) -> None:
    connection, far = ends
    far.sendall(b"one")
    assert connection.receive(PATIENCE) == b"one"
    far.shutdown(socket.SHUT_WR)
    assert connection.receive(PATIENCE) == b""
    assert connection.receive(PATIENCE) == b""


def test_what_was_read_ahead_comes_first() -> None:
    near, far = socket.socketpair()
    with far:
        connection = SocketConnection(near, b"ahead")
        far.sendall(b"after")
        assert (connection.receive(PATIENCE), connection.receive(PATIENCE)) == (b"ahead", b"after")
        connection.close()


def test_a_send_that_is_not_taken_ends_at_its_deadline(ends: Ends) -> None:
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        ends[0].send(bytes(64 << 20), 0.2)
    assert 0.2 <= time.monotonic() - started < PATIENCE


def test_all_is_sent_however_much_it_is(ends: Ends) -> None:
    connection, far = ends
    data = bytes(range(256)) * 20_000
    sender = threading.Thread(target=connection.send, args=(data, PATIENCE))
    sender.start()
    received = bytearray()
    while len(received) < len(data):
        received += far.recv(1 << 16)
    sender.join(PATIENCE)
    assert received == data


def test_shutting_ends_a_receive_on_another_thread_and_may_be_repeated(ends: Ends) -> None:
    received: list[bytes | None] = []
    waiting = threading.Thread(target=lambda: received.append(ends[0].receive(PATIENCE)))
    waiting.start()
    ends[0].shut()
    ends[0].shut()
    waiting.join(PATIENCE)
    assert received == [b""]
    with pytest.raises(OSError):
        ends[0].send(b"late", PATIENCE)


def test_a_broken_connection_is_an_error_or_an_end(ends: Ends) -> None:
    connection, far = ends
    connection.send(b"unread", PATIENCE)
    far.close()
    with pytest.raises(OSError):
        for _ in range(2):
            connection.send(b"x", PATIENCE)

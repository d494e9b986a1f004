"""Serves one session to other processes of the same user: a socket, a thread that accepts, and the clients."""

from __future__ import annotations

import logging
import os
import selectors
import socket
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ..events import Op
from ..private import make_private
from ..settings import runtime_folder
from ..subscription import Subscription
from .client import Client
from .hello import farewell
from .places import Place, address, places

_MOST_CLIENTS = 32
_PATIENCE_S = 1.0  # for clients to take the last envelopes, once the session has ended
_NO_ROOM_S = 0.5


class Servable(Protocol):
    """A session that can be served. Its `send` must not block."""

    @property
    def id(self) -> str: ...

    def subscribe(self) -> Subscription: ...

    def send(self, op: Op) -> None: ...

    def when_closed(self, ending: Callable[[], None]) -> None: ...


class Served:
    """A session on offer at `path` until it ends, or `close`."""

    def __init__(self, session: Servable, folder: Path) -> None:
        self._session = session
        self._owner = os.getpid()
        self._place = Place(folder, session.id)
        self._guard = threading.Lock()  # of _clients and _closed
        self._clients: tuple[Client, ...] = ()
        self._closed = False
        self._stopped = threading.Event()
        self._count = 0
        self._listener = _listen(self._place)
        self._waker, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._accept, name="pygent-control", daemon=True)
        self._thread.start()
        _leave_to_the_parent_in_a_fork(self)
        session.when_closed(self.close)

    @property
    def path(self) -> Path:
        """Where clients connect."""
        return self._place.socket

    def close(self) -> None:
        """Take no more clients, let those that are there read to the end of what came, and part from them; 2 seconds at most."""
        if self._owner != os.getpid():
            return  # a fork's end: what it inherited is still its parent's
        with self._guard:
            first, self._closed = not self._closed, True
            clients = self._clients
        if not first:
            return
        self._place.clear()
        self._stopped.set()
        self._waker.send(b"\0")
        self._thread.join(_PATIENCE_S)
        self._close_sockets()
        deadline = time.monotonic() + _PATIENCE_S
        for client in clients:
            client.close()
        for client in clients:
            client.wait(deadline)

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while not self._stopped.is_set():
                selector.select()
                if not self._stopped.is_set():
                    self._take_one()

    def _take_one(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:  # the client is gone again, or there is no descriptor left
            self._stopped.wait(_NO_ROOM_S)
            return
        with self._guard:
            room = not self._closed and len(self._clients) < _MOST_CLIENTS
            if room:
                self._count += 1
                client = Client(self._count, connection, self._session, self._forget)
                self._clients = (*self._clients, client)
                client.start()
        if not room:
            _turn_away(connection)

    def _forget(self, client: Client) -> None:
        with self._guard:
            self._clients = tuple(other for other in self._clients if other is not client)

    def _close_sockets(self) -> None:
        for held in (self._listener, self._waker, self._woken):
            held.close()

    def abandon(self) -> None:
        """Let go of what a fork inherited, so that clients see when its parent ends."""
        self._close_sockets()
        for client in self._clients:
            client.abandon()


def serve(session: Servable, folder: Path | None = None) -> Served:
    """Offer `session` to the other processes of this user, until it ends. Raises OSError."""
    folder = folder or runtime_folder()
    make_private(folder)
    places(folder)  # clears away what the dead left
    return Served(session, folder)


def offer(session: Servable) -> None:
    """`serve`, but not being able to is only worth a line in the log."""
    try:
        serve(session)
    except OSError as error:
        logging.getLogger("pygent").warning("the session cannot be attached to from other terminals: %s", error)


def _listen(place: Place) -> socket.socket:
    place.claim()
    listener = socket.socket(socket.AF_UNIX)
    try:
        with address(place.socket) as bound:
            listener.bind(bound)
            os.chmod(bound, 0o600)  # noqa: PTH101 - the address may be no path that outlives this block
        listener.setblocking(False)
        listener.listen()
    except OSError:
        listener.close()
        place.clear()
        raise
    return listener


def _turn_away(connection: socket.socket) -> None:
    with connection:
        connection.settimeout(_NO_ROOM_S)
        try:
            connection.sendall(farewell("there are too many front ends on this session"))
        except OSError:
            return


def _leave_to_the_parent_in_a_fork(served: Served) -> None:
    known = weakref.ref(served)

    def in_child() -> None:
        if (here := known()) is not None:
            here.abandon()

    os.register_at_fork(after_in_child=in_child)

"""Bytes both ways between this process and a container, over whatever leads to the engine.

What fails raises OSError, on every way; the end of what the other side sends reads as b"".
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import time
from typing import Any, Protocol

READ_BYTES = 1 << 20


class Connection(Protocol):
    """One attached stream. Not for two threads at once, but `shut` may come from any."""

    def receive(self, seconds: float) -> bytes | None:
        """What has come; None when nothing came for `seconds`, b"" when nothing will come any more."""
        ...

    def send(self, data: bytes, seconds: float) -> None:
        """Send all of `data`. Raises TimeoutError when that takes longer than `seconds`."""
        ...

    def shut(self) -> None:
        """End both ways at once; a `receive` that waits on another thread returns."""
        ...

    def close(self) -> None: ...


class SocketConnection:
    """A connection over a socket, plain or TLS. `owner` is closed before it; `pending` was read from the socket before."""

    def __init__(self, carrier: socket.socket, pending: bytes = b"", owner: Any = None) -> None:
        self._socket = carrier
        self._socket.setblocking(False)
        self._pending = pending
        self._owner = owner

    def receive(self, seconds: float) -> bytes | None:
        if self._pending:
            data, self._pending = self._pending, b""
            return data
        if not self._decrypted() and not self._wait(select.POLLIN, seconds):
            return None
        try:
            return self._socket.recv(READ_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None  # a part of a TLS record, or none of the data
        except ssl.SSLZeroReturnError:
            return b""  # the other side said that it is done, after this one had

    def send(self, data: bytes, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        rest = memoryview(data)
        while rest:
            waits_for = select.POLLOUT
            try:
                rest = rest[self._socket.send(rest) :]
                continue
            except ssl.SSLWantReadError:
                waits_for = select.POLLIN
            except (BlockingIOError, ssl.SSLWantWriteError):
                pass
            if not self._wait(waits_for, deadline - time.monotonic()):
                raise TimeoutError("the other side takes no more")

    def shut(self) -> None:
        with contextlib.suppress(OSError):
            # Not the TLS socket's own method: it drops the session under a thread that reads from it.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        if self._owner is not None:
            self._owner.close()
        self._socket.close()

    def _decrypted(self) -> bool:
        """Whether bytes wait inside the TLS layer, where no poll sees them."""
        return isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0

    def _wait(self, event: int, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self._socket, event)
        return bool(poll.poll(max(0.0, seconds) * 1000))


def connection_of(attached: Any) -> Connection:
    """The connection under what docker gives for an attached stream."""
    response = attached._response
    # The response owns the reader that was put over the socket, and may have read ahead: what came with its headers.
    reader = response.raw._fp.fp
    carrier = getattr(attached, "_sock", attached)
    if isinstance(carrier, socket.socket):
        carrier.setblocking(False)
        return SocketConnection(carrier, _read_ahead(reader), response)
    from .ssh import ChannelConnection  # noqa: PLC0415 - only where ssh leads to the engine

    return ChannelConnection(carrier, reader, response)


def _read_ahead(reader: Any) -> bytes:
    try:
        return bytes(reader.peek())
    except OSError:
        return b""

"""One client of a served session: its envelopes go out on one thread, its ops come in on another.

Whatever a client does ends its own connection at most.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from ..events import Envelope, Op
from ..subscription import Subscription
from ..untrusted import clean_line
from ..wire import decode_line, encode_line
from .hello import check_client_hello, described, farewell, server_hello
from .lines import Lines
from .peer import is_another_user

if TYPE_CHECKING:
    from .server import Servable

LONGEST_OP = 16 << 20  # bytes of one line: a prompt may hold a pasted file
_HELLO_S = 5.0
_FAREWELL_S = 1.0
_PIECE = 65_536


class _CutOff(Exception):
    """The client is told this sentence and let go."""


class Client:
    """Follows the session from `start` until one of the two ends it."""

    def __init__(self, number: int, connection: socket.socket, session: Servable, forget: Callable[[Client], None]) -> None:
        self._connection = connection
        self._session = session
        self._forget = forget
        self._subscription: Subscription = session.subscribe()
        self._ahead: list[Envelope] = []  # what came before the hellos were said
        self._last_word = b""
        self._greeted = threading.Event()  # or it never will be
        self._reader = threading.Thread(target=self._serve, name=f"pygent-control-{number}", daemon=True)
        self._writer = threading.Thread(target=self._write, name=f"pygent-control-{number}-out", daemon=True)

    def start(self) -> None:
        self._connection.setblocking(True)
        self._reader.start()

    def close(self) -> None:
        """Send what came so far, then part; see `wait`."""
        self._subscription.close()

    def wait(self, deadline: float) -> None:
        """Wait until it has ended, and end it when it has not by `deadline` (of time.monotonic)."""
        self._greeted.wait(max(0.0, deadline - time.monotonic()))
        if self._writer.ident is not None:
            self._writer.join(max(0.0, deadline - time.monotonic()))
        self._shut()
        self._reader.join(_FAREWELL_S)

    def abandon(self) -> None:
        """Forget the connection in a fork; its parent keeps it."""
        self._connection.close()

    # ------------------------------------------------------------ ops, on the reader's thread

    def _serve(self) -> None:
        try:
            lines = self._greet()
            self._writer.start()
            self._greeted.set()
            self._listen(lines)
        except _CutOff as reason:
            self._last_word = farewell(str(reason))
        except OSError:
            pass  # the client is gone
        finally:
            self._part()

    def _greet(self) -> Lines:
        if is_another_user(self._connection):  # the folder keeps others out already
            raise _CutOff("this session belongs to another user")
        self._ahead = self._subscription.drain(0)
        deadline = time.monotonic() + _HELLO_S
        self._connection.settimeout(_HELLO_S)
        self._connection.sendall(server_hello(described(self._ahead, os.getpid())))
        lines = Lines(self._connection, LONGEST_OP)
        try:
            said = lines.next(deadline)
            if said is None:
                raise OSError("the client only wanted to know")
            check_client_hello(said)
        except ValueError as error:
            raise _CutOff(str(error)) from error
        self._connection.settimeout(None)
        return lines

    def _listen(self, lines: Lines) -> None:
        number = 2  # the hello was the first
        try:
            while (line := lines.next()) is not None:
                self._do(decode_line(line.decode()))
                number += 1
        except ValueError as error:
            raise _CutOff(clean_line(f"line {number} is no op: {error}", 300)) from error

    def _do(self, op: Op | Envelope) -> None:
        if isinstance(op, Envelope):
            raise ValueError("it is an envelope")
        try:
            self._session.send(op)
        except Exception:
            logging.getLogger("pygent").exception("an op of another process failed")

    def _part(self) -> None:
        self._greeted.set()
        self._subscription.close()
        if self._writer.ident is not None:
            self._writer.join(_FAREWELL_S)
        elif self._last_word:
            with suppress(OSError):
                self._connection.sendall(self._last_word)
        self._shut()
        if self._writer.ident is not None:
            self._writer.join(_FAREWELL_S)
        self._connection.close()
        self._forget(self)

    def _shut(self) -> None:
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    # ------------------------------------------------------------ envelopes, on the writer's thread

    def _write(self) -> None:
        try:
            self._send_all(self._ahead)
            self._ahead = []
            while not self._last_word and (envelopes := self._subscription.drain()):
                self._send_all(envelopes)
            self._connection.sendall(self._last_word)
            self._connection.shutdown(socket.SHUT_WR)
        except OSError:
            self._subscription.close()  # the client is gone; the reader sees it too
        except ValueError:
            logging.getLogger("pygent").exception("an event cannot be sent to another process")
            self._shut()

    def _send_all(self, envelopes: list[Envelope]) -> None:
        piece = bytearray()
        for envelope in envelopes:
            if self._last_word:
                return
            piece += encode_line(envelope)
            if len(piece) >= _PIECE:
                self._connection.sendall(piece)
                piece = bytearray()
        self._connection.sendall(piece)

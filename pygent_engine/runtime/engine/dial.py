"""Opens byte streams to a Docker engine, by socket or over ssh. What fails raises OSError with a reason for a person."""

from __future__ import annotations

import socket
import ssl
from typing import Any, Protocol

from .address import Address, Tls


class Dialer(Protocol):
    """The way to one engine."""

    def dial(self) -> Any:
        """A new stream, to be used like a connected socket."""
        ...

    def close(self) -> None: ...


def dialer_to(address: Address, seconds: float) -> Dialer:
    """The way to `address`; no step of a dial takes longer than `seconds`."""
    if address.kind == "ssh":
        try:
            from .ssh import SshDialer  # noqa: PLC0415 - it needs paramiko, which is an extra
        except ImportError as error:
            raise ConnectionError("ssh needs the package paramiko; install it with: pip install 'pygent-tui[ssh]'") from error
        return SshDialer(address, seconds)
    return SocketDialer(address, seconds)


class SocketDialer:
    """Unix sockets, TCP, and TLS over it."""

    def __init__(self, address: Address, seconds: float) -> None:
        self._address = address
        self._seconds = seconds
        self._tls = None if address.tls is None else _context(address.tls)

    def dial(self) -> socket.socket:
        address = self._address
        if address.kind == "unix":
            return self._unix(address.path)
        stream = socket.create_connection((address.host, address.port), self._seconds)
        try:
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            return stream if self._tls is None else self._tls.wrap_socket(stream, server_hostname=address.host)
        except BaseException:
            stream.close()
            raise

    def close(self) -> None:
        pass

    def _unix(self, path: str) -> socket.socket:
        stream = socket.socket(socket.AF_UNIX)
        try:
            stream.settimeout(self._seconds)
            stream.connect(path)
        except BaseException:
            stream.close()
            raise
        return stream


def _context(tls: Tls) -> ssl.SSLContext:
    """Made by hand: the default context of later Pythons refuses the certificates that Docker's own manual makes."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif tls.authority is None:
        context.load_default_certs()
    else:
        context.load_verify_locations(tls.authority)
    if tls.certificate is not None:
        context.load_cert_chain(tls.certificate, tls.key, password=lambda: "")  # never asks at the terminal
    return context

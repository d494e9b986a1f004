"""Leads to an engine on a machine that one logs in to. The only module that imports paramiko; loaded when an address says ssh.

Keys come from the user's ssh folder and agent, hosts must be known; nothing is asked and nothing is accepted on the way.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

try:
    import paramiko
except ImportError as error:
    raise ConnectionError("ssh needs the package paramiko; install it with: pip install 'pygent-tui[ssh]'") from error

from .address import Address
from .connection import READ_BYTES

_BRIDGE = "docker system dial-stdio"
_PORT = 22
_LOG = "pygent.ssh"
_ALIVE_S = 30  # what stands in between forgets who says nothing
_PART_BYTES = 1 << 15  # about what one message carries
# A server turns strangers away from the eleventh on (MaxStartups); and each login is work for both sides.
_LOGGING_IN = threading.BoundedSemaphore(4)
_REFUSED = "the login was refused; put a key that is allowed there into the ssh agent or ~/.ssh"


class SshDialer:
    """One login, over which each stream is a session that runs the docker command's own bridge to the engine."""

    def __init__(self, address: Address, seconds: float) -> None:
        self._seconds = seconds
        # What paramiko has to say reaches no terminal unless the program asks for it.
        logging.getLogger(_LOG).addHandler(logging.NullHandler())
        self._client = paramiko.SSHClient()
        self._client.set_log_channel(_LOG)
        try:
            with _LOGGING_IN, _reasons():
                self._connect(address, Path.home() / ".ssh")
        except BaseException:
            self._client.close()
            raise

    def dial(self) -> paramiko.Channel:
        with _reasons():
            channel = self._transport().open_session(timeout=self._seconds)
            channel.settimeout(self._seconds)
            channel.exec_command(_BRIDGE)
            return channel

    def close(self) -> None:
        self._client.close()

    def _connect(self, address: Address, folder: Path) -> None:
        chosen = _configuration(folder / "config", address.host)
        for file in (Path("/etc/ssh/ssh_known_hosts"), folder / "known_hosts"):
            with contextlib.suppress(FileNotFoundError):
                self._client.load_system_host_keys(str(file))
        self._client.connect(
            chosen.get("hostname", address.host),
            address.port or int(chosen.get("port", _PORT)),
            address.user or chosen.get("user"),
            key_filename=chosen.get("identityfile"),
            timeout=self._seconds,
            banner_timeout=self._seconds,
            auth_timeout=self._seconds,
            channel_timeout=self._seconds,
        )
        self._transport().name = "pygent-ssh"
        self._transport().set_keepalive(_ALIVE_S)

    def _transport(self) -> paramiko.Transport:
        transport = self._client.get_transport()
        if transport is None or not transport.is_active():
            raise ConnectionError("the ssh connection is gone")
        return transport


class ChannelConnection:
    """A `Connection` over one ssh session. `reader` was put over it and may have read ahead; `owner` is closed before it."""

    def __init__(self, channel: paramiko.Channel, reader: Any = None, owner: Any = None) -> None:
        self._channel = channel
        self._pending = bytes(getattr(reader, "_rbuffer", b""))
        self._owner = owner

    def receive(self, seconds: float) -> bytes | None:
        if self._pending:
            data, self._pending = self._pending, b""
            return data
        self._channel.settimeout(max(0.0, seconds))
        try:
            with _reasons():
                return self._channel.recv(READ_BYTES)
        except TimeoutError:
            return None

    def send(self, data: bytes, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        sent = 0
        while sent < len(data):
            self._channel.settimeout(max(0.0, deadline - time.monotonic()))
            with _reasons():
                sent += self._channel.send(data[sent : sent + _PART_BYTES])

    def shut(self) -> None:
        with contextlib.suppress(OSError), _reasons():
            self._channel.shutdown(2)
            self._channel.close()

    def close(self) -> None:
        if self._owner is not None:
            self._owner.close()
        self.shut()


def _configuration(file: Path, host: str) -> dict[str, Any]:
    """What the user's ssh configuration says of `host`."""
    try:
        chosen = paramiko.SSHConfig.from_path(str(file)).lookup(host)
    except FileNotFoundError:
        return {}
    for detour in ("proxycommand", "proxyjump"):
        if chosen.get(detour, "none") != "none":
            raise ConnectionError(f"the {detour} of the ssh configuration is not followed; forward a port with ssh -L and use tcp://")
    return dict(chosen)


@contextmanager
def _reasons() -> Iterator[None]:
    """Turns what paramiko raises into an OSError that says what to do."""
    try:
        yield
    except paramiko.BadHostKeyException as error:
        raise ConnectionError("its host key is not the one that is known; find out why before you log in to it again") from error
    except paramiko.AuthenticationException as error:
        raise ConnectionError(_REFUSED) from error
    except paramiko.SSHException as error:
        if "No authentication methods" in str(error):
            raise ConnectionError(_REFUSED) from error
        if "known_hosts" in str(error):
            raise ConnectionError("its host key is not known; log in once with ssh and accept it") from error
        raise ConnectionError(str(error) or "the ssh connection failed") from error
    except EOFError as error:
        raise ConnectionError("the ssh connection is gone") from error

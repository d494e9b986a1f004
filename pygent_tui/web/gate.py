"""Who may come in: a browser on this machine, with the link that was printed. Speaks HTTP's headers; keeps no connection.

Another user of this machine can connect, and so can any page that the browser shows: the Host keeps out names that were
bent to point here (DNS rebinding), the Origin other pages, and the cookie all who never had the link. Cookies know no
ports, so ours is sent only to a path (`room`) that no other server of this machine can know.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Protocol

COOKIE = "pygent"
_BYTES = 32


class Headers(Protocol):
    """The headers of a request, in which a name may stand several times."""

    def getall(self, key: str, default: Sequence[str], /) -> Sequence[str]: ...


class Gate:
    """Of a server on `port`. `room` is the path under which everything is served, for who has the cookie."""

    def __init__(self, port: int) -> None:
        self.room = f"/{secrets.token_urlsafe(12)}/"
        self.cookie = secrets.token_urlsafe(_BYTES)
        self.hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        self._token = secrets.token_urlsafe(_BYTES)
        self._is_used = False

    @property
    def link(self) -> str:
        """What opens the door, once."""
        return f"http://{self.hosts[0]}/?token={self._token}"

    def admits(self, token: str) -> bool:
        """Whether `token` is the link's, which from now on it is no more."""
        if self._is_used or not _same(token, self._token):
            return False
        self._is_used = True
        return True

    def knows(self, headers: Headers) -> bool:
        """Whether a request comes from the browser that was admitted."""
        return any(_same(value, self.cookie) for value in _cookies(headers.getall("Cookie", ())))

    def refusal(self, headers: Headers, *, must_tell_origin: bool) -> str:
        """Why a request is refused whoever sends it, "" when it is not."""
        hosts, origins = headers.getall("Host", ()), headers.getall("Origin", ())
        if len(hosts) != 1 or hosts[0] not in self.hosts:
            return f"Only {' and '.join(self.hosts)} are served here; a tunnel needs the same port at both ends."
        if (origins or must_tell_origin) and list(origins) != [f"http://{hosts[0]}"]:
            return "Another page asked for this, or one that does not say which it is."
        return ""


def _cookies(lines: Sequence[str]) -> list[str]:
    """All of our name: another server of this machine may have set one as well, which must not hide ours."""
    pairs = (part.strip().partition("=") for line in lines for part in line.split(";"))
    return [value for name, _, value in pairs if name == COOKIE]


def _same(given: str, secret: str) -> bool:
    return secrets.compare_digest(given.encode(errors="replace"), secret.encode())

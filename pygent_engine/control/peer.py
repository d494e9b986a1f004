"""Who is at the other end of a socket, where the system tells."""

from __future__ import annotations

import os
import socket
import struct

_CREDENTIALS = struct.Struct("3i")  # process, user, group


def is_another_user(connection: socket.socket) -> bool:
    """Whether the other end is certainly another user: whoever connected, or whoever listened."""
    if not hasattr(socket, "SO_PEERCRED"):
        return False
    _, user, _ = _CREDENTIALS.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
    return bool(user != os.getuid())

"""The same session for front ends in other processes of the same user, over a private Unix socket.

A connection begins with one line each way: a hello of the server (protocol, which session this is) and one of the client
(protocol). Then envelopes come as JSON lines, the record first, and ops go the other way. A server that ends a
connection early says why in a last line: {"error": a sentence}. `serve` offers a session, `RemoteSession` follows one.
"""

from __future__ import annotations

from .hello import SessionInfo
from .remote import RemoteSession, list_sessions, session_at
from .server import Served, offer, serve
from .web import on_offer

__all__ = ["RemoteSession", "Served", "SessionInfo", "list_sessions", "offer", "on_offer", "serve", "session_at"]

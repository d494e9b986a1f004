"""The server: the page, the files of its terminal, and the connection of the one tab that may be open.

Everything is served under the gate's room, and everything passes the gate. Holds no session: a tab's process does.
"""

from __future__ import annotations

import asyncio
import html
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from string import Template

import textual_serve
from aiohttp import WSMessage, WSMsgType, web

from pygent_engine.frontends import WebLaunch
from pygent_engine.untrusted import clean_line

from .gate import COOKIE, Gate
from .tab import Tab

_STATIC = Path(textual_serve.__file__).with_name("static")
_OWN = {"page.css": "text/css", "page.js": "text/javascript"}
_FEWEST, _MOST = 1, 1000  # columns and rows
_LONGEST = 16 << 20  # bytes of one message: a paste
_PATIENCE_S = 0.5  # of a second tab, for the first to be just leaving, as on a reload
_LEAVING_S = 4.0
_COMING_S = 10.0  # until a tab that may open has loaded its terminal
_HEARTBEAT_S = 15.0
_TAKEN = 4001
_AWAY = 1001

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Shows the session of `launch` to whoever passes `gate`, in one tab at a time."""

    def __init__(self, launch: WebLaunch, gate: Gate) -> None:
        self._launch = launch
        self._gate = gate
        self._page = Template(_own_file("page.html")).substitute(title=html.escape(clean_line(launch.title, 200)))
        self._refused = Template(_own_file("refused.html"))
        self._socket: web.WebSocketResponse | None = None  # of the open tab, until its process has ended
        self._hang_up: Callable[[], object] = lambda: None  # on a tab that does not take what it is sent
        self._freed = asyncio.Event()
        self._freed.set()
        self._coming_until = 0.0  # by the loop's clock: a tab was told that it may open
        self._ends = False

    def application(self) -> web.Application:
        """What answers the requests."""
        made = web.Application(middlewares=[self._guard])
        made.on_response_prepare.append(self._secure)
        room = self._gate.room
        made.router.add_get("/", self._enter)
        made.router.add_get(room, self._show_page)
        for name in _OWN:
            made.router.add_get(room + name, self._show_own)
        made.router.add_get(room + "state", self._tell_state)
        made.router.add_post(room + "claim", self._claim)
        made.router.add_get(room + "ws", self._connect)
        made.router.add_static(room + "static", _STATIC)
        return made

    async def close(self) -> None:
        """Take no more tabs, and end the one that is open."""
        self._ends = True
        await self._close_tab(_AWAY)

    # ------------------------------------------------------------ the gate

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        upgrades = "upgrade" in request.headers or request.path == f"{self._gate.room}ws"
        reason = self._gate.refusal(request.headers, must_tell_origin=upgrades or request.method not in ("GET", "HEAD"))
        if reason:
            return self._refuse(reason)
        if not self._gate.knows(request.headers) and (request.path != "/" or request.method != "GET"):
            return self._refuse("This page is open to the browser that was given its link, and to no other.")
        return await handler(request)

    def _refuse(self, reason: str) -> web.Response:
        return web.Response(status=403, text=self._refused.substitute(reason=html.escape(reason)), content_type="text/html")

    async def _secure(self, request: web.Request, response: web.StreamResponse) -> None:
        host = next((host for host in self._gate.hosts if host == request.headers.get("Host")), self._gate.hosts[0])
        response.headers.update(_security(host))

    async def _enter(self, request: web.Request) -> web.Response:
        """The link was followed: its token becomes this browser's cookie."""
        if not self._gate.admits(request.query.get("token", "")):
            return self._refuse("This link has been used, or it is not the one that was printed. Serve again for a new one.")
        entered = web.Response(status=303, headers={"Location": self._gate.room})
        entered.set_cookie(COOKIE, self._gate.cookie, path=self._gate.room, httponly=True, samesite="Strict")
        return entered

    # ------------------------------------------------------------ the page

    async def _show_page(self, request: web.Request) -> web.Response:
        return web.Response(text=self._page, content_type="text/html")

    async def _show_own(self, request: web.Request) -> web.Response:
        name = request.path.removeprefix(self._gate.room)
        return web.Response(text=_own_file(name), content_type=_OWN[name])

    async def _tell_state(self, request: web.Request) -> web.Response:
        coming = asyncio.get_running_loop().time() < self._coming_until
        return web.Response(text="ended" if self._ends else "free" if self._freed.is_set() and not coming else "busy")

    async def _claim(self, request: web.Request) -> web.Response:
        """A page asks whether its tab may open; with `take` the other one is closed for it."""
        if request.query.get("take"):
            await self._close_tab(_TAKEN)
        elif not await self._is_freed(_PATIENCE_S) and self._socket is not None and self._socket.closed:
            await self._is_freed(_LEAVING_S)
        if not self._freed.is_set() or self._ends:
            return web.Response(status=409)
        self._coming_until = asyncio.get_running_loop().time() + _COMING_S
        return web.Response(status=204)

    async def _close_tab(self, code: int) -> None:
        if self._socket is not None:
            with suppress(TimeoutError, RuntimeError, ConnectionError):
                await asyncio.wait_for(self._socket.close(code=code), _PATIENCE_S)
            self._hang_up()
        await self._is_freed(_LEAVING_S)

    async def _is_freed(self, patience_s: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._freed.wait(), patience_s)
        return self._freed.is_set()

    # ------------------------------------------------------------ the tab

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        if not self._freed.is_set() or self._ends:
            return web.Response(status=409, text="The session is open in another tab.")
        socket = web.WebSocketResponse(heartbeat=_HEARTBEAT_S, max_msg_size=_LONGEST, timeout=_PATIENCE_S)
        self._freed.clear()
        self._coming_until = 0.0
        self._socket = socket
        if request.transport is not None:
            self._hang_up = request.transport.abort
        tab = Tab(self._launch.command, self._launch.environment, socket.send_bytes)
        try:
            await socket.prepare(request)
            await tab.start(_cells(request.query.get("width"), 80), _cells(request.query.get("height"), 24))
            await _first(tab.run(), _listen(socket, tab))
        finally:
            await asyncio.shield(self._part(socket, tab))
        return socket

    async def _part(self, socket: web.WebSocketResponse, tab: Tab) -> None:
        """End what is left of both; then another tab may come."""
        try:
            await tab.end()
            with suppress(ConnectionError, RuntimeError):
                await socket.close()
        finally:
            self._socket = None
            self._freed.set()


async def _listen(socket: web.WebSocketResponse, tab: Tab) -> None:
    async for message in socket:
        if not await _did(message, socket, tab):
            await socket.close(code=1008)


async def _did(message: WSMessage, socket: web.WebSocketResponse, tab: Tab) -> bool:
    """Do what the page says; False when it says what no page of ours does."""
    try:
        said = json.loads(message.data) if message.type is WSMsgType.TEXT else None
    except (ValueError, RecursionError):
        return False
    match said:
        case ["stdin", str(text)]:
            await tab.type(text)
        case ["resize", {"width": int(width), "height": int(height)}]:
            await tab.tell(type="resize", width=_cells(width, 80), height=_cells(height, 24))
        case ["ping", str(mark)]:
            await socket.send_json(["pong", mark[:40]])
        case ["focus" | "blur" as kind]:
            await tab.tell(type=kind)
        case _:
            return False
    return True


async def _first(*works: Awaitable[None]) -> None:
    """Until one of `works` ends; the others are ended then. What went wrong in one is raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for outcome in ended:
        if isinstance(outcome, Exception) and not isinstance(outcome, ConnectionError):
            raise outcome


def _cells(given: str | int | None, otherwise: int) -> int:
    try:
        return min(max(int(given or otherwise), _FEWEST), _MOST)
    except ValueError:
        return otherwise


def _own_file(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _security(host: str) -> dict[str, str]:
    """No request of the page leaves the loopback, no other page holds it in a frame, nothing of it is kept."""
    return {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
        f"img-src 'self' data:; connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }

"""A real Chromium, and what a person sees of the app in one of its tabs.

It can reach nothing but the loopback. Where it is not installed the test is skipped, or fails where PYGENT_REQUIRE_BROWSER is 1.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from urllib.parse import parse_qs, urlsplit

import pyte
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, WebSocket

DEADLINE_S = 30.0
SIZE = (1200, 800)
REBOUND = "rebound.test"
"""A name that leads to the loopback, as one does whose owner bent it (DNS rebinding)."""
_LOOK_MS = 20
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def chromium() -> str:
    """Where it is installed; skips or fails the test when it is not."""
    found = shutil.which("chromium")
    if found is None:
        reason = "chromium is not installed; .ci/servers installs it"
        if os.environ.get("PYGENT_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextmanager
def running_browser(playwright: Playwright, log: Path | None = None) -> Iterator[Browser]:
    """Within the block Chromium runs; the `log` of its network is whole after it."""
    logging = [f"--log-net-log={log}"] if log is not None else []
    browser = playwright.chromium.launch(executable_path=chromium(), args=[*_FLAGS, *logging])
    try:
        yield browser
    finally:
        browser.close()


class Tab:
    """One tab. `requests` are the addresses that it asked for, `problems` what its console complained of."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(DEADLINE_S * 1000)
        self.requests: list[str] = []
        self.problems: list[str] = []
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._screen)
        self._opened = 0  # so many terminals, one after the other
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", lambda said: self.problems.append(said.text) if said.type == "error" else None)
        self.page.on("websocket", self._follow)

    @property
    def text(self) -> str:
        """What the terminal of the page was told to show."""
        return "\n".join(self._screen.display)

    @property
    def size(self) -> tuple[int, int]:
        return self._screen.columns, self._screen.lines

    def open(self, address: str) -> None:
        self.page.goto(address)

    def reload(self) -> None:
        """Load the page anew, and wait for its new terminal: what the old one showed is no sight of it. Raises TimeoutError."""
        opened, end = self._opened, monotonic() + DEADLINE_S
        self.page.reload()
        while self._opened == opened:
            if monotonic() > end:
                raise TimeoutError(f"the tab opened no terminal: {self.problems}")
            self.page.wait_for_timeout(_LOOK_MS)

    def until(self, shows: str | Callable[[str], bool]) -> None:
        """Wait until the terminal shows a text. Raises TimeoutError with the screen."""
        end = monotonic() + DEADLINE_S
        while not (shows in self.text if isinstance(shows, str) else shows(self.text)):
            if monotonic() > end:
                raise TimeoutError(f"the tab did not show {shows!r}:\n{self.text}\n{self.problems}")
            self.page.wait_for_timeout(_LOOK_MS)

    def until_state(self, state: str) -> None:
        """Wait until the page is in a state: open, busy, left, ended ..."""
        self.page.wait_for_selector(f"body[data-state={state}]")

    def write(self, text: str) -> None:
        """Type a prompt or a command, and send it."""
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def _follow(self, socket: WebSocket) -> None:
        asked = parse_qs(urlsplit(socket.url).query)
        self._opened += 1
        self._screen = pyte.Screen(int(asked["width"][0]), int(asked["height"][0]))
        self._stream = pyte.ByteStream(self._screen)
        socket.on("framereceived", self._take)

    def resized(self, columns: int, rows: int) -> None:
        """The page's terminal is of this size from now on."""
        self._screen.resize(rows, columns)

    def _take(self, data: str | bytes) -> None:
        if isinstance(data, bytes):
            # pyte does not know private sequences with `>` or `<`
            self._stream.feed(data.replace(b"\x1b[>", b"\x1b[?").replace(b"\x1b[<", b"\x1b[?"))

"""The app in a real browser: what a person does there, and that nothing of it leaves this machine."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright

from tests.support.browser import REBOUND, SIZE, Tab, chromium, running_browser
from tests.support.command_line import CommandLine
from tests.support.serving import DEADLINE_S, serving, taken

pytestmark = pytest.mark.browser

_OPENS = """address => new Promise((done) => {
    const socket = new WebSocket(address);
    socket.onopen = () => done(true);
    socket.onerror = () => done(false);
})"""


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    chromium()  # without one there is nothing to drive
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with running_browser(playwright) as started:
        yield started


@pytest.fixture
def profile(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile, without cookies."""
    made = browser.new_context(viewport={"width": SIZE[0], "height": SIZE[1]})
    yield made
    made.close()


def test_a_prompt_is_answered_a_reload_shows_it_again_and_the_app_takes_the_room_there_is(
    profile: BrowserContext, command_line: CommandLine
) -> None:
    with serving(command_line) as served:
        tab = Tab(profile)
        tab.open(served.link)
        tab.until("· ready")
        assert "token" not in tab.page.url
        tab.write("run echo one-$((1+1))")
        tab.until(lambda text: "one-2" in text and "· ready" in text)
        tab.reload()
        tab.until(lambda text: "one-2" in text and "· ready" in text)
        assert len(served.tabs()) == 1
        columns, rows = tab.size
        tab.resized(columns // 2, rows // 2)
        tab.page.set_viewport_size({"width": SIZE[0] // 2, "height": SIZE[1] // 2})
        tab.until(lambda text: "· ready" in text and text.splitlines()[0].endswith("─╮") and "Output" not in text.splitlines()[0])
        assert {urlsplit(address).netloc for address in tab.requests if address.startswith("http")} == {f"127.0.0.1:{served.port}"}
        assert tab.problems == []


def test_a_second_tab_is_told_of_the_first_and_may_take_its_place(profile: BrowserContext, command_line: CommandLine) -> None:
    with serving(command_line) as served:
        first, second = Tab(profile), Tab(profile)
        first.open(served.link)
        first.until("· ready")
        second.open(first.page.url)
        second.until_state("busy")
        assert "This session is open in another tab." in second.page.inner_text("main")
        second.page.click("text=Use it here")
        second.until("· ready")
        first.until_state("busy")
        assert len(served.tabs()) == 1


def test_closing_the_tab_ends_its_process_and_not_the_session(profile: BrowserContext, command_line: CommandLine) -> None:
    with serving(command_line) as served:
        tab = Tab(profile)
        tab.open(served.link)
        tab.until("· ready")
        address = tab.page.url
        tab.write("run until [ -e go ]; do sleep 0.05; done; echo went-$((1+1))")
        tab.until("running: until")
        tab.page.close()
        served.wait_for_tabs(0)
        again = Tab(profile)
        again.open(address)
        again.until("running: until")
        (command_line.workspace / "go").touch()
        again.until("went-2")


def test_other_browsers_other_origins_and_rebound_names_get_nothing(
    browser: Browser, profile: BrowserContext, command_line: CommandLine
) -> None:
    with serving(command_line) as served:
        rebound = profile.new_page().goto(served.link.replace("127.0.0.1", REBOUND))
        assert rebound is not None and rebound.status == 403
        tab = Tab(profile)
        tab.open(served.link)  # which was not used up by that
        tab.until_state("open")
        with browser.new_context() as stranger:
            for address in (served.link, tab.page.url):
                answer = stranger.new_page().goto(address)
                assert answer is not None and answer.status == 403
        foreign = profile.new_page()
        foreign.goto(f"http://localhost:{served.port}/")  # another origin, though the same server
        assert foreign.evaluate(_OPENS, tab.page.url.replace("http:", "ws:") + "ws") is False
        assert len(served.tabs()) == 1


def test_sigterm_with_the_tab_open_is_told_in_it(profile: BrowserContext, command_line: CommandLine) -> None:
    with serving(command_line) as served:
        tab = Tab(profile)
        tab.open(served.link)
        tab.until("· ready")
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(DEADLINE_S) == 143
        tab.until_state("ended")
        served.wait_until_gone()


def test_quitting_in_the_tab_asks_when_something_runs_and_ends_the_session(profile: BrowserContext, command_line: CommandLine) -> None:
    with serving(command_line) as served:
        tab = Tab(profile)
        tab.open(served.link)
        tab.until("· ready")
        tab.write("run sleep 60")
        tab.until("running: sleep 60")
        tab.page.keyboard.press("Control+q")
        tab.until("Quit Pygent?")
        tab.page.keyboard.press("y")
        assert served.process.wait(DEADLINE_S) == 0
        tab.until_state("ended")
        served.wait_until_gone()


def test_what_is_copied_reaches_the_browsers_clipboard_and_an_editor_is_said_not_to_be_there(
    profile: BrowserContext, command_line: CommandLine
) -> None:
    with serving(command_line) as served:
        profile.grant_permissions(["clipboard-read", "clipboard-write"], origin=served.origin)
        tab = Tab(profile)
        tab.open(served.link)
        tab.until("· ready")
        tab.write("run echo one-$((1+1))")
        tab.until(lambda text: "one-2" in text and "· ready" in text)
        tab.write("/copy command")
        tab.until("Asked the browser to copy")
        assert tab.page.evaluate("navigator.clipboard.readText()") == "echo one-$((1+1))"
        tab.page.keyboard.press("Control+g")
        tab.until("An editor needs a terminal of its own")


def test_a_live_agent_with_a_model_of_its_own_is_served_and_given_back(profile: BrowserContext, command_line: CommandLine) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.web_embedding"],
        cwd=command_line.workspace,
        env=command_line.environment({}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            served = taken(process, command_line.home)
            tab = Tab(profile)
            tab.open(served.link)
            tab.until("· ready")
            tab.write("hello there")
            tab.until("The parrot says: hello there")
            tab.until("· ready")
            tab.write("/exit")
            out, err = process.communicate(timeout=DEADLINE_S)
            assert (process.returncode, out.decode(), err.decode()) == (0, "back: 1, True, The parrot says: still there?\n", "")
            tab.until_state("ended")
        finally:
            process.kill()


def test_nothing_leaves_the_loopback_by_the_browsers_own_log(playwright: Playwright, tmp_path: Path, command_line: CommandLine) -> None:
    with serving(command_line) as served, running_browser(playwright, tmp_path / "net.json") as alone, alone.new_context() as profile:
        tab = Tab(profile)
        tab.open(served.link)
        tab.until("· ready")
    asked = _asked_by_pages(json.loads((tmp_path / "net.json").read_text()))
    assert {urlsplit(address).netloc for address in asked} == {f"127.0.0.1:{served.port}"}
    assert {urlsplit(address).scheme for address in asked} == {"http", "ws"}
    assert {urlsplit(address).path.rpartition("/")[2] for address in asked} >= {"xterm.css", "textual.js", "page.js", "claim", "ws"}


def _asked_by_pages(log: Any) -> list[str]:
    """The addresses that pages asked for, in Chromium's log of its network. It has errands of its own, which have no page."""
    told = [event["params"] for event in log["events"] if isinstance(event.get("params"), dict)]
    return [params["url"] for params in told if params.get("initiator", "not an origin") != "not an origin" and "url" in params]

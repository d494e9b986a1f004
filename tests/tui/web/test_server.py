"""The server as other programs of this machine meet it: what it refuses, what it says of itself, and what it leaves."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.runtime.waiting import within_patience
from tests.support.command_line import CommandLine
from tests.support.serving import DEADLINE_S, Serving, serving, taken

ASSETS = ("", "page.js", "page.css", "state", "static/js/textual.js", "static/fonts/RobotoMono-VariableFont_wght.ttf")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server whose link was used."""
    folder = tmp_path_factory.mktemp("served")
    command_line = CommandLine(folder / "home", folder / "work")
    command_line.home.mkdir()
    command_line.workspace.mkdir()
    with serving(command_line) as started:
        yield started


@pytest.fixture(scope="module")
def entered(served: Serving) -> tuple[str, str]:
    """The room, and the cookie."""
    return served.enter()


@contextmanager
def tab_of(served: Serving, room: str, cookie: str) -> Iterator[socket.socket]:
    """A tab as the page opens it: its claim, then the connection, upgraded; closed when the block ends."""
    assert claim(served, room, cookie) == 204
    with _connected(served, room, cookie) as made:
        yield made


def claim(served: Serving, room: str, cookie: str, how: str = "") -> int:
    """What is answered to a page that asks whether its tab may open."""
    return served.ask(f"{room}claim{how}", method="POST", Cookie=cookie, Origin=served.origin).status


def until_closed(tab: socket.socket) -> None:
    """Read until the server hangs up."""
    with suppress(ConnectionResetError):
        while tab.recv(1 << 16):
            continue


def _connected(served: Serving, room: str, cookie: str) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", served.port), timeout=DEADLINE_S)
    lines = [
        f"GET {room}ws?width=100&height=30 HTTP/1.1",
        f"Host: 127.0.0.1:{served.port}",
        f"Origin: {served.origin}",
        f"Cookie: {cookie}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==",
    ]
    made.sendall("\r\n".join([*lines, "", ""]).encode())
    head = b""
    while b"\r\n\r\n" not in head:
        head += made.recv(1)
    assert head.startswith(b"HTTP/1.1 101 "), head
    return made


def said(message: object) -> bytes:
    """A message of the page, as one frame with a mask of zeros."""
    data = json.dumps(message).encode()
    return struct.pack("!BBH4x", 0x81, 0x80 | 126, len(data)) + data


# ---------------------------------------------------------------- who is refused


def test_the_link_opens_once_and_its_cookie_is_the_browsers_alone(command_line: CommandLine) -> None:
    with serving(command_line) as fresh:
        path = fresh.link.removeprefix(fresh.origin)
        assert fresh.ask(path, host=f"evil.example:{fresh.port}").status == 403  # DNS rebinding
        assert fresh.ask(path, method="POST", Origin=fresh.origin).status == 403
        first, second = fresh.ask(path), fresh.ask(path)
        assert (first.status, second.status) == (303, 403)
        room, cookie = first.headers["location"], first.headers["set-cookie"]
        assert {part.strip() for part in cookie.split(";")[1:]} == {"HttpOnly", f"Path={room}", "SameSite=Strict"}
        assert first.headers["referrer-policy"] == "no-referrer"
        token = path.rpartition("=")[2]
        assert all(token not in command and token not in cookie for command in fresh.processes().values())


def test_without_the_cookie_nothing_is_served(served: Serving, entered: tuple[str, str]) -> None:
    room, _ = entered
    paths = ["/", "/?token=", "/favicon.ico", "/robots.txt", "/static/js/textual.js", "/ws", *(room + name for name in ASSETS)]
    assert {path: served.ask(path).status for path in paths} == dict.fromkeys(paths, 403)
    assert served.ask(room + "ws", upgrades=True, Origin=served.origin).status == 403
    assert served.ask(room + "claim", method="POST", Origin=served.origin, Cookie="pygent=guess").status == 403


@pytest.mark.parametrize("host", ["evil.example", "localhost", "127.0.0.1:1", "rebound.example:{port}"])
def test_a_foreign_host_is_refused_everywhere_cookie_or_not(served: Serving, entered: tuple[str, str], host: str) -> None:
    room, cookie = entered
    name = host.replace("{port}", str(served.port))
    for path in ASSETS:
        assert served.ask(room + path, host=name, Cookie=cookie).status == 403
    assert served.ask(room + "ws", host=name, upgrades=True, Cookie=cookie, Origin=f"http://{name}").status == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:{port}", "https://127.0.0.1:{port}"])
def test_a_foreign_origin_is_refused_everywhere_cookie_or_not(served: Serving, entered: tuple[str, str], origin: str) -> None:
    room, cookie = entered
    name = origin.replace("{port}", str(served.port))
    for path in ASSETS:
        assert served.ask(room + path, Cookie=cookie, Origin=name).status == 403
    assert served.ask(room + "ws", upgrades=True, Cookie=cookie, Origin=name).status == 403
    assert served.ask(room + "claim?take=1", method="POST", Cookie=cookie, Origin=name).status == 403


def test_without_an_origin_no_tab_is_opened_and_none_is_claimed(served: Serving, entered: tuple[str, str]) -> None:
    room, cookie = entered
    assert served.ask(room + "ws", upgrades=True, Cookie=cookie).status == 403
    assert served.ask(room + "ws", Cookie=cookie).status == 403
    assert served.ask(room + "claim", method="POST", Cookie=cookie).status == 403
    assert served.tabs() == []


@pytest.mark.parametrize(
    "path", ["static/", "static/../page.js", "static/%2e%2e/server.py", "server.py", "page.html", "static//etc/passwd"]
)
def test_only_the_files_of_the_page_are_served(served: Serving, entered: tuple[str, str], path: str) -> None:
    room, cookie = entered
    assert served.ask(room + path, Cookie=cookie).status in (403, 404)


# ---------------------------------------------------------------- what it says of itself


def test_every_answer_forbids_other_hosts_frames_and_keeping(served: Serving, entered: tuple[str, str]) -> None:
    room, cookie = entered
    for answer in (served.ask(room, Cookie=cookie), served.ask(room + "static/js/textual.js", Cookie=cookie), served.ask("/")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert [part for part in policy.split() if "://" in part] == [f"ws://127.0.0.1:{served.port};"]
        assert (answer.headers["x-frame-options"], answer.headers["referrer-policy"]) == ("DENY", "no-referrer")
        assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")


def test_the_page_names_no_host(served: Serving, entered: tuple[str, str]) -> None:
    room, cookie = entered
    for name in ("", "page.css", "page.js"):
        assert "//" not in served.ask(room + name, Cookie=cookie).text.replace("ws://${location.host}", "").replace("// ", "")


def test_only_the_loopback_is_listened_to(served: Serving) -> None:
    ports = f":{served.port:04X}"
    listening = [
        line.split()[1]
        for name in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
        if line.split()[1].endswith(ports) and line.split()[3] == "0A"
    ]
    assert listening == [f"0100007F{ports}"]


def test_a_port_that_is_taken_is_one_sentence(served: Serving, command_line: CommandLine) -> None:
    ended = command_line.run("serve", "--model", "demo", "--no-docker", "--port", str(served.port))
    said = f"pygent: Port {served.port} of 127.0.0.1 cannot be used (Address already in use); name another one, or none for a free one.\n"
    assert (ended.code, ended.out, ended.err) == (2, "", said)


# ---------------------------------------------------------------- tabs and ends


def test_a_tab_is_one_process_which_ends_with_its_connection(served: Serving, entered: tuple[str, str]) -> None:
    room, cookie = entered
    with tab_of(served, room, cookie):
        served.wait_for_tabs(1)
        assert served.ask(room + "ws", upgrades=True, Cookie=cookie, Origin=served.origin).status == 409
        assert claim(served, room, cookie) == 409
    served.wait_for_tabs(0)
    assert claim(served, room, cookie) == 204


def test_a_tab_that_made_place_for_another_is_told_so_before_that_one_is_there_too(command_line: CommandLine) -> None:
    with serving(command_line) as started:
        room, cookie = started.enter()

        def state() -> str:
            return started.ask(room + "state", Cookie=cookie).text

        assert state() == "free"
        with tab_of(started, room, cookie) as first:
            assert claim(started, room, cookie, "?take=1") == 204
            until_closed(first)
            assert (state(), started.tabs()) == ("busy", [])
        with _connected(started, room, cookie):
            assert state() == "busy"
        started.wait_for_tabs(0)
        assert within_patience(lambda: state() == "free")


@pytest.mark.parametrize(
    "message", [["stdin"], ["stdin", 1], ["resize", {"width": "x"}], ["run", "rm"], {"stdin": "x"}, "x", ["deliver", "x"]], ids=str
)
def test_what_no_page_of_ours_says_ends_the_tab(served: Serving, entered: tuple[str, str], message: object) -> None:
    with tab_of(served, *entered) as tab:
        tab.sendall(said(message))
        until_closed(tab)
    served.wait_for_tabs(0)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_with_a_tab_open_ends_everything_at_once(command_line: CommandLine, number: signal.Signals) -> None:
    with serving(command_line) as started, tab_of(started, *started.enter()) as tab:
        assert tab.recv(1 << 16)
        started.wait_for_tabs(1)
        begun = time.monotonic()
        started.process.send_signal(number)
        out, err = started.process.communicate(timeout=DEADLINE_S)
        assert (started.process.returncode, out, err, time.monotonic() - begun < DEADLINE_S / 2) == (128 + number, b"", b"", True)
        until_closed(tab)
        started.wait_until_gone()
        assert list(command_line.home.rglob("*.sock")) == []


def test_a_tab_whose_process_stands_still_is_ended_all_the_same(command_line: CommandLine) -> None:
    with serving(command_line) as started:
        room, cookie = started.enter()
        with tab_of(started, room, cookie) as tab:
            assert tab.recv(1 << 16)
            (pid,) = started.wait_for_tabs(1)
            os.kill(pid, signal.SIGSTOP)
        begun = time.monotonic()
        started.wait_for_tabs(0)
        assert time.monotonic() - begun < DEADLINE_S / 2
        assert claim(started, room, cookie) == 204


def test_a_tab_that_takes_nothing_more_holds_nothing_up(command_line: CommandLine) -> None:
    with serving(command_line) as started, tab_of(started, *started.enter()) as tab:
        (pid,) = started.wait_for_tabs(1)
        width, deadline = 600, time.monotonic() + DEADLINE_S
        while not _is_held_up(pid) and time.monotonic() < deadline:
            width ^= 1
            tab.sendall(said(["resize", {"width": width, "height": 200}]))
        begun = time.monotonic()
        started.process.terminate()
        assert (started.process.wait(DEADLINE_S), time.monotonic() - begun < DEADLINE_S / 2) == (143, True)
        started.wait_until_gone()


def _is_held_up(pid: int) -> bool:
    """Whether the thread that draws waits for someone to take what it wrote, and goes on waiting."""
    for _ in range(5):
        time.sleep(0.05)
        if "pipe_write" not in Path(f"/proc/{pid}/wchan").read_text():
            return False
    return True


def test_what_a_killed_server_leaves_ends_by_itself(command_line: CommandLine) -> None:
    with serving(command_line) as started, tab_of(started, *started.enter()) as tab:
        assert tab.recv(1 << 16)
        started.wait_for_tabs(1)
        started.process.kill()
        started.process.wait(DEADLINE_S)
        started.wait_until_gone()


def test_a_module_in_the_workspace_is_not_the_apps(command_line: CommandLine) -> None:
    with serving(command_line) as started:
        for name in ("pygent_engine", "pygent_tui", "textual"):
            (command_line.workspace / f"{name}.py").write_text("raise SystemExit('taken over')\n")
        with tab_of(started, *started.enter()) as tab:
            shown = b""
            while b"\x1b[?1049h" not in shown:
                shown += (piece := tab.recv(1 << 16))
                assert piece, shown
        started.wait_for_tabs(0)


def test_a_program_has_its_agent_back_after_ctrl_c(command_line: CommandLine) -> None:
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from pygent_engine import Agent, DemoModel, Runtime\n"
        "with Runtime(use_docker=False) as runtime:\n"
        "    agent = Agent(DemoModel(delay_s=0.0), runtime)\n"
        "    agent.run_gui(use_docker=False)\n"
        "    print('back', agent.runtime is runtime, signal.getsignal(signal.SIGINT) is signal.default_int_handler)\n"
        "    agent.close()\n"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(
        command, env=command_line.environment({}), cwd=command_line.workspace, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            started = taken(process, command_line.home)
            with tab_of(started, *started.enter()) as tab:
                assert tab.recv(1 << 16)
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=DEADLINE_S)
            assert (process.returncode, out, err) == (0, b"back True True\n", b"")
            started.wait_until_gone()
        finally:
            process.kill()

"""`pygent serve` as a process of its own, and clients of it that say exactly what a test wants said."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .command_line import CommandLine

DEADLINE_S = 30.0
FLAGS = ("--model", "demo", "--no-docker", "--no-confirm-bash")
_LINK = re.compile(r"http://127\.0\.0\.1:(\d+)/\?token=[\w-]{40,}\n")
_HANDSHAKE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to one request. `headers` by names in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that runs; everything that it starts carries `home` in its environment."""

    process: subprocess.Popen[bytes]
    link: str
    home: Path

    @property
    def port(self) -> int:
        return urlsplit(self.link).port or 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, *, method: str = "GET", host: str = "", upgrades: bool = False, **headers: str) -> Answer:
        """One request, with no header but these (`_` for `-`) and the Host, the server's own when it is not given."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", host or f"127.0.0.1:{self.port}")
            for name, value in {**(_HANDSHAKE if upgrades else {}), **headers}.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, "" if answer.status == 101 else answer.read().decode())
        finally:
            connection.close()

    def enter(self) -> tuple[str, str]:
        """Use the link; the path that everything is served under, and the cookie."""
        answer = self.ask(self.link.removeprefix(self.origin))
        assert answer.status == 303, answer
        return answer.headers["location"], answer.headers["set-cookie"].partition(";")[0]

    def processes(self) -> dict[int, str]:
        """The processes of this server by id, itself among them."""
        mark = os.fsencode(self.home)
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (entry / "environ").read_bytes():
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
        return found

    def tabs(self) -> list[int]:
        """The processes of open tabs."""
        return [pid for pid, command in self.processes().items() if " attach " in command]

    def wait_for_tabs(self, count: int, seconds: float = DEADLINE_S) -> list[int]:
        """Wait until so many tabs have a process."""
        deadline = time.monotonic() + seconds
        while len(found := self.tabs()) != count:
            assert time.monotonic() < deadline, f"{len(found)} tabs in place of {count}"
            time.sleep(0.02)
        return found

    def wait_until_gone(self, seconds: float = DEADLINE_S) -> None:
        """Wait until nothing of it is left."""
        deadline = time.monotonic() + seconds
        while left := self.processes():
            assert time.monotonic() < deadline, f"left behind: {left}"
            time.sleep(0.02)


@contextmanager
def serving(command_line: CommandLine, *flags: str) -> Iterator[Serving]:
    """Within the block `pygent serve` runs; it has printed its link, and nothing else."""
    with command_line.start("serve", *(flags or FLAGS)) as process:
        yield taken(process, command_line.home)


def taken(process: subprocess.Popen[bytes], home: Path) -> Serving:
    """A server that was started, once it has printed its link."""
    assert process.stdout is not None
    line = process.stdout.readline().decode()
    if not _LINK.fullmatch(line):
        process.kill()
        raise AssertionError((line, process.communicate()))
    return Serving(process, line.strip(), home)

"""The laws of reaching an engine: every way carries the same bytes, ends the same, and says in one sentence why it does not lead there."""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from pygent_engine.errors import RuntimeUnavailable
from pygent_engine.runtime import Runtime
from pygent_engine.runtime.engine.connection import Connection
from pygent_engine.runtime.engine.engine import Engine
from pygent_engine.runtime.engine.owner import labels_of
from pygent_engine.runtime.engine.plan import Plan
from pygent_engine.runtime.engine.probe import docker_problem
from pygent_engine.runtime.engine.reaper import reap
from pygent_engine.runtime.engine.refusals import short
from pygent_engine.values import Resources
from tests.support.engine_proxy import proxy
from tests.support.ways import Server

from ..waiting import within_patience

pytestmark = pytest.mark.docker

PATIENCE = 20.0
PART_BYTES = 30_000  # more than a TLS record; less than the container's pipes hold
Way = dict[str, str]
ECHO = """
import os
data = b"-"
while data and not data.endswith(b"last"):
    data = os.read(0, 65536)
    os.write(1, data)
"""
HOST = """
import sys
from pygent_engine.runtime import Runtime
runtime = Runtime(True, image=sys.argv[1], workspace=sys.argv[2])
runtime.start()
print(runtime.container_id, flush=True)
runtime.execute("sleep 600", timeout=None)
"""


def payload(data: bytes | bytearray) -> bytes:
    """What is in the engine's frames: each has a header of eight bytes that ends with its size."""
    found, at = bytearray(), 0
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "big")
        found += data[at + 8 : at + 8 + size]
        at += 8 + size
    return bytes(found)


@dataclass(frozen=True, slots=True)
class Echo:
    """A running container whose PID 1 returns what is sent to it, and ends with the word "last"."""

    engine: Engine
    container: str
    connection: Connection

    def is_there(self) -> bool:
        return any(each.name == self.container for each in self.engine.containers(["pygent.runtime=echo"]))

    def heard(self, size: int) -> bytes:
        """What comes back: `size` bytes of it, or all to the end."""
        received = bytearray()
        while len(payload(received)) < size and (data := self.connection.receive(PATIENCE)) != b"":
            assert data is not None, "nothing came"
            received += data
        return payload(received)


@pytest.fixture
def echo(no_container_left: None, docker_image: str, tmp_path: Path, way: Way) -> Iterator[Echo]:
    with contextlib.closing(Engine(way)) as engine:
        made = engine.create(
            Plan(docker_image, ("python3", "-c", ECHO), tmp_path, {}, f"{os.getuid()}:{os.getgid()}", labels_of("echo"), False, Resources())
        )
        connection = engine.attach(made)
        try:
            engine.start(made, docker_image)
            yield Echo(engine, made, connection)
        finally:
            connection.close()
            engine.remove(made)


def test_every_byte_arrives_both_ways_and_the_end_too(echo: Echo) -> None:
    data = os.urandom(PART_BYTES)
    for _ in range(20):
        echo.connection.send(data, PATIENCE)
        assert echo.heard(len(data)) == data
    echo.connection.send(b"last", PATIENCE)
    assert echo.heard(PART_BYTES) == b"last"
    assert within_patience(lambda: not echo.is_there())


def test_nothing_to_receive_is_waited_for_no_longer_than_asked(echo: Echo) -> None:
    started = time.monotonic()
    assert echo.connection.receive(0.1) is None
    assert 0.09 <= time.monotonic() - started < PATIENCE


def test_what_is_not_taken_ends_at_its_deadline(echo: Echo) -> None:
    started = time.monotonic()
    with pytest.raises(OSError):
        echo.connection.send(bytes(64 << 20), 0.5)
    assert time.monotonic() - started < PATIENCE


def test_shutting_it_ends_the_container_and_who_waits(echo: Echo) -> None:
    received: list[bytes | None] = []
    waiting = threading.Thread(target=lambda: received.append(echo.connection.receive(PATIENCE)))
    waiting.start()
    echo.connection.shut()
    waiting.join(PATIENCE)
    assert received == [b""]
    assert within_patience(lambda: not echo.is_there())
    with pytest.raises(OSError):
        for _ in range(2):
            echo.connection.send(b"late", PATIENCE)


def test_a_container_that_is_removed_ends_the_connection(echo: Echo) -> None:
    echo.engine.remove(echo.container)
    assert echo.heard(1) == b""


def test_a_runtime_works_the_same_on_every_way(no_container_left: None, docker_image: str, way: Way) -> None:
    with Runtime(True, image=docker_image) as runtime:
        assert runtime.execute("echo on; exit 3", timeout=PATIENCE).exit_code == 3
        assert runtime.execute("seq 4000", timeout=PATIENCE).output == "".join(f"{number}\n" for number in range(1, 4001))
        started = time.monotonic()
        assert runtime.execute("sleep 60", timeout=0.5).timed_out
        assert time.monotonic() - started < PATIENCE
        assert runtime.execute("echo still", timeout=PATIENCE).output == "still\n"
        runtime.write_file("in", "carried")
        assert runtime.execute("cp in out; sleep 60", timeout=1).timed_out
        assert runtime.read_file("out") == "carried"


@pytest.mark.parametrize("way", ["tcp", "tls", "ssh"], indirect=True)
def test_a_container_goes_with_the_process_that_was_killed_on_every_way(
    no_container_left: None, docker_image: str, tmp_path: Path, way: Way
) -> None:
    with (
        subprocess.Popen([sys.executable, "-c", HOST, docker_image, str(tmp_path)], stdout=subprocess.PIPE, text=True) as host,
        contextlib.closing(Engine(way)) as engine,
    ):
        assert host.stdout is not None
        container = host.stdout.readline().strip()
        assert is_there(engine, container)
        host.kill()
        host.wait(PATIENCE)
        assert within_patience(lambda: not is_there(engine, container))
        assert within_patience(lambda: not left_after_reaping(engine, host.pid))


@pytest.mark.parametrize("way", ["ssh"], indirect=True)
def test_many_who_log_in_at_once_are_all_let_in(way: Way) -> None:
    together = threading.Barrier(16)  # the server turns away from the ninth on

    def ask(_: int) -> None:
        together.wait(PATIENCE)
        with contextlib.closing(Engine(way, timeout=60)) as engine:
            engine.ping()

    with ThreadPoolExecutor(together.parties) as threads:
        list(threads.map(ask, range(together.parties)))


def left_after_reaping(engine: Engine, owner: int) -> list[str]:
    """What the next start on this way leaves of a dead process."""
    reap(engine)
    label = f"pygent.owner.pid={owner}"
    return [each.name for each in (*engine.containers([label]), *engine.volumes([label]))]


def is_there(engine: Engine, container: str) -> bool:
    return any(each.name.startswith(container) for each in engine.containers(["pygent.runtime"]))


def test_no_proxy_of_the_docker_commands_file_gets_into_a_container(
    no_container_left: None, docker_image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text('{"proxies": {"default": {"httpProxy": "http://me:secret@box:1"}}}')
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with Runtime(True, image=docker_image) as runtime:
        assert "secret" not in runtime.execute("env").output


# ---------------------------------------------------------------- no way


def problem(environment: Way) -> str:
    """Why the environment leads to no engine; the same when it is asked for."""
    told = docker_problem(environment)
    with pytest.raises(RuntimeUnavailable) as caught:
        Engine(environment, timeout=3).close()
    assert str(caught.value).lower() == f"{told}.".lower()
    assert "\n" not in told
    return told


def test_a_port_where_nobody_listens_is_named(docker_image: str) -> None:
    assert problem({"DOCKER_HOST": "tcp://127.0.0.1:1"}) == "the Docker engine does not answer (tcp://127.0.0.1:1): Connection refused"


def test_an_engine_that_never_answers_is_not_waited_for(docker_image: str) -> None:
    with proxy(silent=True) as mute:
        started = time.monotonic()
        assert docker_problem({"DOCKER_HOST": mute.address}) == f"the Docker engine does not answer ({mute.address}): timed out"
        assert time.monotonic() - started < PATIENCE


def test_the_web_proxy_of_the_environment_is_not_for_the_engine(docker_image: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with proxy() as between:
        assert docker_problem({"DOCKER_HOST": between.address}) == ""


def test_tls_lets_in_only_who_is_known_and_goes_only_to_who_is(tls_server: Server, tmp_path: Path) -> None:
    address = f"tcp://127.0.0.1:{tls_server.port}"
    at = {"DOCKER_HOST": address, "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(tls_server.folder)}
    assert docker_problem(at) == ""
    assert docker_problem({**at, "DOCKER_TLS_VERIFY": "", "DOCKER_TLS": "1"}) == ""
    for name in ("cert.pem", "key.pem"):
        shutil.copy(tls_server.folder / name, tmp_path)
    assert "CERTIFICATE_VERIFY_FAILED" in problem({**at, "DOCKER_CERT_PATH": str(tmp_path)})
    nobody = tmp_path / "nobody"
    nobody.mkdir()
    shutil.copy(tls_server.folder / "ca.pem", nobody)
    # The server's word on it and the end of the connection come in either order; both are told as they are.
    unknown = docker_problem({**at, "DOCKER_CERT_PATH": str(nobody)})
    assert re.fullmatch(rf"the Docker engine does not answer \({address}\): (\[SSL: \w+\] [\w ]+|EOF occurred [\w ]+) \(\S+\)", unknown)
    assert problem({"DOCKER_HOST": address}).startswith(f"the Docker engine does not answer ({address}): ")


@pytest.fixture
def home(ssh_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the home that may log in."""
    copied = tmp_path / "home"
    shutil.copytree(ssh_server.folder, copied)
    monkeypatch.setenv("HOME", str(copied))
    return copied


def reaching(server: Server) -> Way:
    return {"DOCKER_HOST": f"ssh://{getpass.getuser()}@127.0.0.1:{server.port}"}


def test_an_unknown_host_is_not_logged_in_to(ssh_server: Server, home: Path) -> None:
    (home / ".ssh" / "known_hosts").unlink()
    assert problem(reaching(ssh_server)) == (
        f"the Docker engine does not answer (ssh://127.0.0.1:{ssh_server.port}): "
        "its host key is not known; log in once with ssh and accept it"
    )


def test_a_host_with_another_key_is_not_logged_in_to(ssh_server: Server, home: Path) -> None:
    other = (home / ".ssh" / "id_ed25519.pub").read_text().split()[1]
    (home / ".ssh" / "known_hosts").write_text(f"[127.0.0.1]:{ssh_server.port} ssh-ed25519 {other}\n")
    assert "its host key is not the one that is known" in problem(reaching(ssh_server))


def test_a_login_that_is_refused_says_so_and_names_no_user(ssh_server: Server, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    (home / ".ssh" / "id_ed25519").unlink()
    assert problem({"DOCKER_HOST": f"ssh://somebody@127.0.0.1:{ssh_server.port}"}) == (
        f"the Docker engine does not answer (ssh://127.0.0.1:{ssh_server.port}): "
        "the login was refused; put a key that is allowed there into the ssh agent or ~/.ssh"
    )


def test_the_ssh_configuration_names_hosts(ssh_server: Server, home: Path) -> None:
    configuration = home / ".ssh" / "config"
    configuration.write_text(f"Host engine\n HostName 127.0.0.1\n Port {ssh_server.port}\n User {getpass.getuser()}\n")
    assert docker_problem({"DOCKER_HOST": "ssh://engine"}) == ""
    configuration.write_text("Host engine\n ProxyCommand nc box 22\n")
    assert "the proxycommand of the ssh configuration is not followed" in problem({"DOCKER_HOST": "ssh://engine"})


def test_an_ssh_host_that_keeps_silent_is_not_waited_for(docker_image: str) -> None:
    with proxy(silent=True) as mute:
        started = time.monotonic()
        assert "does not answer" in docker_problem({"DOCKER_HOST": f"ssh://127.0.0.1:{mute.port}"})
        assert time.monotonic() - started < PATIENCE


def test_a_timeout_without_words_is_named() -> None:
    assert short(TimeoutError()) == "timed out"


def test_ssh_without_its_package_says_what_to_install(docker_image: str) -> None:
    program = (
        "import sys; sys.modules['paramiko'] = None\n"
        "from pygent_engine.runtime.engine.probe import docker_problem\n"
        "print(docker_problem({'DOCKER_HOST': 'ssh://box'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == (
        "the Docker engine does not answer (ssh://box): ssh needs the package paramiko; install it with: pip install 'pygent-tui[ssh]'\n"
    )


def test_a_context_that_the_docker_command_made_leads_to_the_engine(tls_server: Server, tmp_path: Path) -> None:
    folder = tls_server.folder
    host = f"host=tcp://127.0.0.1:{tls_server.port},ca={folder}/ca.pem,cert={folder}/cert.pem,key={folder}/key.pem"
    environment = {"DOCKER_CONFIG": str(tmp_path), "PATH": os.environ["PATH"]}
    for command in (["create", "far", "--docker", host], ["use", "far"]):
        subprocess.run(["docker", "context", *command], env=environment, capture_output=True, timeout=60, check=True)
    with contextlib.closing(Engine({"DOCKER_CONFIG": str(tmp_path)})) as engine:
        engine.ping()
        assert (engine.remote, str(engine.address)) == (True, f"tcp://127.0.0.1:{tls_server.port}")

"""The ways to the real engine: its socket, TCP, TLS and ssh, each as the environment that leads there.

The servers are real ones: socat and OpenSSH.
"""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pygent_engine.settings import docker_environment
from tests.support.engine_proxy import ENGINE_SOCKET, proxy
from tests.support.servers import START_S, free_port, installed, running

_SSHD = """ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/allowed
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
PermitUserEnvironment no
MaxStartups 8:100:8
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A server before the engine. `folder` holds what its clients need."""

    port: int
    folder: Path


@pytest.fixture(scope="session")
def tls_server(docker_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Asks for a client's certificate; `folder` is a DOCKER_CERT_PATH."""
    folder = tmp_path_factory.mktemp("tls")
    _make_certificates(folder)
    port = free_port()
    ends = f"cert={folder}/server.pem,key={folder}/server-key.pem,cafile={folder}/ca.pem,verify=1"
    listen = f"openssl-listen:{port},bind=127.0.0.1,reuseaddr,fork,{ends}"
    with running([installed("socat"), "-t", "3600", listen, f"unix-connect:{ENGINE_SOCKET}"], port, folder / "log"):
        yield Server(port, folder)


@pytest.fixture(scope="session")
def ssh_server(docker_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`folder` is a home with a key that is allowed and the host key that is known."""
    folder = tmp_path_factory.mktemp("ssh")
    port = free_port()
    sshd = installed("sshd")
    home = folder / "home"
    (home / ".ssh").mkdir(parents=True)
    for file in (folder / "host", home / ".ssh" / "id_ed25519"):
        _do("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(file))
    shutil.copy(home / ".ssh" / "id_ed25519.pub", folder / "allowed")
    key = " ".join((folder / "host.pub").read_text().split()[:2])
    (home / ".ssh" / "known_hosts").write_text(f"[127.0.0.1]:{port} {key}\n")
    (folder / "sshd_config").write_text(_SSHD.format(port=port, folder=folder))
    apart = Path("/run/sshd")  # what sshd wants, and a service that was never started did not make
    made = os.geteuid() == 0 and not apart.exists()
    if made:
        apart.mkdir(mode=0o755)
    try:
        with running([sshd, "-D", "-e", "-f", str(folder / "sshd_config")], port, folder / "log"):
            yield Server(port, home)
    finally:
        if made:
            apart.rmdir()


@pytest.fixture(params=["unix", "tcp", "tls", "ssh"])
def way(request: pytest.FixtureRequest, docker_image: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The environment that leads to the engine, on each of the ways; set for this process, too."""
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    with _variables(request) as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield docker_environment()


@contextmanager
def _variables(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    match request.param:
        case "tcp":
            with proxy() as between:
                yield {"DOCKER_HOST": between.address}
        case "tls":
            server = request.getfixturevalue("tls_server")
            yield {"DOCKER_HOST": f"tcp://127.0.0.1:{server.port}", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(server.folder)}
        case "ssh":
            server = request.getfixturevalue("ssh_server")
            yield {"DOCKER_HOST": f"ssh://{getpass.getuser()}@127.0.0.1:{server.port}", "HOME": str(server.folder)}
        case _:
            yield {}


def _make_certificates(folder: Path) -> None:
    """As Docker's manual makes them: an authority, and what it signed for the server and a client."""
    fresh = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    _do(installed("openssl"), "req", "-x509", *fresh, "-days", "2", "-subj", "/CN=ca", "-keyout", "ca-key.pem", "-out", "ca.pem", at=folder)
    for name, key, certificate in (("server", "server-key.pem", "server.pem"), ("client", "key.pem", "cert.pem")):
        named = ("-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1")
        _do("openssl", "req", *fresh, *named, "-keyout", key, "-out", "request", at=folder)
        signed = ("-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-copy_extensions", "copyall")
        _do("openssl", "x509", "-req", "-in", "request", *signed, "-days", "2", "-out", certificate, at=folder)


def _do(*command: str, at: Path | None = None) -> None:
    done = subprocess.run(command, cwd=at, capture_output=True, text=True, timeout=START_S, check=False)
    assert done.returncode == 0, done.stderr

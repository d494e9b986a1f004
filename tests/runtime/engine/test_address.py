"""The laws of where the engine is looked for: as the docker command has it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from pygent_engine.errors import RuntimeUnavailable
from pygent_engine.runtime.engine.address import Address, Tls, engine_address
from pygent_engine.runtime.engine.probe import docker_problem

LOCAL = Address("unix", "/var/run/docker.sock")


def make_context(folder: Path, name: str, endpoint: object, *material: str) -> Path:
    """A context as `docker context create` writes it; the folder of its TLS material."""
    key = hashlib.sha256(name.encode()).hexdigest()
    meta = folder / "contexts" / "meta" / key
    meta.mkdir(parents=True)
    (meta / "meta.json").write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": endpoint}}))
    tls = folder / "contexts" / "tls" / key / "docker"
    for file in material:
        tls.mkdir(parents=True, exist_ok=True)
        (tls / file).touch()
    return tls


@pytest.mark.parametrize(
    ("host", "address", "shown", "remote"),
    [
        ("unix:///run/user/1000/docker.sock", Address("unix", "/run/user/1000/docker.sock"), "/run/user/1000/docker.sock", False),
        ("unix://", LOCAL, "/var/run/docker.sock", False),
        ("tcp://10.0.0.1:2222", Address("tcp", host="10.0.0.1", port=2222), "tcp://10.0.0.1:2222", True),
        ("tcp://127.0.0.1", Address("tcp", host="127.0.0.1", port=2375), "tcp://127.0.0.1:2375", True),
        ("127.0.0.1:2222", Address("tcp", host="127.0.0.1", port=2222), "tcp://127.0.0.1:2222", True),
        ("tcp://[::1]:2222", Address("tcp", host="::1", port=2222), "tcp://[::1]:2222", True),
        ("https://box:1", Address("tcp", host="box", port=1, tls=Tls()), "tcp://box:1", True),
        ("ssh://me@box", Address("ssh", host="box", user="me"), "ssh://box", True),
        ("ssh://box:2200", Address("ssh", host="box", port=2200), "ssh://box:2200", True),
    ],
)
def test_an_address_is_read_as_the_docker_command_reads_it(host: str, address: Address, shown: str, remote: bool, tmp_path: Path) -> None:
    found = engine_address({"DOCKER_HOST": host, "HOME": str(tmp_path)})
    assert (found, str(found), found.remote) == (address, shown, remote)


@pytest.mark.parametrize(
    "host", ["ftp://box", "tcp://", "ssh://", "tcp://box:port", "tcp://me:secret@box:1", "npipe:////./pipe/docker", "tcp://[::1"]
)
def test_what_is_no_address_is_refused_without_being_repeated(host: str) -> None:
    with pytest.raises(RuntimeUnavailable) as caught:
        engine_address({"DOCKER_HOST": host})
    assert str(caught.value) == "DOCKER_HOST names no Docker engine (write it as unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST)."


def test_the_host_comes_before_the_context_and_that_before_the_current_one(tmp_path: Path) -> None:
    folder = tmp_path / ".docker"
    environment = {"HOME": str(tmp_path)}
    assert engine_address(environment) == LOCAL
    make_context(folder, "current", {"Host": "tcp://current:1"})
    make_context(folder, "named", {"Host": "tcp://named:1"})
    (folder / "config.json").write_text('{"currentContext": "current"}')
    assert engine_address(environment).host == "current"
    assert engine_address(environment | {"DOCKER_CONTEXT": "named"}).host == "named"
    assert engine_address(environment | {"DOCKER_CONTEXT": "default"}) == LOCAL
    assert engine_address(environment | {"DOCKER_CONTEXT": "named", "DOCKER_HOST": "tcp://host:1"}).host == "host"
    assert engine_address(environment | {"DOCKER_CONFIG": str(tmp_path / "elsewhere")}) == LOCAL


@pytest.mark.parametrize("text", ["", "{", "[]", '{"currentContext": 1}', '{"currentContext": ""}'])
def test_a_configuration_that_cannot_be_read_names_no_context(text: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(text)
    assert engine_address({"DOCKER_CONFIG": str(tmp_path)}) == LOCAL


def test_a_context_that_is_missing_or_broken_is_told_and_never_passed_over(tmp_path: Path) -> None:
    environment = {"DOCKER_CONFIG": str(tmp_path), "DOCKER_CONTEXT": "far"}
    problem = docker_problem(environment)
    assert problem == "the Docker context 'far' does not exist (docker context ls names those that do)"
    make_context(tmp_path, "far", "nonsense")
    with pytest.raises(RuntimeUnavailable, match=r"^The Docker context 'far' cannot be read \(.*meta.json\)\.$"):
        engine_address(environment)


def test_a_context_brings_its_own_certificates(tmp_path: Path) -> None:
    tls = make_context(tmp_path, "all", {"Host": "tcp://box:1", "SkipTLSVerify": False}, "ca.pem", "cert.pem", "key.pem")
    make_context(tmp_path, "none", {"Host": "tcp://box:1"})
    make_context(tmp_path, "blind", {"Host": "tcp://box:1", "SkipTLSVerify": True})
    at = {"DOCKER_CONFIG": str(tmp_path), "DOCKER_TLS_VERIFY": "1"}
    assert [engine_address(at | {"DOCKER_CONTEXT": name}).tls for name in ("all", "none", "blind")] == [
        Tls(tls / "ca.pem", tls / "cert.pem", tls / "key.pem"),
        None,
        Tls(verify=False),
    ]


def test_the_environment_brings_certificates_for_its_host_and_for_none(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    at = {"HOME": str(tmp_path), "DOCKER_HOST": "tcp://box", "DOCKER_CERT_PATH": str(tmp_path)}
    verified, blind = Tls(tmp_path / "ca.pem"), Tls(tmp_path / "ca.pem", verify=False)
    assert engine_address(at).tls is None
    assert engine_address(at | {"DOCKER_TLS_VERIFY": "1"}) == Address("tcp", host="box", port=2376, tls=verified)
    assert engine_address(at | {"DOCKER_TLS": "1"}) == Address("tcp", host="box", port=2376, tls=blind)
    assert engine_address({"HOME": str(tmp_path), "DOCKER_TLS_VERIFY": "1"}) == Address("tcp", host="localhost", port=2376, tls=Tls())

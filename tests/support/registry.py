"""A real registry on loopback for tests, with an image that runs; without Debian's docker-registry such a test is skipped.

Where PYGENT_REQUIRE_DOCKER is 1 it fails instead. What is pushed and pulled is removed from the engine again.
"""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import shutil
import socket
import subprocess
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import docker
import pytest
from docker.errors import DockerException, ImageNotFound

BUSYBOX = "/bin/busybox"
LAYER_BYTES = 1_500_000  # which do not compress
_PROGRAMS = ("sh", "setsid", "sleep", "cat", "echo", "seq", "kill", "printf", "tr", "grep")
_START_S = 20
_CONFIGURATION = """version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


@dataclass(frozen=True, slots=True)
class Registry:
    """A registry that holds `repository` with the tags "latest" and "old", which no engine has yet. Of their three layers
    two hold LAYER_BYTES each."""

    port: int
    repository: str

    def image(self, tag: str = "", port: int = 0) -> str:
        """The name to pull it by, through a proxy on `port`."""
        return f"127.0.0.1:{port or self.port}/{self.repository}" + (f":{tag}" if tag else "")


def lacking(program: str) -> NoReturn:
    """Skip the test for a program that is not installed, or fail it where all must be there."""
    reason = f"{program} is not installed; .ci/run installs it"
    if os.environ.get("PYGENT_REQUIRE_DOCKER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def registry(docker_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """The registry, for as long as the tests run."""
    program = shutil.which("docker-registry") or lacking("docker-registry")
    if not Path(BUSYBOX).exists():
        lacking("busybox-static")
    folder = tmp_path_factory.mktemp("registry")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    (folder / "config.yml").write_text(_CONFIGURATION.format(folder=folder / "data", port=port))
    with (folder / "log").open("wb") as log:
        serving = subprocess.Popen([str(program), "serve", str(folder / "config.yml")], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        _wait_for(port)
        made = Registry(port, f"pygent-test-{secrets.token_hex(4)}")
        _push(made)
        yield made
    finally:
        serving.kill()
        serving.wait(_START_S)


@contextlib.contextmanager
def forgetting(*images: str) -> Iterator[None]:
    """After the block the engine has none of `images`."""
    try:
        yield
    finally:
        with contextlib.closing(docker.from_env(timeout=20)) as client:
            for image in images:
                with contextlib.suppress(ImageNotFound):
                    client.images.remove(image, force=True)


def tags_here(repository: str) -> list[str]:
    """The tags of `repository` that the engine has."""
    with contextlib.closing(docker.from_env(timeout=20)) as client:
        return sorted(tag for image in client.images.list(name=repository) for tag in image.tags)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, "the registry did not start"
            time.sleep(0.02)


def _push(registry: Registry) -> None:
    with contextlib.closing(docker.APIClient(timeout=60)) as client:
        for tag in ("latest", "old"):
            image = registry.image(tag)
            with forgetting(image):
                _finished(client.build(fileobj=_context(), custom_context=True, tag=image, rm=True, decode=True, nocache=True))
                _finished(client.push(image, stream=True, decode=True))


def _finished(lines: Any) -> None:
    for line in lines:
        if "error" in line:
            raise DockerException(line["error"])


def _context() -> io.BytesIO:
    """What an image is built from: a shell in a layer, and noise in two more."""
    links = " && ".join(f"ln -s busybox /bin/{name}" for name in _PROGRAMS)
    dockerfile = f"""FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "sh", "-c", "{links.replace("ln ", "/bin/busybox ln ")}"]
COPY one /one
COPY two /two
"""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.add(BUSYBOX, "busybox")
        for name, data in (("Dockerfile", dockerfile.encode()), ("one", os.urandom(LAYER_BYTES)), ("two", os.urandom(LAYER_BYTES))):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    buffer.seek(0)
    return buffer

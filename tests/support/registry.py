"""A real registry for tests, Debian's docker-registry, with an image that runs.

What is pushed and pulled is removed from the engine again.
"""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.errors import DockerException, ImageNotFound

from tests.support.servers import free_port, installed, lacking, running

BUSYBOX = "/bin/busybox"
LAYER_BYTES = 1_500_000  # which do not compress
_PROGRAMS = ("sh", "setsid", "sleep", "cat", "echo", "seq", "kill", "printf", "tr", "grep")
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


@pytest.fixture(scope="session")
def registry(docker_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """The registry, for as long as the tests run."""
    program = installed("docker-registry")
    if not Path(BUSYBOX).exists():
        lacking("busybox-static")
    folder = tmp_path_factory.mktemp("registry")
    port = free_port()
    (folder / "config.yml").write_text(_CONFIGURATION.format(folder=folder / "data", port=port))
    with running([program, "serve", str(folder / "config.yml")], port, folder / "log"):
        made = Registry(port, f"pygent-test-{secrets.token_hex(4)}")
        _push(made)
        yield made


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

"""Small container images for tests, made from programs of this machine."""

from __future__ import annotations

import io
import subprocess
import tarfile
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import docker
import pytest

# Makes an image that holds these programs (name to file of this machine) with what they link to; returns its name.
ImageMaker = Callable[..., str]


def _libraries(program: str) -> set[str]:
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, timeout=20, check=False).stdout
    return {word for line in listed.splitlines() for word in line.split() if word.startswith("/")}


def _archive(programs: Mapping[str, str]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as archive:
        for name, program in programs.items():
            archive.add(Path(program).resolve(), f"bin/{name}")
        for library in sorted({library for program in programs.values() for library in _libraries(program)}):
            archive.add(Path(library).resolve(), library.lstrip("/"))
    return content.getvalue()


@pytest.fixture
def make_image(docker_image: str) -> Iterator[ImageMaker]:
    """Images are removed after the test."""
    client = docker.APIClient(timeout=60)
    made: list[str] = []

    def make(programs: Mapping[str, str], changes: Sequence[str] = ()) -> str:
        name = f"pygent-test-{uuid.uuid4().hex[:12]}:small"
        client.import_image_from_data(_archive(programs), repository=name.partition(":")[0], tag="small", changes=list(changes))
        made.append(name)
        return name

    yield make
    for name in made:
        client.remove_image(name, force=True)
    client.close()

"""The real Docker engine for tests: a runtime of either kind, and a check that none of its containers is left.

Without an engine or image the tests that need one are skipped and say so; where PYGENT_REQUIRE_DOCKER is 1 they fail.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.errors import DockerException

from pygent_engine.runtime import Runtime
from pygent_engine.runtime.engine.probe import docker_problem
from pygent_engine.settings import docker_environment

_REMOVAL_S = 30


def image_name() -> str:
    """The image that containers of tests are made from, whether or not it is here."""
    return os.environ.get("PYGENT_TEST_IMAGE", "pygent-test:bookworm")


def engine_problem(image: str) -> str:
    """Why the engine cannot serve the tests, "" when it can."""
    if problem := docker_problem(docker_environment()):
        return f"{problem}; .ci/docker-engine starts one"
    with contextlib.closing(docker.from_env(timeout=10)) as client:
        try:
            client.images.get(image)
        except DockerException:
            return f"the image {image} is not here; .ci/docker-engine makes it"
    return ""


@pytest.fixture(scope="session")
def docker_image() -> str:
    """The image that containers of tests are made from."""
    image = image_name()
    if reason := engine_problem(image):
        if os.environ.get("PYGENT_REQUIRE_DOCKER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return image


@pytest.fixture
def docker_client(docker_image: str) -> Iterator[Any]:
    """The engine as others see it: without Pygent in between."""
    with contextlib.closing(docker.APIClient(version=_api_version(), timeout=20)) as client:
        yield client


def containers_of(pid: int) -> list[str]:
    """The ids of the containers that the process `pid` made and that still exist."""
    with contextlib.closing(docker.APIClient(version=_api_version(), timeout=10)) as client:
        return [str(each["Id"]) for each in client.containers(all=True, filters={"label": f"pygent.owner.pid={pid}"})]


def own_containers() -> list[str]:
    return containers_of(os.getpid())


@cache
def _api_version() -> str:
    """Asked once: the answer takes the engine longer than to list containers, which is done before and after each test."""
    with contextlib.closing(docker.APIClient(timeout=10)) as client:
        return str(client.api_version)


@pytest.fixture
def no_container_left(docker_image: str) -> Iterator[None]:
    """Fails when a container that the test made is still there after it."""
    before = set(own_containers())
    yield
    deadline = time.monotonic() + _REMOVAL_S
    while left := set(own_containers()) - before:
        assert time.monotonic() < deadline, f"containers left behind: {left}"


@pytest.fixture
def docker_runtime(docker_image: str, no_container_left: None, tmp_path: Path) -> Iterator[Runtime]:
    """A runtime in a container, over a folder of the test's."""
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    with Runtime(True, image=docker_image, workspace=workspace) as made:
        yield made


@pytest.fixture
def local_runtime(tmp_path: Path) -> Iterator[Runtime]:
    """A runtime on this machine, over a folder of the test's."""
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    with Runtime(False, workspace=workspace) as made:
        yield made


@pytest.fixture(params=["local", pytest.param("docker", marks=pytest.mark.docker)])
def runtime(request: pytest.FixtureRequest) -> Runtime:
    """A runtime of either kind: what a test says of it holds for both."""
    made = request.getfixturevalue(f"{request.param}_runtime")
    assert isinstance(made, Runtime)
    return made

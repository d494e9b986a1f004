"""Runtimes on an engine that cannot see the host's folder, 20 ms away."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pygent_engine.runtime import Runtime

from ...support.engine_proxy import Proxy, proxy
from .remote import volumes


@pytest.fixture
def way(docker_image: str, no_container_left: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """The way to the engine, which counts as remote."""
    with proxy(delay=0.01) as between:
        monkeypatch.setenv("DOCKER_HOST", between.address)
        yield between


@pytest.fixture
def make(way: Proxy, docker_image: str, tmp_path: Path) -> Iterator[Callable[..., Runtime]]:
    """Makes runtimes over the folder `workspace`; fails when one leaves a volume behind."""
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    before = volumes()
    with contextlib.ExitStack() as made:
        yield lambda **options: made.enter_context(Runtime(True, image=docker_image, workspace=workspace, **options))
    assert volumes() == before


@pytest.fixture
def runtime(make: Callable[..., Runtime]) -> Runtime:
    return make()

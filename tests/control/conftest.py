"""A session of a few lines, served in a folder of the test's own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pygent_engine.control import Served, serve
from tests.support.played_session import PlayedSession


@pytest.fixture
def near_root() -> Iterator[Path]:
    """A folder with a path so short that a plain socket can stand in it, and above which all is open to other users:
    pytest's own need be neither."""
    with tempfile.TemporaryDirectory(prefix="pygent-", dir="/tmp") as name:
        yield Path(name)


@pytest.fixture
def folder(near_root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the sessions of this test are found, by id too."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(near_root))
    return near_root / "pygent"


@pytest.fixture
def session() -> PlayedSession:
    return PlayedSession()


@pytest.fixture
def served(session: PlayedSession, folder: Path) -> Iterator[Served]:
    """`session`, on offer."""
    offered = serve(session)
    assert offered.path.parent == folder
    yield offered
    offered.close()

"""A session of a few lines, served in a folder of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pygent_engine.control import Served, serve
from tests.support.played_session import PlayedSession


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the sessions of this test are found, by id too."""
    (tmp_path / "run").mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    return tmp_path / "run" / "pygent"


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

"""The hall of a test of tasks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .hall import Hall


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path / "parent")
    yield hall
    hall.close()

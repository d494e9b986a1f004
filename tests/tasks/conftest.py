"""The hall of a test of tasks, and the models that wait for the test in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pygent_engine import Message

from .hall import Hall
from .turnstile import Turnstile


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path / "parent")
    yield hall
    hall.close()


@pytest.fixture
def turnstile(hall: Hall) -> Iterator[Callable[..., Turnstile]]:
    made: list[Turnstile] = []

    def make(*replies: Message | str) -> Turnstile:
        made.append(Turnstile(iter(replies)))
        return made[-1]

    yield make
    for each in made:
        each.let(100)

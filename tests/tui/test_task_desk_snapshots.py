"""A task's own screen, the peek and the message to tasks as pictures.

After a change that is meant: pytest tests/tui/test_task_desk_snapshots.py --snapshot-update, then look at what changed.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pygent_tui.theme import DARK, LIGHT
from tests import task_scripts
from tests.scenes import Scene

from .conftest import Looks

_OPEN, _PEEK, _MESSAGE = ("f2", "enter"), ("f2", "p"), ("f2", "m")
_SCENES = {
    scene.name: scene
    for scene in (
        Scene("task-open", task_scripts.three, ("f2", "j", "enter")),
        Scene("task-asks", task_scripts.three, _OPEN),
        Scene("task-paused", task_scripts.paused, _OPEN),
        Scene("task-retried", task_scripts.retried, _OPEN),
        Scene("task-queued", task_scripts.queued, _OPEN),
        Scene("task-hostile", task_scripts.hostile, _OPEN),
        Scene("task-over", task_scripts.working, (*_OPEN, *"and the docs too")),
        Scene("peek", task_scripts.three, ("f2", "j", "p")),
        Scene("peek-approval", task_scripts.three, _PEEK),
        Scene("peek-question", task_scripts.asking, (*_PEEK, "tab")),
        Scene("peek-pane", task_scripts.working, ("f6", "f6", "f6", "p")),
        Scene("message", task_scripts.working, ("f2", "asterisk", "m", *"stop at", "ctrl+j", *"noon")),
        Scene("message-over", task_scripts.working, (*_MESSAGE, *"and the docs too")),
    )
}


@pytest.fixture
def matches(looks: Looks) -> Callable[[str, tuple[int, int], str], bool]:
    """Whether a scene looks as it did."""
    return lambda name, size, theme: looks(_SCENES[name], size, theme)


@pytest.mark.parametrize("name", list(_SCENES))
def test_it_looks_as_it_did(name: str, matches: Callable[..., bool]) -> None:
    assert matches(name, (120, 40), DARK)


@pytest.mark.parametrize("name", ["task-open", "task-asks", "task-over", "peek", "peek-question", "peek-pane", "message"])
def test_it_looks_as_it_did_on_a_small_screen(name: str, matches: Callable[..., bool]) -> None:
    assert matches(name, (80, 24), DARK)


@pytest.mark.parametrize("name", ["task-open", "task-asks", "peek", "message"])
def test_it_looks_as_it_did_on_a_tiny_screen(name: str, matches: Callable[..., bool]) -> None:
    assert matches(name, (40, 12), DARK)


@pytest.mark.parametrize("name", ["task-open", "peek-approval"])
def test_it_looks_as_it_did_on_a_large_screen(name: str, matches: Callable[..., bool]) -> None:
    assert matches(name, (200, 50), DARK)


def test_it_looks_as_it_did_in_the_light_theme(matches: Callable[..., bool]) -> None:
    assert matches("task-open", (120, 40), LIGHT)


def test_it_looks_as_it_did_without_colours(matches: Callable[..., bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert matches("task-asks", (80, 24), DARK)

"""Every screen as a picture: all scenes at 120x40, the ones that crowd at 80x24, some in the light theme.

After a change that is meant: pytest tests/tui/test_snapshots.py --snapshot-update, then look at what changed.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pygent_tui.theme import DARK, LIGHT
from tests.scenes import SCENES, scene

from .conftest import Looks

_SMALL = (
    "start",
    "running",
    "approval",
    "network-approval",
    "task-approval",
    "question",
    "tasks",
    "cannot-start",
    "image-missing",
    "help",
    "quit",
    "hostile",
    "half-pulled",
    "diffs",
    "cards",
    "odd",
    "wrapped",
    "output-search",
    "output-of-task",
    "pick-call",
    "full-kept",
    "save-as",
)
_LISTS = ("tools", "persona", "changes", "doctor")
_NARROW = ("cards", "odd", "image-missing", "half-pulled", "failed-pull", "pick-call", "full-kept", "save-as")
_LIGHT = ("diffs", "cards", "answer", "running", "approval", "tasks", "help", "cannot-start", "half-pulled", "output-search", "pick-call")


_ASKING = (
    "approval-prefix",
    "approval-padded",
    "approval-long",
    "approval-edit",
    "three-wait",
    "question-long",
    "question-lines",
)

_BOARDS = ("board-empty", "board-three", "board-states", "board-hundred", "board-thousand")
_INBOX = ("inbox-one", "inbox-three", "inbox-thirty")
_WRITING = ("commands", "files", "earlier-prompts", "queue", "shell", "tall-prompt")
_TINY = ("commands", "files", "queue", "tall-prompt")


@pytest.fixture
def matches(looks: Looks) -> Callable[[str, tuple[int, int], str], bool]:
    """Whether a scene looks as it did."""
    return lambda name, size, theme: looks(scene(name), size, theme)


@pytest.mark.parametrize("name", [scene.name for scene in SCENES])
def test_a_scene_looks_as_it_did(name: str, matches: Callable[..., bool]) -> None:
    assert matches(name, (120, 40), DARK)


@pytest.mark.parametrize("name", _SMALL)
def test_a_scene_looks_as_it_did_on_a_small_screen(name: str, matches: Callable[..., bool]) -> None:
    assert matches(name, (80, 24), DARK)


@pytest.mark.parametrize("name", _NARROW)
def test_a_scene_looks_as_it_did_on_a_narrow_screen(name: str, matches: Callable[..., bool]) -> None:
    assert matches(name, (48, 20), DARK)


@pytest.mark.parametrize("name", _LIGHT)
def test_a_scene_looks_as_it_did_in_the_light_theme(name: str, matches: Callable[..., bool]) -> None:
    assert matches(name, (120, 40), LIGHT)


@pytest.mark.parametrize("name", _ASKING)
@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
def test_what_asks_looks_as_it_did_where_there_is_little_room(name: str, size: tuple[int, int], matches: Callable[..., bool]) -> None:
    assert matches(name, size, DARK)


@pytest.mark.parametrize("name", _INBOX)
def test_the_inbox_looks_as_it_did_where_there_is_little_room(name: str, matches: Callable[..., bool]) -> None:
    assert matches(name, (80, 24), DARK)


@pytest.mark.parametrize("name", ["approval-edit", "approval-padded", "three-wait", "question-long"])
def test_what_asks_looks_as_it_did_in_the_light_theme(name: str, matches: Callable[..., bool]) -> None:
    assert matches(name, (80, 24), LIGHT)


@pytest.mark.parametrize("name", ["approval-edit", "approval-padded", "question-long"])
def test_what_asks_looks_as_it_did_without_colours(name: str, matches: Callable[..., bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert matches(name, (80, 24), DARK)


@pytest.mark.parametrize("name", _LISTS)
@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
def test_what_a_command_lists_looks_as_it_did_where_there_is_little_room(
    name: str, size: tuple[int, int], matches: Callable[..., bool]
) -> None:
    assert matches(name, size, DARK)


@pytest.mark.parametrize("name", _LISTS)
def test_what_a_command_lists_looks_as_it_did_in_the_light_theme(name: str, matches: Callable[..., bool]) -> None:
    assert matches(name, (80, 24), LIGHT)


@pytest.mark.parametrize("name", ["start", "overview", "approval", "ended-tasks"])
def test_a_scene_looks_as_it_did_on_a_tall_screen(name: str, matches: Callable[..., bool]) -> None:
    assert matches(name, (90, 60), DARK)


@pytest.mark.parametrize("name", ["start", "overview", "approval", "zoomed-board", "quit", "cannot-start"])
def test_a_scene_looks_as_it_did_on_a_tiny_screen(name: str, matches: Callable[..., bool]) -> None:
    assert matches(name, (40, 12), DARK)


def test_a_scene_looks_as_it_did_on_a_large_screen(matches: Callable[..., bool]) -> None:
    assert matches("overview", (200, 60), DARK)


@pytest.mark.parametrize("theme", ["ansi-dark", "ansi-light", "catppuccin-latte", "nord", "solarized-dark", "textual-light"])
def test_a_scene_looks_as_it_did_in_a_theme_of_others(theme: str, matches: Callable[..., bool]) -> None:
    assert matches("ended-tasks", (100, 30), theme)


@pytest.mark.parametrize("name", ["overview", "ended-tasks", "output-search", "question", "themes"])
def test_a_scene_looks_as_it_did_without_colours(name: str, matches: Callable[..., bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert matches(name, (120, 40), DARK)


@pytest.mark.parametrize("name", _WRITING)
def test_writing_looks_as_it_did_on_a_small_screen(name: str, matches: Callable[..., bool]) -> None:
    assert matches(name, (80, 24), DARK)


@pytest.mark.parametrize("name", _TINY)
def test_writing_looks_as_it_did_on_a_tiny_screen(name: str, matches: Callable[..., bool]) -> None:
    assert matches(name, (40, 12), DARK)


@pytest.mark.parametrize("name", ["files", "queue"])
def test_writing_looks_as_it_did_in_the_light_theme(name: str, matches: Callable[..., bool]) -> None:
    assert matches(name, (120, 40), LIGHT)


@pytest.mark.parametrize("name", _BOARDS)
@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
def test_the_board_looks_as_it_did_at_every_size(name: str, size: tuple[int, int], matches: Callable[..., bool]) -> None:
    assert matches(name, size, DARK)


@pytest.mark.parametrize("name", ["board-three", "board-states", "board-filtered"])
def test_the_board_looks_as_it_did_on_a_tiny_screen(name: str, matches: Callable[..., bool]) -> None:
    assert matches(name, (40, 12), DARK)


def test_the_board_looks_as_it_did_in_the_light_theme(matches: Callable[..., bool]) -> None:
    assert matches("board-states", (120, 40), LIGHT)


def test_the_board_looks_as_it_did_without_colours(matches: Callable[..., bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert matches("board-states", (120, 40), DARK)


_TASK_WORK = (
    "task-new",
    "task-new-files",
    "task-new-copies",
    "task-retry",
    "task-limits",
    "task-diff",
    "task-conflict",
    "task-compare",
    "task-between",
)


@pytest.mark.parametrize("name", _TASK_WORK)
@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
def test_the_work_of_tasks_looks_as_it_did_where_there_is_little_room(
    name: str, size: tuple[int, int], matches: Callable[..., bool]
) -> None:
    assert matches(name, size, DARK)


@pytest.mark.parametrize("name", ["copied", "board-copied", "task-diff-copied"])
@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
def test_what_is_said_in_passing_covers_nothing_that_is_needed(name: str, size: tuple[int, int], matches: Callable[..., bool]) -> None:
    assert matches(name, size, DARK)


@pytest.mark.parametrize("name", ["task-new-copies", "task-conflict", "task-compare"])
def test_the_work_of_tasks_looks_as_it_did_on_a_large_screen(name: str, matches: Callable[..., bool]) -> None:
    assert matches(name, (200, 50), DARK)


@pytest.mark.parametrize("name", ["task-new-copies", "task-conflict"])
def test_the_work_of_tasks_looks_as_it_did_in_the_light_theme(name: str, matches: Callable[..., bool]) -> None:
    assert matches(name, (80, 24), LIGHT)


@pytest.mark.parametrize("name", ["task-new-copies", "task-conflict"])
def test_the_work_of_tasks_looks_as_it_did_without_colours(
    name: str, matches: Callable[..., bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert matches(name, (80, 24), DARK)

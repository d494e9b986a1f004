"""Texts that name a key follow the user's own keys."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pygent_tui import bound
from pygent_tui.bound import key_of, keys_of
from pygent_tui.keymap import places
from tests.scenes import scene
from tests.support.stage import Stage, play

SOURCES = Path(bound.__file__).parent
_NAMED = re.compile(r"key_of\([\w.]+, [\"']([a-z-]+\.[a-z-]+)[\"']\)")
_BY_HAND = re.compile(r"\b(F[1-9][0-2]?|(Ctrl|Alt|Shift)\+\S|Esc|Enter|Tab|Del|End|Home)\b|[↑↓]{2}")
# The names themselves, and keys that are no bindings: those that answer, those of text fields and lists, those of a shell.
_FIXED = ("key_names.py", "widgets/asks/", "screens/message.py", "screens/pick_call.py", "views/shells.py")
TASKS, EMPTY = scene("ended-tasks"), scene("start")


def test_every_key_that_a_text_names_is_bound_somewhere() -> None:
    named = {name for path in SOURCES.rglob("*.py") for name in _NAMED.findall(path.read_text("utf-8"))}
    assert len(named) > 20
    assert named - places().bound.keys() == set()


def test_no_other_text_names_a_key_by_hand() -> None:
    files = ((path.relative_to(SOURCES).as_posix(), path) for path in SOURCES.rglob("*.py"))
    said = [(name, text) for name, path in files if not name.startswith(_FIXED) for text in _said(path) if _BY_HAND.search(text)]
    assert said == []


def _said(path: Path) -> Iterator[str]:
    """The texts of a module, without its docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def test_a_key_is_named_as_it_stands_where_a_widget_is() -> None:
    async def scenario(stage: Stage) -> None:
        board = stage.conductor.panes.board
        assert [key_of(board, name) for name in ("board.new", "board.full", "app.quit", "nothing.here")] == ["n", "F2", "Ctrl+Q", ""]
        assert keys_of(stage.bench.composer, "composer.up", "composer.down") == "↑↓"

    play(TASKS, scenario)


def test_texts_name_the_users_own_keys() -> None:
    keys = (
        ("app.quit", "f10"),
        ("board.full", "f5"),
        ("board.new", "b"),
        ("composer.complete", "f9"),
        ("pick.close", "f8"),
        ("app.help", "f12"),
    )

    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: stage.conductor.rebinding.map.keys)
        await stage.until(lambda: "F5 and b start one" in stage.text("#board"))
        assert "F12 shows the keys and the commands." in stage.text("#conversation")
        await stage.press("/", "c", "o")
        await stage.until(lambda: "F9 complete" in stage.text("#popup"))
        await stage.press("escape", *"py last", "enter")
        await stage.press("ctrl+c")
        assert "Nothing runs. F10 quits." in stage.told
        await stage.press(*"/theme", "enter")
        await stage.until(lambda: "F8  close" in stage.text(".dialog"))

    play(EMPTY, scenario, launch=replace(EMPTY.launch(), keys=keys))

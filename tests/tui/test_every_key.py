"""Every key and every command of the app is tried by a test, and has a word for the footer and the help."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from textual.binding import Binding
from textual.dom import DOMNode

import pygent_tui
from pygent_tui.commands.table import COMMANDS

_TESTS = Path(__file__).parent


def _own_bindings() -> Iterator[tuple[type[DOMNode], Binding]]:
    """Every binding that a class of the app declares."""
    for module in pkgutil.walk_packages(pygent_tui.__path__, "pygent_tui."):
        importlib.import_module(module.name)
    for node in _descendants(DOMNode):
        if node.__module__.startswith("pygent_tui."):
            for binding in Binding.make_bindings(node.__dict__.get("BINDINGS", ())):
                yield node, binding


def _descendants(node: type[DOMNode]) -> Iterator[type[DOMNode]]:
    for child in node.__subclasses__():
        yield child
        yield from _descendants(child)


def _tried() -> set[str]:
    """What the tests of the app say that they use; that they do is checked when they run."""
    found: set[str] = set()
    for path in _TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.uses":
                said = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
                found |= {name for name in said if isinstance(name, str)}
    return found


def test_every_key_can_be_named_and_is_described() -> None:
    nameless = {f"{node.__name__} {binding.key}" for node, binding in _own_bindings() if not binding.id or not binding.description}
    assert nameless == set()


def test_every_key_is_tried_by_a_test() -> None:
    assert {binding.id for _, binding in _own_bindings()} - _tried() == set()


def test_every_command_is_tried_by_a_test() -> None:
    assert {f"/{command.name}" for command in COMMANDS} - _tried() == set()

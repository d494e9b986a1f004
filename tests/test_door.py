"""The door of the engine: its public names are exactly these, each opens, and none costs anything before it is used."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import pygent_engine

PUBLIC = [
    "Agent",
    "ApplyReport",
    "Approval",
    "ApprovalRequest",
    "Delta",
    "DemoModel",
    "ExecResult",
    "FileChange",
    "Limits",
    "Message",
    "Model",
    "ModelError",
    "OpenAIModel",
    "Persona",
    "PygentError",
    "RemoteSession",
    "Resources",
    "RunResult",
    "Runtime",
    "RuntimeLost",
    "RuntimeUnavailable",
    "ScriptedModel",
    "Session",
    "Settings",
    "SettingsError",
    "TaskLimitError",
    "TaskManager",
    "TaskState",
    "TaskView",
    "ToolCall",
    "Usage",
    "WorkspaceError",
    "__version__",
    "events",
    "list_sessions",
    "open_session",
    "register_tool",
    "remove_tool",
    "reset_tools",
    "tool",
]

# One of each module that the names are loaded from.
ONE_OF_EACH = [
    "Agent",
    "DemoModel",
    "Message",
    "Model",
    "ModelError",
    "OpenAIModel",
    "RemoteSession",
    "Runtime",
    "ScriptedModel",
    "Session",
    "Settings",
    "TaskManager",
    "events",
    "tool",
]


def in_a_new_interpreter(code: str) -> str:
    root = Path(__file__).resolve().parent.parent
    return subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60, check=True).stdout


def test_the_public_names_are_exactly_these() -> None:
    assert pygent_engine.__all__ == PUBLIC
    assert dir(pygent_engine) == PUBLIC


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_every_name_opens_first_of_all_names(name: str) -> None:
    assert in_a_new_interpreter(f"from pygent_engine import {name}; print({name} is not None)") == "True\n"


def test_a_name_is_the_same_object_each_time_and_where_it_lives() -> None:
    assert pygent_engine.Agent is importlib.import_module("pygent_engine.agent").Agent
    assert pygent_engine.tool is importlib.import_module("pygent_engine.tools").tool
    assert pygent_engine.events is importlib.import_module("pygent_engine.events")
    assert pygent_engine.Agent is pygent_engine.Agent


@pytest.mark.parametrize("name", ["agent_of_no_kind", "_HOMES_", "Agents", "__wrapped__", ""])
def test_an_unknown_name_is_no_attribute(name: str) -> None:
    with pytest.raises(AttributeError) as raised:
        getattr(pygent_engine, name)
    assert str(raised.value) == f"module 'pygent_engine' has no attribute {name!r}"


def test_importing_the_package_loads_nothing_of_it_but_the_version() -> None:
    code = "import sys, pygent_engine; dir(pygent_engine); print(*sorted(name for name in sys.modules if name.startswith('pygent')))"
    assert in_a_new_interpreter(code).split() == ["pygent_engine", "pygent_engine.version"]


def test_a_small_name_loads_its_small_module_only() -> None:
    code = "import sys; from pygent_engine import Message; print(*sorted(name for name in sys.modules if name.startswith('pygent')))"
    assert in_a_new_interpreter(code).split() == ["pygent_engine", "pygent_engine.frozen", "pygent_engine.values", "pygent_engine.version"]


def test_a_type_checker_sees_every_public_name_where_it_is_loaded_from() -> None:
    tree = ast.parse(Path(pygent_engine.__file__).read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level == 1]
    homes = {alias.name: f"pygent_engine.{node.module or alias.name}" for node in imports for alias in node.names}
    assert sorted(homes) == PUBLIC
    for name, home in homes.items():
        module = importlib.import_module(home)
        assert getattr(module, name, module) is getattr(pygent_engine, name)

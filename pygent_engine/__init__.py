"""Pygent's headless engine: agents that work on prompts with a model, in a runtime, through tools.

    from pygent_engine import Agent
    Agent().run("Make the tests pass.")

The public names are exactly those of `__all__`. They are loaded when first used, so that importing the package, or
one of its small modules, costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .version import __version__

if TYPE_CHECKING:
    from . import events
    from .agent import Agent
    from .control import RemoteSession, list_sessions
    from .errors import ModelError, PygentError, RuntimeLost, RuntimeUnavailable, SettingsError, TaskLimitError, WorkspaceError
    from .models.demo import DemoModel
    from .models.openai import OpenAIModel
    from .models.protocol import Model
    from .models.scripted import ScriptedModel
    from .runtime import Runtime
    from .session import Session, open_session
    from .settings import Settings
    from .task_values import ApplyReport, FileChange, TaskState, TaskView
    from .tasks import TaskManager
    from .tools import register_tool, remove_tool, reset_tools, tool
    from .values import (
        Approval,
        ApprovalRequest,
        Delta,
        ExecResult,
        Limits,
        Message,
        Persona,
        Resources,
        RunResult,
        ToolCall,
        Usage,
    )

_HOMES = {
    "agent": ("Agent",),
    "control": ("RemoteSession", "list_sessions"),
    "errors": ("ModelError", "PygentError", "RuntimeLost", "RuntimeUnavailable", "SettingsError", "TaskLimitError", "WorkspaceError"),
    "models.demo": ("DemoModel",),
    "models.openai": ("OpenAIModel",),
    "models.protocol": ("Model",),
    "models.scripted": ("ScriptedModel",),
    "runtime": ("Runtime",),
    "session": ("Session", "open_session"),
    "settings": ("Settings",),
    "tasks": ("TaskManager",),
    "tools": ("register_tool", "remove_tool", "reset_tools", "tool"),
    "task_values": ("ApplyReport", "FileChange", "TaskState", "TaskView"),
    "values": (
        "Approval",
        "ApprovalRequest",
        "Delta",
        "ExecResult",
        "Limits",
        "Message",
        "Persona",
        "Resources",
        "RunResult",
        "ToolCall",
        "Usage",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
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


def __getattr__(name: str) -> Any:
    if name == "events":
        return import_module(".events", __name__)
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME_OF[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)

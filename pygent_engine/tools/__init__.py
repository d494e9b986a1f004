"""The tools that need only a runtime, and the registry that embedding programs extend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

from ..values import JsonDict
from .builtin import BUILTIN
from .registry import CallContext, Registry, Tool, ToolOutput, custom_tool, tool_of

__all__ = ["CallContext", "Registry", "Tool", "ToolOutput", "default_registry", "register_tool", "remove_tool", "reset_tools", "tool"]

F = TypeVar("F", bound=Callable[..., Any])

default_registry = Registry(BUILTIN)


def register_tool(name: str, description: str, parameters: JsonDict, func: Callable[..., Any], *, writes: bool = False) -> None:
    """Offer a tool to every agent: `func(runtime, **arguments)` returns the text that the model reads.

    `parameters` is a JSON schema of type object. `writes`: it changes the workspace, which the user may want to be asked about,
    or not allow. Raises ValueError when the name is taken, or when no model could call it.
    """
    default_registry.add(custom_tool(name, description, parameters, func, writes=writes))


@overload
def tool(name: F, /) -> F: ...
@overload
def tool(
    name: str | None = None, description: str | None = None, parameters: JsonDict | None = None, *, writes: bool = False
) -> Callable[[F], F]: ...
def tool(name: Any = None, description: str | None = None, parameters: JsonDict | None = None, *, writes: bool = False) -> Any:
    """Decorator that registers a function as a tool, bare or with what its name, docstring and annotations do not say.

    The function is called as `function(runtime, **arguments)` and stays what it was.
    """
    if callable(name):
        default_registry.add(tool_of(name))
        return name

    def register(decorated: F) -> F:
        default_registry.add(tool_of(decorated, name, description, parameters, writes=writes))
        return decorated

    return register


def remove_tool(name: str) -> None:
    """Offer the tool no longer; raises KeyError when there is none of that name."""
    default_registry.remove(name)


def reset_tools() -> None:
    """Offer the built-in tools and nothing else."""
    default_registry.reset()

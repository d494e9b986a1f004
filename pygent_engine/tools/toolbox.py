"""The tools that one agent is offered: the registry's and its own, less what was left out."""

from __future__ import annotations

from collections.abc import Iterable

from ..values import JsonDict
from .registry import Registry, Tool


class Toolbox:
    """What the model is told of, and what its calls are looked up in; follows later changes of the registry."""

    def __init__(
        self, registry: Registry, extra: Iterable[Tool] = (), *, only: Iterable[str] | None = None, without: Iterable[str] = ()
    ) -> None:
        self._registry = registry
        self._extra = tuple(extra)
        self._only = None if only is None else frozenset(only)
        self._without = frozenset(without)
        self._version = -1
        self._tools: dict[str, Tool] = {}
        self._schemas: list[JsonDict] = []

    def schemas(self) -> list[JsonDict]:
        """The tools in OpenAI's shape, in a list of the caller's own."""
        self._refresh()
        return list(self._schemas)

    def find(self, name: str) -> Tool | None:
        """The tool of that name, None when it is not offered."""
        self._refresh()
        return self._tools.get(name)

    def names(self) -> list[str]:
        """The names that may be called."""
        self._refresh()
        return list(self._tools)

    def without_own(self) -> Toolbox:
        """The same without the agent's own tools."""
        return Toolbox(self._registry, only=self._only, without=self._without)

    def _refresh(self) -> None:
        version = self._registry.version
        if version == self._version:
            return
        self._tools = {tool.name: tool for tool in (*self._registry, *self._extra) if self._offers(tool.name)}
        self._schemas = [tool.schema() for tool in self._tools.values()]
        self._version = version

    def _offers(self, name: str) -> bool:
        return name not in self._without and (self._only is None or name in self._only)

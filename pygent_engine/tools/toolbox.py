"""The tools that one agent is offered: the registry's and its own, less what was left out."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import NamedTuple

from ..untrusted import clean_line
from ..values import JsonDict, ToolOffer
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
        self._switching = threading.Lock()  # of changes to _off
        self._off: frozenset[str] = frozenset()
        self._offer = _Offer(-1, self._off, {}, [])

    def schemas(self) -> list[JsonDict]:
        """The tools in OpenAI's shape, in a list of the caller's own."""
        return list(self._current().schemas)

    def find(self, name: str) -> Tool | None:
        """The tool of that name, None when it is not offered."""
        return self._current().tools.get(name)

    def names(self) -> list[str]:
        """The names that may be called."""
        return list(self._current().tools)

    def offers(self) -> tuple[ToolOffer, ...]:
        """All tools that the agent has, also those that are withheld."""
        off = self._off
        return tuple(ToolOffer(tool.name, clean_line(tool.description, 500), tool.name not in off) for tool in self._all().values())

    def switch(self, name: str, *, on: bool) -> bool:
        """Offer a tool from the next step on, or withhold it; False when the agent has none of that name."""
        if name not in self._all():
            return False
        with self._switching:
            self._off = self._off - {name} if on else self._off | {name}
        return True

    def without_own(self) -> Toolbox:
        """The same without the agent's own tools."""
        return Toolbox(self._registry, only=self._only, without=self._without | self._off)

    def _current(self) -> _Offer:
        version, off = self._registry.version, self._off
        offer = self._offer
        if (offer.version, offer.off) != (version, off):
            tools = {name: tool for name, tool in self._all().items() if name not in off}
            offer = self._offer = _Offer(version, off, tools, [tool.schema() for tool in tools.values()])
        return offer

    def _all(self) -> dict[str, Tool]:
        return {tool.name: tool for tool in (*self._registry, *self._extra) if self._has(tool.name)}

    def _has(self, name: str) -> bool:
        return name not in self._without and (self._only is None or name in self._only)


class _Offer(NamedTuple):
    """What is offered, and to which state of the registry and the switches it belongs; replaced whole, for tasks share a toolbox."""

    version: int
    off: frozenset[str]
    tools: dict[str, Tool]
    schemas: list[JsonDict]

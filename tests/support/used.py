"""Which keys and commands a test really used: the app writes down each binding that ran and each command that was sent.

A test says with `@pytest.mark.uses("pane.search", "/copy")` what it tries; one that does not use all of it fails.
`tests/tui/test_every_key.py` sees to it that every binding and every command is tried by some test.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import Any

import pytest
from textual import on
from textual.actions import ActionParseResult
from textual.dom import DOMNode

from pygent_tui.app import PygentApp
from pygent_tui.widgets.composer.composer import Composer
from pygent_tui.widgets.request import Request

from .rest import RestingApp

_used: ContextVar[set[str] | None] = ContextVar("used", default=None)


class WatchedApp(RestingApp, PygentApp):
    """The app, which writes down what is used of it, and what it said. A notice stays, for no picture may depend on how long it takes."""

    NOTIFICATION_TIMEOUT = 600.0

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.told: list[str] = []

    def notify(self, message: str, **named: Any) -> None:
        self.told.append(message)
        super().notify(message, **named)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        ran = await super().run_action(action, default_namespace, namespaces)
        if ran and default_namespace is not None:
            bindings = [each for bindings in default_namespace._bindings.key_to_bindings.values() for each in bindings]
            _write_down(*(binding.id for binding in bindings if binding.action == action and binding.id))
        return ran

    @on(Request)
    def _write_down_command(self, request: Request) -> None:
        if isinstance(request, Composer.Submitted) and request.text.startswith("/"):
            _write_down(request.text.split()[0].lower())


def _write_down(*names: str) -> None:
    used = _used.get()
    if used is not None:
        used.update(names)


@pytest.fixture(autouse=True)
def _uses_what_it_says(request: pytest.FixtureRequest) -> Iterator[None]:
    said = {name for mark in request.node.iter_markers("uses") for name in mark.args}
    token = _used.set(set())
    yield
    used = _used.get() or set()
    _used.reset(token)
    assert said <= used, f"the test does not use {', '.join(sorted(said - used))}"

"""Agents for tests: over a local runtime, with every envelope recorded and the stream laws checked at the end."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest

from pygent_engine import Agent, Message, Runtime, Settings, ToolCall, reset_tools
from pygent_engine.events import Envelope, Event
from pygent_engine.values import JsonDict

from .laws import check_stream

DEADLINE_S = 20.0


def calls(*named: tuple[str, JsonDict], text: str | None = None) -> Message:
    """A reply that asks for these tools, with ids c1, c2 ..."""
    wanted = [ToolCall(f"c{number}", name, json.dumps(arguments)) for number, (name, arguments) in enumerate(named, 1)]
    return Message("assistant", text, wanted)


def bash(cmd: str, **arguments: Any) -> Message:
    """A reply that runs one command."""
    return calls(("bash", {"cmd": cmd, **arguments}))


@dataclass
class Recorder:
    """Keeps every envelope, and lets a test wait for one."""

    envelopes: list[Envelope] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    reactions: list[tuple[type, Callable[[Any], object]]] = field(default_factory=list)

    def __call__(self, envelope: Envelope) -> None:
        with self.changed:
            self.envelopes.append(envelope)
            self.changed.notify_all()
        for kind, react in self.reactions:
            if isinstance(envelope.event, kind):
                react(envelope.event)

    def then(self, kind: type, react: Callable[[Any], object]) -> None:
        """Call `react` with each event of that kind, before anybody can do anything after it."""
        self.reactions.append((kind, react))

    def events(self, task_id: str = "main") -> list[Event]:
        return [envelope.event for envelope in self.envelopes if envelope.task_id == task_id]

    def of(self, *kinds: type) -> list[Any]:
        return [envelope.event for envelope in self.envelopes if isinstance(envelope.event, kinds)]

    def wait_for(self, kind: type, where: Callable[[Any], bool] = lambda event: True) -> Any:
        """The first event of that kind for which `where` holds, waiting for it."""
        found: list[Any] = []

        def there() -> bool:
            found[:] = [event for event in self.of(kind) if where(event)]
            return bool(found)

        with self.changed:
            assert self.changed.wait_for(there, DEADLINE_S), f"no {kind.__name__} came"
        return found[0]


@pytest.fixture
def own_tools() -> Iterator[None]:
    """Takes back what a test registers."""
    yield
    reset_tools()


class MakeAgent(Protocol):
    def __call__(self, model: Any, **options: Any) -> tuple[Agent, Recorder]: ...


@pytest.fixture
def settings() -> Settings:
    """Settings that know nothing of the machine that the tests run on."""
    return Settings()


@pytest.fixture
def make_agent(tmp_path: Path, settings: Settings) -> Iterator[MakeAgent]:
    """Makes agents over local runtimes; closes them, and checks what they reported, when the test is over."""
    made: list[tuple[Agent, Runtime, Recorder]] = []

    def make(model: Any, **options: Any) -> tuple[Agent, Recorder]:
        workspace = tmp_path / f"workspace{len(made)}"
        workspace.mkdir()
        recorder = Recorder()
        runtime = Runtime(use_docker=False, workspace=workspace)
        agent = Agent(model, runtime, on_event=recorder, **{"settings": settings, **options})
        made.append((agent, runtime, recorder))
        return agent, recorder

    yield make
    for agent, runtime, recorder in made:
        agent.close()
        runtime.cleanup()
        check_stream(recorder.envelopes)

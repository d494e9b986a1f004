"""Agents in whose runtime `rm` is banned, and a command that may be one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pygent_engine import Agent, Runtime, Settings, register_tool
from pygent_engine.events import CallEnded
from pygent_engine.values import ToolResult
from tests.support.agents import Recorder
from tests.support.laws import check_stream

NO_ARGUMENTS = {"type": "object", "properties": {}}
DOUBT = "what it runs depends on $x, which is known only when it runs."
REASON = f"may run what is banned: {DOUBT}".rstrip(".")
REMEDY = f"Not run: nobody is here to allow it. It may run what is banned: {DOUBT} Write it plainly."
UNSURE = "x=echo; $x hello"
MakeStrict = Callable[..., tuple[Agent, Recorder]]


@pytest.fixture
def make_strict(tmp_path: Path, own_tools: None) -> Iterator[MakeStrict]:
    """Makes agents over local runtimes in which `rm` is banned; checks what they reported when the test is over."""
    made: list[tuple[Agent, Recorder]] = []

    def make(model: Any, **options: Any) -> tuple[Agent, Recorder]:
        recorder = Recorder()
        runtime = Runtime(False, workspace=tmp_path, banned_commands=["rm"])
        made.append((Agent(model, runtime, on_event=recorder, settings=Settings(), owns_runtime=True, **options), recorder))
        return made[-1]

    yield make
    for agent, recorder in made:
        agent.close()
        check_stream(recorder.envelopes)


def runner(*commands: str) -> None:
    """Registers a tool that runs `commands`, whatever they need."""
    register_tool("runs", "Runs", NO_ARGUMENTS, lambda runtime: "".join(runtime.execute(command).output for command in commands))


def results(recorder: Recorder) -> list[ToolResult]:
    return [ended.result for ended in recorder.of(CallEnded)]

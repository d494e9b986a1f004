"""A parent's runtime and the managers of a test, whose tasks answer with a function."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pygent_engine import Agent, Message, Persona, Runtime, Settings, TaskManager
from pygent_engine.values import JsonDict
from tests.support.agents import Recorder
from tests.support.laws import check_stream

Chat = Callable[[list[JsonDict]], Message | str]


class Model:
    """Answers with what a function of the messages says."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    def chat(self, messages: list[JsonDict], model: str, tools: list[JsonDict]) -> Message:
        reply = self._chat(messages)
        return Message("assistant", reply) if isinstance(reply, str) else reply


def answering(chat: Chat, persona: Persona | None = None) -> Agent:
    """An agent that answers with `chat`, in a local runtime of its own."""
    return Agent(Model(chat), Runtime(use_docker=False), persona=persona, settings=Settings())


class Hall:
    """A parent's runtime and managers over it; closed, and the stream of their events checked, when the test is over."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.runtime = Runtime(use_docker=False, workspace=folder)
        self.recorder = Recorder()
        self._managers: list[TaskManager] = []

    def manager(self, chat: Chat, max_tasks: int = 3, settings: Settings | None = None, **options: Any) -> TaskManager:
        """A manager whose tasks answer with `chat`."""
        return self.manager_of(lambda persona: answering(chat, persona), max_tasks, settings, **options)

    def manager_of(
        self, factory: Callable[[Persona | None], Agent], max_tasks: int = 1, settings: Settings | None = None, **options: Any
    ) -> TaskManager:
        """A manager whose tasks are what `factory` makes."""
        manager = TaskManager(factory, max_tasks, on_event=self.recorder, settings=settings or Settings(), **options)
        self._managers.append(manager)
        return manager

    def close(self) -> None:
        for manager in self._managers:
            manager.close()
        self.runtime.cleanup()
        check_stream(self.recorder.envelopes)

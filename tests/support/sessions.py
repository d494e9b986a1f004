"""Sessions for tests: over scripted replies, with every envelope recorded and the stream laws checked at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from pygent_engine import Agent, Runtime, ScriptedModel, Session, Settings, open_session
from pygent_engine.approvals import Policy
from pygent_engine.events import SessionClosed

from .agents import Recorder
from .laws import check_stream

UNASKED = Policy(confirm_bash=False)


class Sessions:
    """Opens sessions; closes them and checks their streams when the test is over. `model` is that of the last one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.opened: list[tuple[Session, Recorder]] = []
        self.model = ScriptedModel([])

    def open(self, replies: Sequence[Any], *, interactive: bool = True, settings: Settings | None = None) -> tuple[Session, Recorder]:
        """A session on this machine, over the folder."""
        self.folder.mkdir(exist_ok=True)
        recorder = Recorder()
        self.model = ScriptedModel(replies)
        session = open_session(
            settings or Settings(use_docker=False), workspace=self.folder, model=self.model, interactive=interactive, on_event=recorder
        )
        self.opened.append((session, recorder))
        return session, recorder

    def over(
        self, runtime: Runtime, replies: Sequence[Any], *, policy: Policy | None = UNASKED, **options: Any
    ) -> tuple[Session, Recorder]:
        """A session over `runtime`, with an agent of these options."""
        recorder = Recorder()
        self.model = ScriptedModel(replies)
        agent = Agent(options.pop("model", self.model), runtime, **{"settings": Settings(), **options})
        session = Session(agent, policy=policy, on_event=recorder, owned=True)
        self.opened.append((session, recorder))
        return session, recorder

    def close(self) -> None:
        for session, recorder in self.opened:
            session.close()
            check_stream(recorder.envelopes)
            assert isinstance(recorder.envelopes[-1].event, SessionClosed)


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Sessions]:
    sessions = Sessions(tmp_path / "sessions")
    yield sessions
    sessions.close()

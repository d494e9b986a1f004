"""The process of a tab, with a server at the other end that is played by the test."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from pygent_engine.control.web import on_offer
from pygent_tui.web.tab import Tab
from tests.support.played_session import PlayedSession

DEADLINE_S = 30.0


def test_a_tab_whose_server_is_gone_leaves_although_its_session_lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    session = PlayedSession()
    offered = on_offer(session, 0)
    environment = dict(offered.environment) | {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    assert asyncio.run(_left_by(offered.command, environment)) == 128 + signal.SIGHUP
    assert session.ops == []
    session.end()


async def _left_by(command: tuple[str, ...], environment: dict[str, str]) -> int:
    """The exit code of a tab of which the server goes away once something is shown."""
    seen = asyncio.Event()

    async def show(data: bytes) -> None:
        if data:
            seen.set()

    tab = Tab(command, environment, show)
    await tab.start(80, 24)
    shown = asyncio.create_task(tab.run())
    await asyncio.wait_for(seen.wait(), DEADLINE_S)
    process = tab._process
    assert process is not None and process.stdin is not None
    process.stdin.close()
    code = await asyncio.wait_for(process.wait(), DEADLINE_S)
    await shown
    await tab.end()
    return code

"""Fixtures that every room's tests share; each lives in a module of tests/support."""

from __future__ import annotations

pytest_plugins: list[str] = [
    "tests.support.agents",
    "tests.support.aimock",
    "tests.support.blocking",
    "tests.support.command_line",
    "tests.support.docker_engine",
    "tests.support.images",
    "tests.support.registry",
    "tests.support.sessions",
    "tests.support.sse_server",
    "tests.support.used",
    "tests.support.ways",
]

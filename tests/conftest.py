"""Fixtures that every room's tests share; each lives in a module of tests/support."""

from __future__ import annotations

pytest_plugins: list[str] = ["tests.support.docker_engine", "tests.support.command_line", "tests.support.sse_server"]

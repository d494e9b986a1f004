"""Fixtures that every room's tests share; each lives in a module of tests/support."""

from __future__ import annotations

from collections.abc import Generator

import hypothesis
import pytest

pytest_plugins: list[str] = [
    "tests.support.agents",
    "tests.support.aimock",
    "tests.support.blocking",
    "tests.support.command_line",
    "tests.support.docker_engine",
    "tests.support.handing",
    "tests.support.images",
    "tests.support.registry",
    "tests.support.sessions",
    "tests.support.sse_server",
    "tests.support.strict",
    "tests.support.used",
    "tests.support.ways",
]

_SHARED = ("docker", "browser")


def pytest_configure() -> None:
    """How long an example takes is up to the machine and what else it does."""
    slow = [hypothesis.HealthCheck.too_slow]
    hypothesis.settings.register_profile("unhurried", hypothesis.settings(), deadline=None, suppress_health_check=slow)
    hypothesis.settings.load_profile("unhurried")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests run beside each other; those that share one engine or browser do so one after the other."""
    for item in items:
        for shared in _SHARED:
            if item.get_closest_marker(shared) is not None:
                item.add_marker(pytest.mark.xdist_group(shared))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A report goes from process to process as UTF-8, which a test's output need not be."""
    report = yield
    report.sections = [(name, text.encode(errors="backslashreplace").decode()) for name, text in report.sections]
    return report

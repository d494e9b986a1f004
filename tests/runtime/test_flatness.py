"""Nothing adds up: after hundreds of commands and runtimes this process holds what it held before.

That no container is left is checked by the fixture that makes the runtime.
"""

from __future__ import annotations

from pygent_engine.runtime import Runtime
from tests.support.footprint import Footprint, footprint, resident_mb

from .waiting import within_patience

_COMMANDS = 500
_RUNTIMES = {"local": 200, "docker": 10}  # a container takes a quarter of a second; the benchmarks make 200 of them too
_GROWTH_MB = 4.0  # far below what a leak of the output buffers, threads or connections of so many would take


def test_many_commands_leave_nothing_behind(runtime: Runtime) -> None:
    _commands(runtime, 50)
    before, memory = _settled(runtime), resident_mb()
    _commands(runtime, _COMMANDS)
    _settled(runtime)
    assert within_patience(lambda: footprint().within(before)), (footprint(), before)
    assert resident_mb() - memory < _GROWTH_MB


def test_many_runtimes_one_after_the_other_leave_nothing_behind(runtime: Runtime) -> None:
    _runtimes(runtime, 3)
    before, memory = footprint(), resident_mb()
    _runtimes(runtime, _RUNTIMES[runtime.mode])
    assert within_patience(lambda: footprint().within(before)), (footprint(), before)
    assert resident_mb() - memory < _GROWTH_MB


def _settled(runtime: Runtime) -> Footprint:
    """What is held when no job of an earlier command is left, and one command has run."""
    runtime.stop()
    runtime.execute("true")
    return footprint()


def _commands(runtime: Runtime, count: int) -> None:
    """So many commands; one in ten leaves a job behind that still writes, one in fifty prints more than is kept."""
    for number in range(count):
        runtime.execute("seq 20000" if number % 50 == 0 else "(sleep 0.05; echo late) & echo x" if number % 10 == 0 else "echo x")


def _runtimes(like: Runtime, count: int) -> None:
    for _ in range(count):
        with like.spawn() as runtime:
            folder = runtime.base_dir
            assert runtime.execute("echo x; sleep 60 &").output == "x\n"
        assert not folder.exists()

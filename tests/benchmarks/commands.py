"""What one command costs: in a container beside `docker exec`, on this machine beside `bash -c`; ten at once; a timeout's end."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from threading import Thread

from pygent_engine.runtime import Runtime
from tests.runtime.waiting import within_patience

from .figures import Figure, alternating_bests, alternating_medians, seconds

_BATCH = 10
_LANES = 10
# Turns that last about as long as each other: what an engine still does after a turn of `docker exec` falls into ours.
_LANE_BATCH = 60
_CLIENT_BATCH = 4
_TIMEOUT_S = 0.5
_OVERSHOOT_S = 0.3
_WAIT_S = 60.0
# Each outlives a timeout in its own way: plain, deaf to TERM, out of the group, out of sight, with a pipe in between.
_STUBBORN = (
    "sleep {n}",
    "trap '' TERM; sleep {n}; sleep {n}",
    "setsid sleep {n} & sleep {n}",
    "(setsid nohup sleep {n} >/dev/null 2>&1 &); sleep {n}",
    "sleep {n} | cat",
)


def local_figures(times: int) -> list[Figure]:
    """A command on this machine; the median of `times` batches."""
    with Runtime(False) as runtime:
        ours, floor = alternating_medians([partial(each_ms, lambda: succeed(runtime)), partial(each_ms, _bash)], times)
    return [Figure("command on this machine", ours, "ms", "bash -c", floor, 1.8)]


def container_figures(image: str, times: int) -> list[Figure]:
    """A command in a container, the median of `times` batches; and in ten containers at once, the best of as many."""
    with _started(image, _LANES) as runtimes:
        one = runtimes[0]
        ours, floor = alternating_medians(
            [partial(each_ms, lambda: succeed(one)), partial(each_ms, lambda: docker_exec(one), 2)],
            times,
        )
        lanes, clients = alternating_bests(
            [lambda: _together_ms(runtimes, succeed, _LANE_BATCH), lambda: _together_ms(runtimes, docker_exec, _CLIENT_BATCH)], times
        )
    return [
        Figure("command in a container", ours, "ms", "docker exec", floor, 0.06),
        Figure("command, ten containers at once", lanes, "ms", "docker exec, ten at once", clients, 1 / 15),
    ]


def timeout_figures(image: str | None, times: int) -> list[Figure]:
    """When a command is back whose time is over: the slowest of five stubborn ones, the median of `times` such rounds."""
    modes = {"on this machine": None} | ({"in a container": image} if image else {})
    with ExitStack() as stack:
        runtimes = [stack.enter_context(Runtime(made is not None, image=made)) for made in modes.values()]
        for runtime in runtimes:
            runtime.start()
        peer, *ours = alternating_medians([_timeout_client, *(partial(_slowest, runtime) for runtime in runtimes)], times)
    ratio = (_TIMEOUT_S + _OVERSHOOT_S) / _TIMEOUT_S
    return [
        Figure(f"timeout of {_TIMEOUT_S:g} s {where}", back, "s", "timeout -s KILL", peer, ratio, _TIMEOUT_S + _OVERSHOOT_S)
        for where, back in zip(modes, ours, strict=True)
    ]


@contextmanager
def _started(image: str, count: int) -> Iterator[list[Runtime]]:
    """So many runtimes whose containers run."""
    with ExitStack() as stack:
        runtimes = [stack.enter_context(Runtime(True, image=image)) for _ in range(count)]
        for runtime in runtimes:
            runtime.start()
        yield runtimes


def each_ms(run: Callable[[], None], count: int = _BATCH) -> float:
    """Milliseconds a run, of `count` one after the other."""

    def batch() -> None:
        for _ in range(count):
            run()

    return seconds(batch) * 1000 / count


def _together_ms(runtimes: Sequence[Runtime], run: Callable[[Runtime], None], count: int) -> float:
    """Milliseconds a run when each runtime does `count`, all at once."""
    workers = [
        Thread(target=each_ms, args=(partial(run, runtime), count), name=f"lane-{number}") for number, runtime in enumerate(runtimes)
    ]

    def together() -> None:
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(_WAIT_S)

    return seconds(together) * 1000 / (count * len(runtimes))


def succeed(runtime: Runtime) -> None:
    """One command of ours."""
    if (result := runtime.execute("true")).exit_code != 0:
        raise RuntimeError(f"`true` failed: {result}")


def docker_exec(runtime: Runtime) -> None:
    """The same in the same container, by the engine's own program."""
    _run("docker", "exec", str(runtime.container_id), "true")


def _bash() -> None:
    _run("bash", "-c", "true")


def _run(*argv: str) -> None:
    """A program to its end, with the stdio that a command of ours has."""
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{argv} ended with {done.returncode}: {done.stdout!r}")


def _timeout_client() -> float:
    command = ["timeout", "-s", "KILL", str(_TIMEOUT_S), "bash", "-c", "sleep 60"]
    return seconds(lambda: subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False))


def _slowest(runtime: Runtime) -> float:
    return max(_until_back(runtime, command) for command in _STUBBORN)


def _until_back(runtime: Runtime, command: str) -> float:
    """How long `command` took to be back from its timeout; what was killed takes a moment to die, and must."""
    unique = f"{60 + time.monotonic_ns() % 10**9}.{os.getpid()}"
    elapsed = seconds(lambda: runtime.execute(command.format(n=unique), timeout=_TIMEOUT_S))
    if not within_patience(lambda: not _sleeps(unique)):
        raise RuntimeError(f"a process of {command!r} outlived its timeout")
    return elapsed


def _sleeps(unique: str) -> bool:
    """Whether a living process has `unique` among its arguments; the engine's containers are processes of this machine."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if unique.encode() in entry.read_bytes().split(b"\0"):
                return True
        except OSError:
            continue
    return False

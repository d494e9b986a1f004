"""A command on a remote engine, through a proxy that takes 10 ms each way, beside `docker exec` through the same proxy.

The engine's address comes from the environment, so the measuring is done by a process of its own: `python -m
tests.benchmarks.remote IMAGE TIMES` measures with the engine it finds, and prints the two medians.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial

from pygent_engine.runtime import Runtime
from tests.support.engine_proxy import proxy

from .commands import docker_exec, each_ms, succeed
from .figures import Figure, alternating_medians

_EACH_WAY_S = 0.01
_WAIT_S = 300.0


def figures(image: str, times: int) -> list[Figure]:
    """The median of `times` batches."""
    with proxy(delay=_EACH_WAY_S) as engine:
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.remote", image, str(times)],
            env={**os.environ, "DOCKER_HOST": engine.address},
            stdout=subprocess.PIPE,
            timeout=_WAIT_S,
            check=True,
        )
    ours, floor = (float(number) for number in done.stdout.split())
    return [Figure("command on an engine 20 ms away", ours, "ms", "docker exec, as far", floor, 0.4)]


def _medians_ms(image: str, times: int) -> list[float]:
    with Runtime(True, image=image) as runtime:
        return alternating_medians(
            [partial(each_ms, lambda: succeed(runtime), 5), partial(each_ms, lambda: docker_exec(runtime), 1)], times
        )


if __name__ == "__main__":
    print(*_medians_ms(sys.argv[1], int(sys.argv[2])))

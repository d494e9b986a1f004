"""What hundreds of commands and runtimes leave behind: what this process holds after them, beside what it held before."""

from __future__ import annotations

from pygent_engine.runtime import Runtime
from tests.runtime.waiting import within_patience
from tests.support.docker_engine import own_containers
from tests.support.footprint import footprint, resident_mb

from .figures import Figure

_WARM_UP = 10


def figures(image: str | None, commands: int, runtimes: int) -> list[Figure]:
    """So many commands in one runtime, then so many runtimes of one command each, one after the other."""
    return [
        *_figures("on this machine", None, commands, runtimes),
        *(_figures("in containers", image, commands, runtimes) if image else []),
    ]


def _figures(where: str, image: str | None, commands: int, runtimes: int) -> list[Figure]:
    _use(image, _WARM_UP, _WARM_UP)
    held, memory = footprint(), resident_mb()
    _use(image, commands, runtimes)
    within_patience(lambda: footprint().within(held))
    if image and not within_patience(lambda: not own_containers()):
        raise RuntimeError(f"containers left behind: {own_containers()}")
    what = f"after {commands} commands and {runtimes} runtimes {where}"
    return [
        Figure(f"descriptors, threads, children {what}", footprint().total, "", "before", held.total, 1.0),
        Figure(f"memory {what}", resident_mb(), "MB", "before", memory, 1.1),
    ]


def _use(image: str | None, commands: int, runtimes: int) -> None:
    with Runtime(image is not None, image=image) as runtime:
        for _ in range(commands):
            runtime.execute("echo x")
    for _ in range(runtimes):
        with Runtime(image is not None, image=image) as runtime:
            runtime.execute("echo x; sleep 60 &")

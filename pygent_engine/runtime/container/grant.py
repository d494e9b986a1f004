"""Gives a container the network for one command, and takes it away again, without waiting for an engine that is slow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ...errors import RuntimeUnavailable
from .starting import Start, within

if TYPE_CHECKING:
    from ..engine.engine import Engine

_CUT_S = 8.0  # five exchanges with an engine, each of which may take more than a second


@contextmanager
def granted(
    engine: Engine, container: str, is_cancelled: Callable[[], bool], lose: Callable[[], None], seconds: float = _CUT_S
) -> Iterator[bool]:
    """Within the block the container has the network; False when that was cancelled before.

    However the block ends, the container is cut off. Where that is not certain within `seconds`, `lose` must end the container.
    """

    def connect(is_given_up: Callable[[], bool]) -> bool:
        engine.connect(container)
        return True

    known = False  # while the engine may still be connecting, nothing is certain
    try:
        try:
            known = Start(connect, lambda made: None).wait(is_cancelled) is not None
        except RuntimeUnavailable:
            known = True
            raise
        yield known
    finally:
        certain = False
        try:
            certain = known and _is_cut_off(engine, container, seconds)
        finally:
            if not certain:
                lose()


def _is_cut_off(engine: Engine, container: str, seconds: float) -> bool:
    def cut_off() -> bool:
        engine.cut_off(container)
        return True

    try:
        return within(seconds, cut_off) is not None
    except RuntimeUnavailable:
        return False

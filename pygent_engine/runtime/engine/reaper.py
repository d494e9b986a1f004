"""Removes from an engine what processes of this host left there when they died: the second line behind the lifeline.

A container ends with its host's process by itself once it runs; one that was made and never started does not, nor a volume.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ...errors import RuntimeUnavailable
from .owner import HOST, RUNTIME, is_dead, owner_of, this_process

if TYPE_CHECKING:
    from .engine import Engine, Labelled


def reap(engine: Engine) -> None:
    """Remove the containers and volumes of dead owners. Never raises for what the engine refuses: the next start tries again."""
    here = this_process()

    def left(found: list[Labelled]) -> list[str]:
        owners = ((each.name, owner_of(each.labels)) for each in found)
        return [name for name, owner in owners if owner is not None and is_dead(owner, here)]

    labels = (RUNTIME, f"{HOST}={here.host}")
    with contextlib.suppress(RuntimeUnavailable):
        for container in left(engine.containers(labels)):
            engine.remove(container)
        # Only an engine that does not see this machine's folders has volumes of ours.
        for volume in left(engine.volumes(labels)) if engine.remote else ():
            engine.remove_volume(volume)

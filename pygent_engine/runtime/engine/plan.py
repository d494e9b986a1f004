"""Says of what a container is to be made, without docker."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ...frozen import frozen
from ...values import Resources

INSIDE = "/workspace"
HOME = "/home/pygent"


@frozen
class Plan:
    """A container to be made: its PID 1, who it runs as, what it sees and what it may use."""

    image: str
    command: tuple[str, ...]
    folder: Path
    env: Mapping[str, str]
    user: str
    labels: Mapping[str, str]
    network: bool
    resources: Resources
    volume: str = ""  # in place of the folder, which an engine elsewhere cannot see

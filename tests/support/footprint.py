"""What this process holds of its machine: descriptors, threads, children, memory. Knows nothing of Pygent; Linux only."""

from __future__ import annotations

import gc
import os
import threading
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Footprint:
    """Counts that must not grow, whatever is done in between. Zombies count as children."""

    descriptors: int
    threads: int
    children: int

    def within(self, other: Footprint) -> bool:
        """Whether none of the counts is higher than the other's."""
        return self.descriptors <= other.descriptors and self.threads <= other.threads and self.children <= other.children

    @property
    def total(self) -> int:
        return self.descriptors + self.threads + self.children


def footprint() -> Footprint:
    gc.collect()  # what is forgotten is not held
    return Footprint(len(list(Path("/proc/self/fd").iterdir())), threading.active_count(), _children())


def resident_mb() -> float:
    """The resident memory of this process."""
    gc.collect()
    rollup = Path("/proc/self/smaps_rollup").read_text("ascii")
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Rss:")) / 1024


def _children() -> int:
    """The processes of this machine that name this one as their parent."""
    return sum(_parent(entry) == os.getpid() for entry in Path("/proc").glob("[0-9]*"))


def _parent(entry: Path) -> int | None:
    try:
        return int((entry / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return None

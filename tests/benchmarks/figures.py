"""What a benchmark reports: a figure next to the floor or peer that was measured in the same run, and how they are taken."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `at_most` is in the figure's unit and holds on the reference machine;
    `ratio_at_most` bounds it by the floor of the same run, so it holds on any."""

    name: str
    value: float
    unit: str
    floor_name: str
    floor: float
    ratio_at_most: float
    at_most: float | None = None

    @property
    def ratio(self) -> float:
        return self.value / self.floor

    def ratio_holds(self, slack: float = 1.0) -> bool:
        return self.ratio <= self.ratio_at_most * slack

    @property
    def holds(self) -> bool:
        return self.ratio_holds() and (self.at_most is None or self.value <= self.at_most)


def alternating_medians(runs: Sequence[Callable[[], float]], times: int) -> list[float]:
    """The median of what each of `runs` returns, taken in turns so that a busy moment of the machine hits them all.

    The first round warms caches and does not count.
    """
    return [statistics.median(samples) for samples in _alternating(runs, times)]


def alternating_bests(runs: Sequence[Callable[[], float]], times: int) -> list[float]:
    """The least that each of `runs` returned, taken in the same way: for runs that keep every core busy, so that whatever
    else the machine does stands in their way."""
    return [min(samples) for samples in _alternating(runs, times)]


def _alternating(runs: Sequence[Callable[[], float]], times: int) -> list[tuple[float, ...]]:
    return list(zip(*[[run() for run in runs] for _ in range(times + 1)][1:], strict=True))


def seconds(run: Callable[[], object]) -> float:
    """How long `run` takes, with the garbage of what came before out of the way."""
    gc.collect()
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def percentile(samples: Sequence[float], percent: int) -> float:
    """The smallest sample that `percent` of all do not exceed."""
    ordered = sorted(samples)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def table(figures: Sequence[Figure]) -> str:
    """The figures as a markdown table."""
    lines = ["| figure | measured | at most | floor | ratio | at most | |", "|---|---|---|---|---|---|---|"]
    for each in figures:
        limit = "" if each.at_most is None else f"{each.at_most:g} {each.unit}"
        lines.append(
            f"| {each.name} | {each.value:.3g} {each.unit} | {limit} | {each.floor_name} {each.floor:.3g} {each.unit} "
            f"| {each.ratio:.2f} | {each.ratio_at_most:g} | {'ok' if each.holds else 'OVER'} |"
        )
    return "\n".join(lines)

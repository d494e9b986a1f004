"""Runs the benchmarks: `python -m tests.benchmarks` prints the table; `--smoke` takes fewer runs and checks the ratios only.

Each figure stands beside its floor, measured in the same run; a group with one over its limit is taken again, and of each
figure the better take counts. Needs Pygent installed in the running Python, and Linux. The figures of containers need a Docker
engine and the tests' image (PYGENT_TEST_IMAGE): without them they are left out, which is said, or fail where
PYGENT_REQUIRE_DOCKER is 1.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.support.docker_engine import engine_problem, image_name

from . import beside, board, book, commands, completion, containers, day, delegated, flatness, opening, remote, starts, steps, trees
from .figures import Figure, table

_SMOKE_SLACK = 1.25  # few runs on a machine that others use too


@dataclass(frozen=True, slots=True)
class _Effort:
    """How often each kind of figure is taken."""

    starts: int
    steps: int
    delegated: int
    commands: int
    timeouts: int
    containers: int
    kills: int
    flat_commands: int
    flat_runtimes: int
    beside: int
    completions: int
    books: int
    board_keys: int
    messages: int
    idle_s: float
    takes: int


_FULL = _Effort(15, 7, 5, 25, 5, 15, 10, 500, 200, beside=3, completions=40, books=10, board_keys=60, messages=5000, idle_s=30.0, takes=2)
_SMOKE = _Effort(5, 3, 3, 9, 1, 5, 3, 100, 10, beside=1, completions=10, books=4, board_keys=30, messages=1000, idle_s=5.0, takes=4)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Pygent beside its floors.")
    parser.add_argument("--smoke", action="store_true", help="fewer runs; fail on ratios, not on absolute values")
    smoke = parser.parse_args().smoke
    if (image := _image()) is None and os.environ.get("PYGENT_REQUIRE_DOCKER") == "1":
        return 1

    def holds(figure: Figure) -> bool:
        return figure.ratio_holds(_SMOKE_SLACK) if smoke else figure.holds

    effort = _SMOKE if smoke else _FULL
    figures = [each for group in _groups(effort, image) for each in _taken(group, holds, effort.takes)]
    print(table(figures))
    over = [each.name for each in figures if not holds(each)]
    if over:
        print(f"over the limit: {', '.join(over)}", file=sys.stderr)
    return 1 if over else 0


def _groups(effort: _Effort, image: str | None) -> list[Callable[[], list[Figure]]]:
    """What is taken together, and again together."""
    groups: list[Callable[[], list[Figure]]] = [
        partial(starts.figures, effort.starts),
        partial(steps.figures, effort.steps),
        partial(delegated.figures, effort.delegated),
        partial(trees.figures, effort.steps),
        partial(commands.local_figures, effort.commands),
    ]
    if image:
        groups.append(partial(commands.container_figures, image, effort.commands))
        groups.append(partial(containers.figures, image, effort.containers, effort.kills))
        groups.append(partial(remote.figures, image, effort.commands))
        groups.append(partial(beside.figures, image, effort.beside))
    groups.append(partial(commands.timeout_figures, image, effort.timeouts))
    groups.append(partial(flatness.figures, image, effort.flat_commands, effort.flat_runtimes))
    groups.append(opening.figures)
    groups.append(partial(completion.figures, effort.completions))
    groups.append(partial(book.figures, effort.books))
    groups.append(partial(board.figures, effort.board_keys))
    groups.append(partial(day.figures, effort.messages, effort.idle_s))
    return groups


def _taken(group: Callable[[], list[Figure]], holds: Callable[[Figure], bool], takes: int) -> list[Figure]:
    """The figures of a group, taken `takes` times at most: one that is over its limit may have met a busy moment. That is said."""
    figures = group()
    for _ in range(takes - 1):
        if not (over := [each.name for each in figures if not holds(each)]):
            break
        print(f"taken again: {', '.join(over)}", file=sys.stderr)
        figures = [min(pair, key=lambda each: each.ratio) for pair in zip(figures, group(), strict=True)]
    return figures


def _image() -> str | None:
    """The image for the figures of containers; None, with a word on why, when they cannot be taken."""
    image = image_name()
    problem = engine_problem(image) or ("" if shutil.which("docker") else "there is no docker program to be their floor")
    if problem:
        print(f"the figures of containers cannot be taken: {problem}", file=sys.stderr)
        return None
    return image


if __name__ == "__main__":
    sys.exit(main())

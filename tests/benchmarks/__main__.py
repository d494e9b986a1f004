"""Runs the benchmarks: `python -m tests.benchmarks` prints the table; `--smoke` takes fewer runs and checks the ratios only.

Each figure stands beside its floor, measured in the same run. Needs Pygent installed in the running Python, and Linux.
"""

from __future__ import annotations

import argparse
import sys

from . import load, starts, steps
from .figures import table

_SMOKE_SLACK = 1.25  # few runs on a machine that others use too


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description="Pygent beside its floors.")
    parser.add_argument("--smoke", action="store_true", help="fewer runs; fail on ratios, not on absolute values")
    smoke = parser.parse_args().smoke
    figures = [*starts.figures(5 if smoke else 15), *steps.figures(3 if smoke else 7), *load.figures()]
    print(table(figures))
    over = [each.name for each in figures if not (each.ratio_holds(_SMOKE_SLACK) if smoke else each.holds)]
    if over:
        print(f"over the limit: {', '.join(over)}", file=sys.stderr)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())

"""Prints lines at a steady rate until it is ended: `python flood.py LINES_PER_S`. The command of the load benchmark."""

from __future__ import annotations

import itertools
import sys
import time

_BATCHES_PER_S = 200


def main(lines_per_s: int) -> None:
    batch = lines_per_s // _BATCHES_PER_S
    started = time.perf_counter()
    for number in itertools.count(1):
        first = (number - 1) * batch
        text = "".join(f"line {first + index:>10} and what it has to say of itself\n" for index in range(batch))
        sys.stdout.write(text)
        sys.stdout.flush()
        time.sleep(max(0.0, started + number / _BATCHES_PER_S - time.perf_counter()))


if __name__ == "__main__":
    main(int(sys.argv[1]))

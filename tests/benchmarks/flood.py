"""Prints lines at a steady rate until it is ended: `python flood.py LINES_PER_S`. The command of the load benchmark.

Each line holds the number of lines before its batch, so that a reader can tell how far the program has come. Cheap on
purpose: what is measured is the one who reads.
"""

from __future__ import annotations

import itertools
import os
import sys
import time

_BATCHES_PER_S = 200


def main(lines_per_s: int) -> None:
    batch = lines_per_s // _BATCHES_PER_S
    started = time.perf_counter()
    for number in itertools.count():
        data = b"line %10d and what it has to say of itself, at length\n" % (number * batch) * batch
        while data:
            data = data[os.write(1, data) :]
        time.sleep(max(0.0, started + (number + 1) / _BATCHES_PER_S - time.perf_counter()))


if __name__ == "__main__":
    main(int(sys.argv[1]))

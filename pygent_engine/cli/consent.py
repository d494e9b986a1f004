"""A yes from the person at the terminal, before something is lost. Asks on stderr, for stdout may be somebody's data."""

from __future__ import annotations

import sys
from typing import TextIO

from ..untrusted import clean_line
from .border import tell

_LONGEST = 2000


def consents(lost: str, question: str, way_out: str) -> bool:
    """Whether somebody answers yes to what is `lost` and the `question`. Where nobody can be asked both `lost` and the `way_out` are
    told, and it is a no."""
    answers, asks = sys.stdin, sys.stderr
    if not (_is_person(answers) and _is_person(asks)):
        tell(f"{lost} {way_out}")
        return False
    asks.write(f"pygent: {clean_line(f'{lost} {question}', _LONGEST)} [y/N] ")
    asks.flush()
    answer = answers.readline()
    if not answer.endswith("\n"):  # the end of input, which leaves the cursor behind the question
        asks.write("\n")
    return answer.strip().lower() in ("y", "yes")


def _is_person(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()

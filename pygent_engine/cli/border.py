"""The border to the user: every error becomes one sentence on stderr and an exit code; details go to a private file."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

from ..errors import PygentError
from ..untrusted import clean_line

FAILED = 1
USAGE = 2
INTERRUPTED = 130
PIPE_CLOSED = 141
_LONGEST_SENTENCE = 2000


def guard(action: Callable[[], int], redact: Callable[[str], str] = str) -> int:
    """The exit code of `action`, whatever it raises; `redact` takes secrets out of what is told and kept."""
    try:
        return action()
    except PygentError as error:
        tell(redact(str(error)))
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        drop(sys.stdout)
        return PIPE_CLOSED
    except Exception as error:
        tell(_unexpected(error, redact))
        return FAILED


def tell(sentence: str) -> None:
    """One line on stderr for the person who called us; nothing when stderr is gone."""
    stream: TextIO | None = sys.stderr  # None when we were started with it closed
    if stream is not None:
        with suppress(OSError, ValueError):
            stream.write(f"pygent: {clean_line(sentence, _LONGEST_SENTENCE)}\n")
            stream.flush()


def _unexpected(error: Exception, redact: Callable[[str], str]) -> str:
    import traceback  # noqa: PLC0415 - only a crash needs it

    what = clean_line(redact(f"{type(error).__name__}: {error}"))
    try:
        from .log import keep_crash  # noqa: PLC0415 - as above

        path = keep_crash(redact("".join(traceback.format_exception(error))))
    except (OSError, ImportError) as reason:  # a broken installation may lack what says where to write
        return f"Unexpected error ({what}); its details could not be written: {reason}."
    return f"Unexpected error ({what}); the details are in {path}."


def drop(stream: TextIO) -> None:
    """Let Python's own flush at exit meet no closed pipe and no lost terminal: it would report it, and hide the exit code."""
    descriptor = os.open(os.devnull, os.O_WRONLY)
    os.dup2(descriptor, stream.fileno())
    os.close(descriptor)

"""The kill matrix: however a command is built and however it is ended, nothing of it is left, and the call is back in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from pygent_engine.runtime import Runtime
from pygent_engine.values import ExecResult

from .owned import carriers, gone, own_seconds
from .waiting import PATIENCE, within_patience

TIMEOUT_S = 3.0

_DAEMON = "import os, sys; os.fork() and os._exit(0); os.setsid(); os.fork() and os._exit(0); os.execvp('sleep', ['sleep', sys.argv[1]])"

# What runs, and how many processes that is; {0} is a duration.
SHAPES = {
    "sleep": ("echo on; exec sleep {0}", 1),
    "child": ("echo on; sleep {0} & wait", 1),
    "pipe": ("echo on; sleep {0} | sleep {0}", 2),
    "ignores TERM": ("trap '' TERM; echo on; sleep {0}; sleep {0}", 1),
    "setsid": ("setsid sleep {0} & echo on; sleep {0}", 2),
    "daemon": (f'python3 -c "{_DAEMON}" {{0}}; echo on; sleep {{0}}', 2),
    "nohup": ("nohup sleep {0} >/dev/null 2>&1 & echo on; sleep {0}", 2),
    "nobody's environment": ("env -i sleep {0} & echo on; sleep {0}", 2),
    "stopped": ("sh -c 'kill -STOP $$' {0} & echo on; sleep {0}", 2),
}

Ending = Callable[[Runtime, threading.Event], None]

ENDINGS: dict[str, Ending] = {
    "timeout": lambda runtime, cancel: None,
    "cancel": lambda runtime, cancel: cancel.set(),
    "stop": lambda runtime, cancel: runtime.stop(),
    "cleanup": lambda runtime, cancel: runtime.cleanup(),
}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_is_left_of_a_command_that_was_ended(runtime: Runtime, shape: str, ending: str) -> None:
    seconds = own_seconds()
    command, count = SHAPES[shape]
    timeout, cancel, results = TIMEOUT_S if ending == "timeout" else 60.0, threading.Event(), list[ExecResult]()
    runtime.start()
    caller = threading.Thread(target=lambda: results.append(runtime.execute(command.format(seconds), timeout, cancel=cancel)))
    caller.start()
    assert within_patience(lambda: len(carriers(seconds)) >= count)
    ended = time.monotonic()
    ENDINGS[ending](runtime, cancel)
    caller.join(PATIENCE)
    assert time.monotonic() - ended < PATIENCE
    assert [(result.output, result.exit_code, result.timed_out, result.cancelled) for result in results] in (
        [("on\n", None, ending == "timeout", ending != "timeout")],
        [("", None, False, True)],  # a container went with what it had not told yet
    )
    assert gone(seconds)
    assert all(result.duration_s < timeout + PATIENCE for result in results)


@pytest.mark.parametrize("shape", ["sleep {0} &", "setsid sleep {0} &", "env -i sleep {0} &", "(trap '' TERM HUP; sleep {0}; sleep {0}) &"])
def test_what_a_command_left_running_ends_with_the_runtime(runtime: Runtime, shape: str) -> None:
    seconds = own_seconds()
    assert runtime.execute(shape.format(seconds)).exit_code == 0
    assert within_patience(lambda: carriers(seconds))
    runtime.stop()
    assert gone(seconds)

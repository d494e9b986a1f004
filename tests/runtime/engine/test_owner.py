"""The laws of ownership: nothing is called dead that may live."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent_engine.runtime.engine.owner import HOST, RUNTIME, Owner, is_dead, labels_of, owner_of, start_of, this_process

HERE = Owner(pid=10, start="500", boot="boot", host="host/1")


@pytest.mark.parametrize(
    ("owner", "start", "dead"),
    [
        (HERE, "500", False),
        (HERE, None, True),  # no such process
        (HERE, "501", True),  # the pid was given again
        (HERE, "", False),  # nobody says when it began
        (replace(HERE, start=""), "500", False),
        (replace(HERE, boot="before"), "500", True),
        (replace(HERE, boot=""), None, False),
        (replace(HERE, host="other/1"), None, False),
        (replace(HERE, host="other/1", boot="before"), None, False),
    ],
)
def test_only_what_certainly_ended_on_this_host_is_dead(owner: Owner, start: str | None, dead: bool) -> None:
    assert is_dead(owner, HERE, lambda pid: start) is dead


def test_a_process_that_does_not_know_its_boot_calls_nothing_dead() -> None:
    assert not is_dead(HERE, replace(HERE, boot=""), lambda pid: None)


def test_a_process_is_told_from_the_next_one_with_its_pid() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        start = start_of(child.pid)
        assert start is not None and start.isdecimal() and start != start_of(os.getpid())
    finally:
        child.communicate(timeout=30)
    assert start_of(child.pid) is None


def test_a_process_that_ended_is_dead_before_its_parent_takes_note() -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    try:
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert start_of(child.pid) is None
    finally:
        child.wait(30)


def test_a_process_whose_first_thread_ended_lives_in_the_others() -> None:
    program = (
        "import ctypes, threading, time\n"
        "def go():\n"
        "    while 'Z' not in open('/proc/self/stat').read().rpartition(')')[2]: time.sleep(0.01)\n"
        "    print('on', flush=True), input()\n"
        "threading.Thread(target=go).start()\n"
        "ctypes.CDLL(None).pthread_exit(None)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None and child.stdout.readline() == "on\n"
            assert (start_of(child.pid) or "").isdecimal()
        finally:
            child.kill()


def test_this_process_lives_and_its_labels_say_so() -> None:
    labels = labels_of("marker")
    owner = owner_of(labels)
    assert owner is not None
    assert (owner, labels[RUNTIME], is_dead(owner, this_process())) == (this_process(), "marker", False)


@given(st.dictionaries(st.sampled_from([*labels_of("x"), "other"]), st.text(max_size=6)))
def test_whatever_the_labels_hold_they_name_a_process_or_nobody(labels: dict[str, str]) -> None:
    owner = owner_of(labels)
    assert owner is None or (owner.pid > 0 and HOST in labels and RUNTIME in labels)


def test_a_pid_that_no_system_has_is_not_asked_for() -> None:
    assert start_of(2**70) == ""

"""How the app is opened: how often it may paint is settled before textual is imported."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_PAINTS = """
import sys
from pygent_tui.launch import open_app

try:
    open_app(None)
except AttributeError:
    pass  # no launch to show
from textual.constants import MAX_FPS

sys.exit(MAX_FPS)
"""


@pytest.mark.parametrize(("asked", "ticks"), [({}, 120), ({"TEXTUAL_FPS": "30"}, 30)])
def test_a_change_just_after_a_frame_waits_for_a_short_tick_unless_the_user_asks_for_another(asked: dict[str, str], ticks: int) -> None:
    master, terminal = os.openpty()
    env = {name: value for name, value in os.environ.items() if name != "TEXTUAL_FPS"} | {"TERM": "xterm-256color"} | asked
    done = subprocess.run([sys.executable, "-c", _PAINTS], stdin=terminal, stdout=terminal, env=env, timeout=60)
    os.close(terminal)
    os.close(master)
    assert done.returncode == ticks

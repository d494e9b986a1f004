"""How the installed `pygent` looks in real terminals: with few colours, with none, after many resizes, at rest, and at the next run."""

from __future__ import annotations

import re
from pathlib import Path
from time import monotonic

from tests.support.terminal import DEADLINE_S, Terminal, terminal

FLAGS = ("--scratch", "--model", "demo", "--no-docker", "--no-confirm-bash")
NORD, OURS = b"48;2;46;52;64", b"48;2;17;21;26"  # the grounds of two themes
_COLOUR = re.compile(rb"\x1b\[[0-9;]*(?<![0-9])(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9;]*)?m")


def until_still(shown: Terminal) -> None:
    """Until nothing is painted for a second."""
    end, before = monotonic() + DEADLINE_S, -1
    while (painted := len(shown.raw)) != before:
        assert monotonic() < end, "something is painted again and again"
        before = painted
        shown.watch(1.0)


def grounds(shown: Terminal) -> set[int]:
    """The numbers of the colours that were painted as grounds; the last sequence may be cut."""
    return {int(number) for number in re.findall(rb"48;5;(\d+)[;m]", shown.raw)}


def test_a_terminal_without_colours_gets_none_and_is_told_apart_by_line_and_weight(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS, term="vt100") as shown:
        shown.until("LOCAL")
        shown.app.send(b"\x1b[17~")  # F6
        bold_and_reversed = re.compile(rb"\x1b\[1;7;39;49m ?Conversation")
        shown.until(lambda text: text.startswith("┏") and bold_and_reversed.search(shown.raw) is not None)
        assert _COLOUR.search(shown.raw) is None


def test_a_thousand_resizes_while_text_streams_in_end_in_a_right_frame_and_a_still_screen(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS) as shown:
        shown.until("LOCAL")
        shown.app.send(b"show me everything\r")
        for turn in range(1000):
            shown.app.resize((200, 1, 120, 20, 90, 3)[turn % 6], (50, 40, 5, 24, 60)[turn % 5])
            shown.raw += shown.app.read_for(0.004)
        shown.forget()  # what the screen showed before is no frame of this size
        shown.resize(80, 24)
        shown.app.send(b"\x1b")
        over = ("Interrupted", "--model NAME.")  # a slow machine comes to the end of the answer before it is interrupted
        shown.until(lambda text: any(word in text for word in over) and "· ready" in text and "F1 help" in text)
        until_still(shown)
        lines = shown.text.splitlines()
        assert (lines[0][:3], lines[0].rstrip()[-1], len(lines)) == ("╭─ ", "╮", 24)
        painted, busy = len(shown.raw), shown.app.cpu_s()
        shown.watch(3.0)
        assert len(shown.raw) == painted, "nothing is painted when nothing happens"
        assert shown.app.cpu_s() - busy < 0.1


def test_a_tiny_screen_is_whole_again_when_it_grows(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS) as shown:
        shown.until("LOCAL")
        shown.resize(20, 5)
        shown.app.send(b"hello")
        shown.until("hello")
        shown.resize(80, 24)
        shown.until(lambda text: "Welcome to Pygent" in text and "hello" in text and "· ready" in text and "LOCAL" in text)


def test_the_next_run_has_the_theme_and_the_sizes_of_the_last(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS, environ={"COLORTERM": "truecolor"}) as shown:
        shown.until("LOCAL")
        before = shown.text.splitlines()[1].index("││")
        shown.app.send(b"\x1b[1;3C")  # Alt+Right
        shown.until(lambda text: text.splitlines()[1].find("││") > before)
        wider = shown.text.splitlines()[1].index("││")
        shown.app.send(b"/theme nord\r")
        shown.until(lambda text: NORD in shown.raw)
        shown.app.send(b"\x11")
        assert shown.end() == 0
    with terminal(tmp_path, *FLAGS, environ={"COLORTERM": "truecolor"}) as shown:
        shown.until("LOCAL")
        assert shown.text.splitlines()[1].index("││") == wider
        assert NORD in shown.raw
        assert OURS not in shown.raw, "no frame of another theme comes first"


def test_with_256_colours_a_dark_grey_stays_one(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS) as shown:
        shown.until(lambda text: "LOCAL" in text and {233, 235} <= grounds(shown))  # the panes, and the status bar
        assert all(number >= 232 for number in grounds(shown) if number != 231), "greys alone"
        assert b"8;2;" not in shown.raw


def test_with_few_colours_it_takes_those_of_the_terminal_and_offers_no_theme_that_needs_more(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS, term="screen") as shown:
        shown.until("LOCAL")
        shown.app.send(b"/theme nord\r")
        shown.until("needs more colours")
        assert re.search(rb"[34]8;[25];", shown.raw) is None
        assert b"\x1b[33m" in shown.raw or b";33" in shown.raw, "what warns is the terminal's yellow"

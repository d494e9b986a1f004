"""The installed `pygent` in a real terminal: the whole way from keys to an answer, and every way out leaves it clean."""

from __future__ import annotations

import os
import shlex
import signal
import sys
from pathlib import Path

import pytest

from tests.support.crashing_app import CANARY
from tests.support.terminal import DEADLINE_S, Terminal, pygent, terminal

FLAGS = ("--scratch", "--model", "demo", "--no-docker", "--no-confirm-bash")


def test_a_prompt_is_answered_and_ctrl_q_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS) as shown:
        shown.until("LOCAL")
        shown.app.send(b"hello\r")
        shown.until(lambda text: "with --model NAME." in text and "· ready" in text)
        shown.app.send(b"\x11")
        assert shown.end() == 0
        shown.assert_restored()


def stop_and_go_on(shown: Terminal) -> None:
    """Go to the shell that the app was started from, and back, until the whole screen is drawn anew."""
    stops = shown.raw.count(b"Stopped")
    shown.app.send(b"\x1a")
    shown.until(lambda _: shown.raw.count(b"Stopped") > stops)
    seen = len(shown.raw)
    shown.app.send(b"fg\r")
    shown.until(lambda _: all(word in shown.raw[seen:] for word in (b"Conversation", b"LOCAL", b"Prompt")))


def test_after_ctrl_z_and_fg_the_whole_screen_is_there_again(tmp_path: Path) -> None:
    with terminal(tmp_path, program=("bash", "--norc", "--noprofile", "-i"), environ={"PS1": "SHELL> "}) as shown:
        shown.app.send(shlex.join((*pygent(), *FLAGS)).encode() + b"\r")
        shown.until("LOCAL")
        shown.watch(0.5)
        for _ in range(2):
            stop_and_go_on(shown)
        shown.app.send(b"hello")
        shown.until("hello")
        shown.app.send(b"\x11")
        shown.until(lambda _: shown.raw.count(b"SHELL> ") == 4)
        shown.app.send(b"exit\r")
        assert shown.end() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_in_mid_turn_ends_it_with_128_plus_n_and_a_clean_terminal(number: signal.Signals, tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS) as shown:
        shown.until("LOCAL")
        shown.app.send(b" !sleep 300\r")
        shown.until("running: sleep 300")
        os.kill(shown.app.pid, number)
        assert shown.end() == 128 + number
        shown.assert_restored()


def test_a_terminal_that_goes_away_ends_the_app(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS) as shown:
        shown.until("LOCAL")
        assert shown.app.hang_up(DEADLINE_S) == 128 + signal.SIGHUP


def test_a_resize_is_followed(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS) as shown:
        shown.until("Tasks")
        shown.resize(80, 24)
        shown.forget()  # a frame that was cut says "Ctrl+Q quit", too
        shown.until(lambda text: "Tasks" not in text and "Ctrl+Q quit" in text)
        shown.resize(120, 40)
        shown.until("Tasks")
        shown.app.send(b"\x11")
        assert shown.end() == 0


def test_a_terminal_that_was_small_for_less_than_a_frame_gets_its_frame_again(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS) as shown:
        shown.until("Tasks")
        for turn in range(20):  # from "both at once" to "one frame after the other"
            shown.app.resize(80, 24)
            shown.raw += shown.app.read_for(turn % 10 / 1000)
            shown.forget()
            shown.app.resize(120, 40)
            shown.until("Tasks")
        shown.app.send(b"\x11")
        assert shown.end() == 0


def test_a_thousand_resizes_while_it_works_end_in_a_right_frame(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS) as shown:
        shown.until("LOCAL")
        shown.app.send(b" !seq 100000\r")
        for turn in range(1000):
            shown.app.resize((200, 1, 120, 20, 80, 3)[turn % 6], (50, 40, 5, 24, 1)[turn % 5])
            shown.raw += shown.app.read_for(0.002)
        shown.forget()  # what the screen showed before is no frame of this size
        shown.resize(80, 24)
        shown.until(lambda text: "· ready" in text and "Ctrl+Q quit" in text and "exit 0" in text)
        shown.app.send(b"\x11")
        assert shown.end() == 0
        shown.assert_restored()


def test_a_hostile_name_of_a_model_does_not_reach_the_terminal(tmp_path: Path) -> None:
    hostile = "m[/]\x1b]52;c;aGk=\x07\x9b2J\u202e"
    with terminal(tmp_path, "--scratch", "--no-docker", "--model", hostile, environ={"OPENAI_API_KEY": "none"}) as shown:
        shown.until(lambda text: "LOCAL" in text and "m[/]" in text)
        for order in (b"\x1b]52", b"\x9b2J", "\x9b".encode(), "\u202e".encode()):
            assert order not in shown.raw


def test_a_local_command_runs_only_after_its_yes(tmp_path: Path) -> None:
    with terminal(tmp_path, "--scratch", "--model", "demo", "--no-docker") as shown:
        shown.until("LOCAL")
        shown.app.send(b" !echo one-$((1+1))\r")
        shown.until("May this run?")
        shown.watch(1.0)  # the silence that the panel asks for
        assert "one-2" not in shown.text
        shown.app.send(b"y")
        shown.until("one-2")


def test_a_terminal_that_cannot_be_drawn_on_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS, term="dumb") as shown:
        assert shown.end() == 2
        assert shown.raw.decode().strip() == "The app needs a terminal; `pygent run PROMPT` works without one."


@pytest.mark.docker
def test_an_image_that_is_missing_and_not_pulled_stops_with_its_sentence(docker_image: str, tmp_path: Path) -> None:
    with terminal(tmp_path, "--scratch", "--model", "demo", "--docker", "--image", "pygent-no-such-image:0") as shown:
        shown.until("The image is missing")
        shown.watch(1.0)  # the silence that the dialog asks for
        shown.app.send(b"q")
        assert shown.end() == 1
        shown.assert_restored()
        assert b"\n" in shown.raw.rpartition(b"\x1b[?1006l")[2], "the sentence stands on the terminal that is left"


def test_a_crash_leaves_a_clean_terminal_one_sentence_and_a_log_without_the_key(tmp_path: Path) -> None:
    with terminal(tmp_path, program=(sys.executable, "-m", "tests.support.crashing_app")) as shown:
        shown.until("ready")
        shown.app.send(b"\x1b[20~")
        assert shown.end() == 1
        shown.assert_restored()
    left = shown.raw.rpartition(b"\x1b[?1006l")[2].decode()
    logs = list(tmp_path.rglob("crash-*.txt"))
    assert left.strip() == f"Pygent stopped on an internal error (LookupError); the details are in {logs[0]}"
    assert logs[0].read_text().endswith("LookupError: no such key: [api key]\n")
    assert logs[0].stat().st_mode & 0o777 == 0o600
    assert CANARY.encode() not in shown.raw + logs[0].read_bytes()

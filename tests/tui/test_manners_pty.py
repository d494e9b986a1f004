"""The manners of the installed `pygent` in a real terminal: title, sign, suspension; all of it taken back on every way out."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest

from tests.support.terminal import Terminal, terminal

FLAGS = ("--model", "demo", "--no-docker", "--no-confirm-bash")
PUSHED, POPPED = b"\x1b[22;0t", b"\x1b[23;0t"
_ORDER = re.compile(rb"\x1b\][^\x07\x1b]*\x07")
_AWAY, _BACK = b"\x1b[O", b"\x1b[I"
_FOCUSED = "╭─ Prompt"  # in another colour while the terminal says that it has no focus


def workspace(tmp_path: Path, name: str = "work") -> str:
    folder = tmp_path / name
    folder.mkdir()
    return str(folder)


def signs(shown: Terminal) -> int:
    """How often it rang, or told in words; the end of a title is no ring."""
    orders: list[bytes] = _ORDER.findall(shown.raw)
    return shown.raw.count(b"\x07") - len(orders) + sum(order.startswith(b"\x1b]9;") for order in orders)


def test_the_title_tells_the_folder_and_what_happens_and_is_given_back(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS, workspace(tmp_path)) as shown:
        shown.until(lambda _: "\x1b]0;pygent · work · ready\x07".encode() in shown.raw)
        shown.app.send(b" !sleep 1\r")
        shown.until(lambda _: "\x1b]0;pygent · work · running\x07".encode() in shown.raw)
        shown.app.send(b"\x11y")
        shown.end()
        assert shown.raw.count(PUSHED) == shown.raw.count(POPPED) == 1
        assert shown.raw.index(PUSHED) < shown.raw.index(b"\x1b]0;") < shown.raw.rindex(b"\x1b]0;") < shown.raw.index(POPPED)
        shown.assert_restored()


def test_a_hostile_folder_gives_no_order_by_the_title(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS, workspace(tmp_path, "a\x1b]52;c;aGk=\x07\x9b2J\u202eb")) as shown:
        shown.until(lambda _: "b · ready\x07".encode() in shown.raw)
        for order in (b"\x1b]52", "\x9b".encode(), "\u202e".encode()):
            assert order not in shown.raw


def test_a_terminal_without_a_title_is_sent_none(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS, workspace(tmp_path), term="vt100") as shown:
        shown.until("· ready")
        assert b"\x1b]0;" not in shown.raw
        assert PUSHED not in shown.raw


@pytest.mark.parametrize(
    ("environ", "sent"),
    [({"PYGENT_NOTIFY": "bell"}, b"\x07"), ({"TERM_PROGRAM": "WezTerm"}, b"\x1b]9;Pygent is done\x07"), ({"PYGENT_NOTIFY": "off"}, b"")],
    ids=["bell", "osc9", "off"],
)
def test_who_looks_elsewhere_is_told_once_when_a_turn_ends(environ: dict[str, str], sent: bytes, tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS, workspace(tmp_path), environ=environ) as shown:
        shown.until("· ready")
        shown.app.send(b" !until [ -e go ]; do sleep 0.1; done\r")
        shown.until("running: until")
        looked_at = shown.colour(_FOCUSED)
        shown.app.send(_AWAY)
        shown.until(lambda _: shown.colour(_FOCUSED) not in ("", looked_at))
        (tmp_path / "work" / "go").touch()
        shown.until(lambda text: "· ready" in text and signs(shown) == bool(sent) and sent in shown.raw)
        shown.app.send(_BACK)
        shown.until(lambda _: shown.colour(_FOCUSED) == looked_at)
        shown.watch(0.3)
        assert signs(shown) == bool(sent)


def test_who_looks_on_is_not_told(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS, workspace(tmp_path), environ={"PYGENT_NOTIFY": "bell"}) as shown:
        shown.until("· ready")
        shown.app.send(b" !true\r")
        shown.until("┃  !true")
        shown.until("· ready")
        shown.watch(0.3)
        assert signs(shown) == 0


def stopped(shown: Terminal) -> bool:
    return Path(f"/proc/{shown.app.pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "T"


def given_back(shown: Terminal) -> bool:
    """Whether all of it was read that gives the terminal back."""
    return PUSHED in shown.raw and shown.raw.count(PUSHED) == shown.raw.count(POPPED) and shown.modes_left() == set()


def test_ctrl_z_gives_the_terminal_back_and_fg_draws_everything_anew(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS, workspace(tmp_path)) as shown:
        shown.until("· ready")
        shown.app.send(b"a draft")
        shown.until("a draft")
        shown.app.send(b"\x1a")
        shown.until(lambda _: stopped(shown) and given_back(shown))
        shown.assert_restored()
        assert shown.raw.count(PUSHED) == shown.raw.count(POPPED) == 1
        shown.forget()
        os.kill(shown.app.pid, signal.SIGCONT)
        shown.until(lambda text: "Conversation" in text and "a draft" in text and "LOCAL" in text and "Enter send" in text)
        shown.app.send(b" goes on")
        shown.until("a draft goes on")
        shown.app.send(b"\x11")
        assert shown.end() == 0
        assert shown.raw.count(PUSHED) == shown.raw.count(POPPED)
        shown.assert_restored()


def test_what_is_killed_while_it_sleeps_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS, workspace(tmp_path)) as shown:
        shown.until("· ready")
        os.kill(shown.app.pid, signal.SIGTSTP)
        shown.until(lambda _: stopped(shown) and given_back(shown))
        shown.assert_restored()
        os.kill(shown.app.pid, signal.SIGKILL)
        assert shown.end() == -signal.SIGKILL
        shown.assert_restored()

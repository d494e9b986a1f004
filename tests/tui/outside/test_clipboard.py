"""The clipboard: which program is taken, what it is handed, what becomes of one that fails or hangs, and what a terminal is sent."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from pathlib import Path
from time import monotonic

import pytest

from pygent_tui.outside.clipboard import ClipboardError, Program, copy, find_program, terminal_sequence

EVERYTHING = {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0", "WSL_DISTRO_NAME": "Debian"}
NAMES = ("wl-copy", "xclip", "xsel", "pbcopy", "clip.exe")


def tool(folder: Path, name: str, script: str) -> None:
    """A program of that name that does `script`."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        (EVERYTHING, "wl-copy"),
        ({"DISPLAY": ":0", "WSL_DISTRO_NAME": "Debian"}, "xclip"),
        ({"DISPLAY": ":0"}, "xclip"),
        ({}, "pbcopy"),
        ({"DISPLAY": "", "WAYLAND_DISPLAY": ""}, "pbcopy"),
        ({**EVERYTHING, "SSH_TTY": "/dev/pts/0"}, None),
        ({**EVERYTHING, "SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}, None),
    ],
)
def test_the_program_of_the_display_is_taken_and_none_over_ssh(environment: Mapping[str, str], name: str | None, tmp_path: Path) -> None:
    for each in NAMES:
        tool(tmp_path, each, "true")
    found = find_program({**environment, "PATH": str(tmp_path)})
    assert (found and found.name) == name


def test_a_program_that_is_not_installed_is_not_taken(tmp_path: Path) -> None:
    tool(tmp_path, "xsel", "true")
    found = find_program({**EVERYTHING, "PATH": str(tmp_path)})
    assert found == Program("xsel", ("--clipboard", "--input"))
    assert find_program({**EVERYTHING, "PATH": ""}) is None


@pytest.mark.parametrize("text", ["plain", "a\x00b\x1b]52;c;x\x07\r\n\t  ", "ü €\u202e", "x" * 2_000_000])
def test_every_byte_of_the_text_is_handed_over(text: str, tmp_path: Path) -> None:
    tool(tmp_path, "xclip", f'cat > {tmp_path}/taken; echo "$@" > {tmp_path}/arguments; env > {tmp_path}/environment')
    copy(Program("xclip", ("-in",)), text, {"PATH": f"{tmp_path}:/usr/bin:/bin", "DISPLAY": ":7"}, 20)
    assert (tmp_path / "taken").read_bytes() == text.encode()
    assert (tmp_path / "arguments").read_text() == "-in\n"
    assert "DISPLAY=:7\n" in (tmp_path / "environment").read_text()


def test_a_program_that_stays_behind_to_serve_the_text_is_not_waited_for(tmp_path: Path) -> None:
    tool(tmp_path, "xclip", f"cat > {tmp_path}/taken; sleep 20 & echo $! > {tmp_path}/pid")
    began = monotonic()
    copy(Program("xclip"), "text", {"PATH": f"{tmp_path}:/usr/bin:/bin"}, 15)
    took = monotonic() - began
    tool(tmp_path, "end", f"kill $(cat {tmp_path}/pid)")
    copy(Program("end"), "", {"PATH": f"{tmp_path}:/usr/bin:/bin"}, 15)
    assert took < 15


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ('echo "Error: Can\'t open display: :0" >&2; exit 1', "failed (Error: Can't open display: :0)"),
        ("printf 'bad \\033[2J' >&2; exit 3", "failed (bad ␛[2J)"),
        ("exit 7", "failed (exit code 7)"),
        ("exec sleep 30", "did not end within 0.2 s"),
    ],
)
def test_a_program_that_fails_or_hangs_says_why(script: str, reason: str, tmp_path: Path) -> None:
    tool(tmp_path, "xclip", script)
    with pytest.raises(ClipboardError) as failed:
        copy(Program("xclip"), "text", {"PATH": f"{tmp_path}:/usr/bin:/bin"}, 0.2 if "sleep" in script else 15)
    assert str(failed.value) == reason


def test_a_program_that_went_away_says_so(tmp_path: Path) -> None:
    with pytest.raises(ClipboardError, match=r"could not be started \(No such file or directory\)"):
        copy(Program("xclip"), "text", {"PATH": str(tmp_path)})


def sent(sequence: str) -> str:
    found = re.fullmatch(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\a", sequence)
    assert found is not None, "whatever was in the text, only base64 is sent"
    return base64.b64decode(found[1]).decode()


@pytest.mark.parametrize("text", ["", "text", "\x1b]0;title\x07\x9b2J", "ü" * 1000])
def test_a_terminal_is_sent_the_text_and_none_of_its_controls(text: str) -> None:
    assert sent(terminal_sequence(text, {})) == text


def test_a_lone_surrogate_is_replaced() -> None:
    assert sent(terminal_sequence("a\ud800b", {})) == "a?b"


def test_tmux_is_sent_it_plain_and_to_hand_on() -> None:
    plain = terminal_sequence("text", {})
    both = terminal_sequence("text", {"TMUX": "/tmp/tmux-0/default,1,0"})
    assert both == plain + "\x1bPtmux;\x1b" + plain + "\x1b\\"


def test_screen_is_sent_it_in_pieces_that_it_hands_on() -> None:
    pieces = re.findall(r"\x1bP(.*?)\x1b\\", terminal_sequence("text" * 1000, {"STY": "1.pts-0"}), re.DOTALL)
    assert sent("".join(pieces)) == "text" * 1000
    assert max(map(len, pieces)) <= 768

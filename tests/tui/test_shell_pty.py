"""A shell for the user in a real terminal: on this machine and in a container, resized, left, ended by signals."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest

from tests.support.docker_engine import image_name
from tests.support.terminal import Terminal, terminal

LOCAL = ("--model", "demo", "--no-docker", "--no-confirm-bash")
DOCKER = ("--model", "demo", "--docker", "--image", image_name())
NAMED = re.compile("<([0-9a-z]+)>")


def workspace(tmp_path: Path) -> str:
    folder = tmp_path / "work"
    folder.mkdir()
    return str(folder)


def enter(shown: Terminal, says: str) -> None:
    """Go into a shell, and wait until it reads."""
    shown.app.send(b"/shell\r")
    shown.until(says)
    shown.forget()  # what the app had drawn stands on the terminal's other screen
    shown.app.send(b"PS1='her''e> '\r")
    shown.until("\nhere> ")


def interrupt_a_command(shown: Terminal) -> None:
    """Ctrl+C for a command that has the terminal. One that the shell has yet to start does not get it, and runs on."""
    shown.app.send(b"sh -c \"echo be''gun; exec sleep 100\"\r")
    shown.until("begun")
    shown.app.send(b"\x03")  # which forgets what is typed ahead
    shown.until("^C")


def leave(shown: Terminal, mode: str) -> None:
    """Come back, and see that the app draws, takes keys and leaves the terminal as it was."""
    shown.until(lambda text: f"{mode} " in text and "here>" not in text)
    shown.app.send(b"still here")
    shown.until("still here")
    shown.app.send(b"\x11")
    assert shown.end() == 0
    shown.assert_restored()


def test_a_shell_on_this_machine_says_so_follows_the_size_and_comes_back(tmp_path: Path) -> None:
    folder = workspace(tmp_path)
    with terminal(tmp_path, *LOCAL, folder, environ={"SHELL": "/bin/bash", "OPENAI_API_KEY": "sk-canary-0123456789"}) as shown:
        shown.until("· ready")
        enter(shown, "A shell on THIS MACHINE, in no container")
        shown.app.send(b'pwd; stty size; echo "canary: $(env | grep -c canary)"\r')
        shown.until(lambda text: folder in text and "40 120" in text and "canary: 0" in text)
        shown.resize(100, 30)
        shown.app.send(b"stty size\r")
        shown.until("30 100")
        interrupt_a_command(shown)
        shown.app.send(b"echo interrupt''ed\r")
        shown.until("interrupted")
        shown.app.send(b"exit 3\r")
        leave(shown, "LOCAL")


def test_a_signal_ends_a_shell_on_this_machine_first_and_the_app_after_it(tmp_path: Path) -> None:
    with terminal(tmp_path, *LOCAL, workspace(tmp_path), environ={"SHELL": "/bin/bash"}) as shown:
        shown.until("· ready")
        enter(shown, "THIS MACHINE")
        shown.app.send(b"trap '' HUP TERM; echo $$ > pid; cat\r")
        shown.until(lambda _: any(path.read_text().endswith("\n") for path in (tmp_path / "work").glob("pid")))
        os.kill(shown.app.pid, signal.SIGTERM)
        assert shown.end() == 128 + signal.SIGTERM
        shown.assert_restored()
    pid = int((tmp_path / "work" / "pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def begin(shown: Terminal) -> None:
    """Have a container."""
    shown.until("· ready")
    shown.app.send(b"/shell\r")
    shown.until("Send !true, then /shell again.")
    shown.app.send(b"!echo cont''ained\r")
    shown.until("contained")
    shown.until("· ready")


@pytest.mark.docker
def test_a_shell_in_the_container_follows_the_size_and_comes_back(docker_image: str, tmp_path: Path) -> None:
    with terminal(tmp_path, *DOCKER, workspace(tmp_path), environ={"OPENAI_API_KEY": "sk-canary-0123456789"}) as shown:
        begin(shown)
        enter(shown, "A shell in the container of the session")
        shown.app.send(b'pwd; stty size; echo "canary: $(env | grep -c canary)"\r')
        shown.until(lambda text: "/workspace" in text and "40 120" in text and "canary: 0" in text)
        shown.resize(100, 30)
        shown.app.send(b"until [ \"$(stty size)\" = '30 100' ]; do :; done; stty size\r")
        shown.until("30 100")
        interrupt_a_command(shown)
        shown.app.send(b"echo interrupt''ed > by-hand; cat by-hand\r")
        shown.until("interrupted")
        shown.app.send(b"sleep 1000 & exit 3\r")
        shown.until(lambda text: "DOCKER " in text and "here>" not in text)
        shown.app.send(b"!cat by-hand; grep -al 1000 /proc/[0-9]*/cmdline | wc -l\r")
        shown.until("interrupted")
        assert (tmp_path / "work" / "by-hand").read_text() == "interrupted\n"
        leave(shown, "DOCKER")


@pytest.mark.docker
def test_a_signal_ends_a_shell_in_the_container_and_the_app_after_it(docker_image: str, tmp_path: Path) -> None:
    with terminal(tmp_path, *DOCKER, workspace(tmp_path)) as shown:
        begin(shown)
        enter(shown, "A shell in the container of the session")
        shown.app.send(b"trap '' HUP TERM; printf '\\033[?1049h\\033[?1000h'; echo it''s full; cat\r")
        shown.until("its full")
        os.kill(shown.app.pid, signal.SIGTERM)
        assert shown.end() == 128 + signal.SIGTERM
        shown.assert_restored()


@pytest.mark.docker
def test_a_shell_ends_with_its_container(docker_image: str, tmp_path: Path) -> None:
    import docker  # noqa: PLC0415 - only where there is an engine

    with terminal(tmp_path, *DOCKER, workspace(tmp_path)) as shown:
        begin(shown)
        enter(shown, "A shell in the container of the session")
        shown.app.send(b'echo "<$(cat /etc/hostname)>"\r')
        shown.until(lambda text: NAMED.search(text) is not None)
        (name,) = NAMED.findall(shown.text)
        client = docker.from_env(timeout=10)
        try:
            client.containers.get(name).remove(force=True)
        finally:
            client.close()
        shown.until("The shell ended: its container went away.")
        shown.app.send(b"\x11")
        assert shown.end() == 0
        shown.assert_restored()

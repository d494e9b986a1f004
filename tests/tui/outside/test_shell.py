"""A shell of this machine, where there is none. What there is else is tried in a real terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent_tui.outside.shell import ShellError, shell_here


def test_without_a_shell_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ShellError, match=r"^No shell was found; set SHELL to the one you like\.$"):
        shell_here(str(tmp_path), {"PATH": "/nonexistent", "SHELL": "/nonexistent/sh"}, "A shell")


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(ShellError, match=r"^No shell could be started in .*/gone \(No such file or directory\)\.$"):
        shell_here(str(tmp_path / "gone"), {"PATH": "/usr/bin:/bin"}, "")

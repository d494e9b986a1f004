"""A folder that cannot be worked in is refused in one sentence with the way out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine, Ended


@pytest.mark.parametrize("folder", ["/", "/etc", "home"])
def test_the_root_system_folders_and_the_home_folder_are_refused(folder: str, command_line: CommandLine) -> None:
    path = str(command_line.home) if folder == "home" else folder
    ended = command_line.run(path, "--model", "demo")
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert ended.err.startswith("pygent: ") and ended.err.endswith(", or use --scratch for a throwaway one.\n")


def test_the_home_folder_is_named_where_it_is_the_current_one(command_line: CommandLine) -> None:
    shell = f'cd "{command_line.home}" && exec "{sys.executable}" -m pygent_engine --model demo'
    ended = subprocess.run(["sh", "-c", shell], env=command_line.environment({}), timeout=60, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == (
        f"pygent: {command_line.home} cannot be a workspace: an agent could change all that is yours. "
        "Name a folder of its own, or use --scratch for a throwaway one.\n"
    )


def test_a_file_is_no_workspace(command_line: CommandLine) -> None:
    (command_line.workspace / "file").touch()
    assert command_line.run("file") == Ended(
        2, "", "pygent: The workspace file is not a folder; name an existing folder, or use --scratch for a throwaway one.\n"
    )


@pytest.mark.parametrize("name", ["shut", "shut/inner"])
def test_a_folder_that_the_user_may_not_enter_is_no_workspace(name: str, tmp_path: Path) -> None:
    (tmp_path / "shut" / "inner").mkdir(parents=True)
    (tmp_path / "shut").chmod(0)
    code = (
        "import os, sys\n"
        "from pygent_engine.cli.start import in_workspace\n"
        "from pygent_engine.errors import WorkspaceError\n"
        "from pygent_engine.runtime import workspace_check\n"  # here: the packages may not be another user's to read
        "from pygent_engine.settings import Settings\n"
        "if os.geteuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try: in_workspace(Settings(), sys.argv[1], scratch=False)\n"
        "except WorkspaceError as error: print(error)"
    )
    folder = str(tmp_path / name)
    try:
        ended = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, timeout=60, check=False)
    finally:
        (tmp_path / "shut").chmod(0o700)
    sentence = f"You have no right to enter the workspace {folder}; change its permissions, or name another one"
    assert (ended.stdout, ended.stderr) == (f"{sentence}, or use --scratch for a throwaway one.\n", "")


def test_a_current_folder_that_is_gone_is_no_workspace(command_line: CommandLine) -> None:
    shell = f'mkdir gone && cd gone && rmdir ../gone && exec "{sys.executable}" -m pygent_engine --model demo'
    ended = subprocess.run(
        ["sh", "-c", shell], cwd=command_line.workspace, env=command_line.environment({}), timeout=60, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert "The workspace . does not exist" in ended.stderr and "--scratch" in ended.stderr

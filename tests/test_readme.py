"""The README's two commands: marked so that CI runs what a reader pastes, and pasted in any order in the same folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def readme_command(name: str) -> subprocess.CompletedProcess[str]:
    script = ROOT / ".ci" / "readme_commands.py"
    return subprocess.run([sys.executable, script, name], capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize(
    ("name", "last_step"), [("app", ".venv/bin/pygent"), ("test", ".venv/bin/python -m pytest -n 4 --dist loadgroup")], ids=["app", "test"]
)
def test_each_command_is_one_line_that_sets_itself_up(name: str, last_step: str) -> None:
    printed = readme_command(name)
    assert (printed.returncode, printed.stderr) == (0, "")
    setup, install, last = printed.stdout.rstrip("\n").split(" && ")
    assert setup == "python3 -m venv .venv"
    assert install.startswith(".venv/bin/pip install -q -c constraints.txt ")
    assert last == last_step


def test_a_name_that_is_not_marked_is_refused() -> None:
    printed = readme_command("lunch")
    assert (printed.returncode, printed.stdout, printed.stderr) == (1, "", "README.md marks no command 'lunch'\n")


@pytest.mark.parametrize(
    ("begins", "says"),
    [
        ("from pygent_engine import Agent, DemoModel, Limits", ["finished"]),
        ("from pygent_engine import Agent, DemoModel, Runtime", ["finished"]),
        ("from pygent_tui.commands", []),
    ],
)
def test_each_example_runs_as_it_stands(begins: str, says: list[str], tmp_path: Path) -> None:
    example = next(code for code in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if code.startswith(begins))
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, "-c", example], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stdout.split()[:1], ran.stderr) == (0, says, "")


def test_every_file_that_the_readme_names_is_there() -> None:
    linked = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    named = re.findall(r"`([\w./-]+\.(?:md|txt|py|toml)|\.ci/[\w-]+)`", README)
    assert [name for name in {*linked, *named} if not (ROOT / name).exists()] == []

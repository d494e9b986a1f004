"""What the model is told first: who it is, where it works, and what the project says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pygent_engine import Persona, Runtime, Settings
from pygent_engine.prompts import INSTRUCTIONS_FILE, LONGEST_INSTRUCTIONS, configured_persona, project_instructions, system_prompt


@pytest.fixture
def root(tmp_path: Path) -> Path:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    return workspace


@pytest.fixture
def runtime(root: Path) -> Iterator[Runtime]:
    with Runtime(use_docker=False, workspace=root) as runtime:
        yield runtime


def instructions(root: Path, content: str | bytes) -> None:
    (root / INSTRUCTIONS_FILE).write_bytes(content.encode() if isinstance(content, str) else content)


# ---------------------------------------------------------------- the project's instructions


def test_without_a_file_there_are_no_instructions(runtime: Runtime) -> None:
    assert project_instructions(runtime) == ""


@pytest.mark.parametrize(
    ("content", "read"),
    [("", ""), (" \n\n", ""), ("\n# Rules\n\nBe brief.\n", "# Rules\n\nBe brief."), (b"caf\xe9", "café"), (b"\xff\xfe", "")],
)
def test_the_instructions_are_the_files_text_without_space_around_it(root: Path, runtime: Runtime, content: str | bytes, read: str) -> None:
    instructions(root, content)
    assert project_instructions(runtime) == read


def test_long_instructions_are_cut(root: Path, runtime: Runtime) -> None:
    instructions(root, "é" * LONGEST_INSTRUCTIONS + "tail")
    assert project_instructions(runtime) == "é" * LONGEST_INSTRUCTIONS


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"x" * (2 << 20)], ids=["no text", "too long"])
def test_what_cannot_be_read_as_text_at_once_is_left_out(root: Path, runtime: Runtime, content: bytes) -> None:
    instructions(root, content)
    assert project_instructions(runtime) == ""


def test_a_link_to_the_outside_is_left_out(root: Path, runtime: Runtime) -> None:
    (root.parent / "secret").write_text("key")
    (root / INSTRUCTIONS_FILE).symlink_to(root.parent / "secret")
    assert project_instructions(runtime) == ""


def test_a_link_inside_the_workspace_is_followed(root: Path, runtime: Runtime) -> None:
    (root / "CONTRIBUTING.md").write_text("Be brief.")
    (root / INSTRUCTIONS_FILE).symlink_to("CONTRIBUTING.md")
    assert project_instructions(runtime) == "Be brief."


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo], ids=["folder", "fifo"])
def test_what_is_no_file_is_left_out_without_a_wait(root: Path, runtime: Runtime, make: object) -> None:
    assert callable(make)
    make(root / INSTRUCTIONS_FILE)
    assert project_instructions(runtime) == ""


# ---------------------------------------------------------------- the system prompt


def test_every_part_stands_in_its_place_apart_from_the_others(root: Path, runtime: Runtime) -> None:
    instructions(root, "Be brief.")
    plain = system_prompt(runtime, None, delegates=False).split("\n\n")
    full = system_prompt(runtime, Persona("Ada", "You write tests first."), delegates=True).split("\n\n")
    assert plain[0].startswith("You are Pygent, a coding agent.")
    assert full[0] == plain[0].replace("You are Pygent", "You are Ada")
    assert full[1] == "You write tests first."
    assert "delegate_task" in full[2] and "collect_file" in full[2]
    assert plain[1:] == full[3:] == ["The project's own instructions, from AGENTS.md:", "Be brief."]


def test_the_place_of_work_is_told(runtime: Runtime) -> None:
    assert "on the user's own machine" in system_prompt(runtime, None, delegates=False)


@pytest.mark.docker
def test_the_network_of_a_container_is_told(docker_image: str) -> None:
    with Runtime(True, image=docker_image) as off, Runtime(True, image=docker_image, network=True) as on:
        assert "in a container without network, with the workspace at /workspace" in system_prompt(off, None, delegates=False)
        assert "in a container with network, with the workspace at /workspace" in system_prompt(on, None, delegates=False)


def test_a_model_that_cannot_delegate_is_not_told_of_it(runtime: Runtime) -> None:
    assert "delegate" not in system_prompt(runtime, None, delegates=False)


@pytest.mark.parametrize("text", ["{name}", "{0} {place!r:>{width}}", "%s %(name)s", "{"])
def test_text_from_outside_is_taken_as_it_stands(root: Path, runtime: Runtime, text: str) -> None:
    instructions(root, text)
    prompt = system_prompt(runtime, Persona(text, text), delegates=True)
    assert prompt.startswith(f"You are {text}, a coding agent.")
    assert prompt.split("\n\n")[1] == text
    assert prompt.endswith(f"\n\n{text}")


# ---------------------------------------------------------------- the persona of the settings


@pytest.mark.parametrize(
    ("settings", "persona"),
    [
        (Settings(), None),
        (Settings(persona_name="Ada"), Persona("Ada")),
        (Settings(persona="You write tests first."), Persona("Pygent", "You write tests first.")),
        (Settings(persona_name="Ada", persona="You write tests first."), Persona("Ada", "You write tests first.")),
    ],
)
def test_the_settings_give_the_root_agent_its_persona(settings: Settings, persona: Persona | None) -> None:
    assert configured_persona(settings) == persona

"""The editor that a draft is opened in."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from pygent_tui.outside.editor import EditorError, edit, find_editor


def editor(tmp_path: Path, script: str) -> str:
    """A program that edits its last argument as `script` says."""
    program = tmp_path / "ed"
    program.write_text(f"#!/bin/sh\nfor file; do :; done\n{script}\n")
    program.chmod(0o755)
    return str(program)


def opened(command: str, text: str) -> str:
    environment = {"EDITOR": command, "PATH": os.environ["PATH"]}
    return edit(text, find_editor(environment), environment)


# ------------------------------------------------------------------ unhappy


def test_without_an_editor_there_is_a_sentence() -> None:
    with pytest.raises(EditorError, match=r"^No editor was found; set EDITOR to the one you like\.$"):
        find_editor({"PATH": "/nonexistent"})


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ("no-such-editor --wait", "The editor 'no-such-editor --wait' of EDITOR was not found; set it to one that is there."),
        ("code 'x", "EDITOR cannot be read (No closing quotation); set it to the command of an editor."),
    ],
)
def test_an_editor_that_is_not_there_is_told(chosen: str, sentence: str) -> None:
    with pytest.raises(EditorError) as refused:
        find_editor({"EDITOR": chosen, "PATH": os.environ["PATH"]})
    assert str(refused.value) == sentence


def test_one_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    program = tmp_path / "ed"
    program.write_bytes(b"\x7fELF nonsense")
    program.chmod(0o755)
    with pytest.raises(EditorError, match="ed could not be started"):
        opened(str(program), "draft")


@pytest.mark.parametrize(("script", "how"), [("echo bad > $file; exit 3", "with exit code 3"), ("kill -9 $$", "by signal 9")])
def test_an_editor_that_does_not_end_well_changes_nothing(script: str, how: str, tmp_path: Path) -> None:
    with pytest.raises(EditorError) as refused:
        opened(editor(tmp_path, script), "draft")
    assert str(refused.value) == f"ed ended {how}; the draft is as it was."


def test_a_draft_that_is_gone_afterwards_is_told(tmp_path: Path) -> None:
    with pytest.raises(EditorError, match="could not be read"):
        opened(editor(tmp_path, "rm $file"), "draft")


def test_what_would_end_the_app_ends_the_editor_first_and_then_reaches_the_app(tmp_path: Path) -> None:
    received: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: received.append(number))
    try:
        with pytest.raises(EditorError, match="by signal 15"):
            opened(editor(tmp_path, f"kill -TERM {os.getpid()}; exec sleep 300"), "draft")
    finally:
        signal.signal(signal.SIGTERM, before)
    assert received == [signal.SIGTERM]


def test_the_key_that_interrupts_is_the_editors_alone(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    assert opened(editor(tmp_path, f"kill -INT {os.getpid()}"), "draft") == "draft"
    assert signal.getsignal(signal.SIGINT) is before


# ------------------------------------------------------------------ happy


@pytest.mark.parametrize(
    ("text", "script", "after"),
    [
        ("draft", "printf ', mended' >> $file", "draft, mended"),
        ("draft", "echo >> $file", "draft"),
        ("ends\n", "true", "ends\n"),
        ("draft", ": > $file", ""),
        ("a\r\nb", "true", "a\r\nb"),
    ],
)
def test_the_draft_is_what_the_editor_left(text: str, script: str, after: str, tmp_path: Path) -> None:
    assert opened(editor(tmp_path, script), text) == after


def test_the_words_of_the_setting_are_split_and_visual_goes_first(tmp_path: Path) -> None:
    environment = {"VISUAL": f"{sys.executable} -c 'import sys' --wait", "EDITOR": "ed", "PATH": os.environ["PATH"]}
    assert find_editor(environment) == (sys.executable, "-c", "import sys", "--wait")
    assert edit("draft", find_editor(environment), environment) == "draft"


def test_nobody_else_may_read_the_draft_and_nothing_is_left_of_it(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    opened(editor(tmp_path, f"stat -c '%a %n' $file $(dirname $file) > {seen}"), "draft")
    (file_mode, file), (folder_mode, folder) = (line.split() for line in seen.read_text().splitlines())
    assert (file_mode, folder_mode) == ("600", "700")
    assert not Path(folder).exists()
    assert Path(file).parent == Path(folder)

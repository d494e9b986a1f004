"""Writing in a real terminal: a very long paste, the editor, a draft after SIGKILL, names that would do harm."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.support.terminal import terminal

FLAGS = ("--model", "demo", "--no-docker", "--no-confirm-bash")
STATE = Path(".local", "state", "pygent")
_PASTE = b"\x1b[200~%s\x1b[201~"


def workspace(tmp_path: Path) -> str:
    folder = tmp_path / "work"
    folder.mkdir()
    return str(folder)


def editor(tmp_path: Path, script: str) -> str:
    program = tmp_path / "ed"
    program.write_text(f"#!/bin/sh\nfor file; do :; done\n{script}\n")
    program.chmod(0o755)
    return str(program)


def test_a_megabyte_is_pasted_as_one_thing_and_not_sent_by_itself(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS, workspace(tmp_path)) as shown:
        shown.until("LOCAL")
        shown.watch(1.0)
        text = b"a line of a log file\r" * 50_000
        sent = _PASTE % text
        for start in range(0, len(sent), 65_536):
            shown.app.send(sent[start : start + 65_536])
        shown.until("[paste 1: 50,000 lines, 1.1 MB]")
        assert "You" not in shown.text
        shown.app.send(b"\x7f")
        shown.until(lambda text: "[paste" not in text)
        shown.app.send(b"\x11")
        assert shown.end() == 0


def test_no_byte_of_a_paste_is_a_key(tmp_path: Path) -> None:
    command = editor(tmp_path, f"touch {tmp_path / 'opened'}")
    with terminal(tmp_path, *FLAGS, workspace(tmp_path), environ={"EDITOR": command}) as shown:
        shown.until("LOCAL")
        shown.app.send(_PASTE % b"one \x1b\x07\x1b]0;title\x07 \x1b[A and a long tail, longer than any key is\r\x11\rtwo")
        shown.until("two")
        shown.app.send(b"!")
        shown.until("two!")
        assert "┃" not in shown.text
        shown.app.send(b"\xff\xfe\x11")
        assert shown.end() == 0
        shown.assert_restored()
    assert not (tmp_path / "opened").exists()


def test_what_was_written_survives_sigkill_and_is_not_sent_by_itself(tmp_path: Path) -> None:
    folder = workspace(tmp_path)
    with terminal(tmp_path, *FLAGS, folder) as shown:
        shown.until("LOCAL")
        shown.app.send(b"hello")
        drafts = tmp_path / STATE / "drafts"
        shown.until(lambda _: any(b"hello" in path.read_bytes() for path in drafts.glob("*.json")))
        os.kill(shown.app.pid, signal.SIGKILL)
        assert shown.end() == -signal.SIGKILL
    with terminal(tmp_path, *FLAGS, folder) as shown:
        shown.until(lambda text: "hello" in text and "is back" in text)
        assert "You" not in shown.text
        shown.app.send(b"\r")
        shown.until(lambda text: "with --model NAME." in text and "· ready" in text)  # the end of the answer: it was ready before, too
        shown.app.send(b"\x11")
        assert shown.end() == 0
    assert list(drafts.glob("*.json")) == []


def test_ctrl_g_writes_in_the_editor_and_the_screen_comes_back(tmp_path: Path) -> None:
    command = editor(tmp_path, "printf 'in the editor' ; printf ', mended' >> $file")
    with terminal(tmp_path, *FLAGS, workspace(tmp_path), environ={"EDITOR": command}) as shown:
        shown.until("LOCAL")
        shown.app.send(b"draft\x07")
        shown.until("draft, mended")
        shown.app.send(b"!")
        shown.until("mended!")
        shown.app.send(b"\x11")
        assert shown.end() == 0
        shown.assert_restored()


def test_an_editor_that_is_killed_leaves_the_screen_and_the_draft(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS, workspace(tmp_path), environ={"EDITOR": editor(tmp_path, "kill -9 $$")}) as shown:
        shown.until("LOCAL")
        shown.app.send(b"draft\x07")
        shown.until("ended by signal 9; the draft is as it")
        assert "draft" in shown.text
        shown.app.send(b"\x11")
        assert shown.end() == 0
        shown.assert_restored()


def test_sigterm_while_the_editor_is_open_ends_both_and_restores_the_terminal(tmp_path: Path) -> None:
    command = editor(tmp_path, "echo the-editor-is-open; exec sleep 300")
    with terminal(tmp_path, *FLAGS, workspace(tmp_path), environ={"EDITOR": command}) as shown:
        shown.until("LOCAL")
        shown.app.send(b"draft\x07")
        shown.until("the-editor-is-open")
        os.kill(shown.app.pid, signal.SIGTERM)
        assert shown.end() == 128 + signal.SIGTERM
        shown.assert_restored()


def test_a_key_typed_while_it_is_written_stays_in_its_place(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS, workspace(tmp_path)) as shown:
        shown.until("LOCAL")
        shown.app.send(b"first\rsecond\x7f\x7fX")
        shown.until(lambda text: "┃ first" in text and "secoX" in text)
        shown.app.send(b"\x11")


def test_a_hostile_file_name_does_not_reach_the_terminal(tmp_path: Path) -> None:
    folder = Path(workspace(tmp_path))
    (folder / "evil\x1b]52;c;aGk=\x07\x9b2J\u202e").write_text("x")
    with terminal(tmp_path, *FLAGS, str(folder)) as shown:
        shown.until("LOCAL")
        shown.app.send(b"@evil")
        shown.until("evil]52;c;aGk=")
        shown.app.send(b"\r, too")
        shown.until(", too")
        shown.app.send(b"\x11")
        assert shown.end() == 0
    for order in (b"\x1b]52", "\x9b".encode(), "\u202e".encode()):
        assert order not in shown.raw


def test_what_cannot_be_kept_is_said_on_the_terminal_that_is_left(tmp_path: Path) -> None:
    state = tmp_path / STATE
    with terminal(tmp_path, *FLAGS, workspace(tmp_path)) as shown:
        shown.until("LOCAL")
        shown.app.send(b"never ")
        shown.until(lambda _: any((state / "drafts").glob("*.json")))
        (state / "drafts").rename(state / "gone")
        (state / "drafts").touch()
        (state / "look").mkdir()
        shown.app.send(b"\x1bOR")  # F3: where the panes stand is kept, too
        shown.app.send(b"sent")
        shown.until("The draft could not be kept")
        shown.app.send(b"\x11")
        assert shown.end() == 0
        said = shown.raw.rpartition(b"\x1b[?1049l")[2].decode()
    assert f"The draft could not be kept ({state / 'drafts'}): File exists." in said
    assert f"How the panes stand could not be kept ({state / 'look'}): Is a directory." in said

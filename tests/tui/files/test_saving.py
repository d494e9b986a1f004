"""Output saved to a file: whole or not at all, never over another one unasked."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from pygent_tui.files.saving import Given, pieces_of, save, target, without_colours


def test_colours_are_left_out_wherever_the_pieces_are_cut() -> None:
    assert "".join(without_colours(["\x1b[3", "1mred\x1b[m\nta", "il\x1b[", "1m"])) == "red\ntail"


def test_what_is_written_is_what_was_given(tmp_path: Path) -> None:
    text = "\x1b[31mred\x1b[m\r\n\ttail\udcff"
    assert save([text, "."], tmp_path / "a.ansi", overwrite=False, cancel=Event()) == 20
    assert (tmp_path / "a.ansi").read_bytes() == b"\x1b[31mred\x1b[m\r\n\ttail?."


def test_what_is_there_is_kept_unless_it_is_to_be_overwritten(tmp_path: Path) -> None:
    path, link = tmp_path / "a.txt", tmp_path / "link.txt"
    path.write_text("mine")
    link.symlink_to("nowhere")
    for taken in (path, link):
        with pytest.raises(FileExistsError):
            save(["new"], taken, overwrite=False, cancel=Event())
    assert (path.read_text(), os.readlink(link)) == ("mine", "nowhere")  # noqa: PTH115 - as text
    save(["new"], path, overwrite=True, cancel=Event())
    assert (path.read_text(), sorted(os.listdir(tmp_path))) == ("new", ["a.txt", "link.txt"])  # noqa: PTH208 - names


def test_a_file_that_comes_in_between_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"

    def pieces() -> Iterator[str]:
        path.write_text("theirs")
        yield "mine"

    with pytest.raises(FileExistsError):
        save(pieces(), path, overwrite=False, cancel=Event())
    assert ([each.name for each in tmp_path.iterdir()], path.read_text()) == (["a.txt"], "theirs")


def test_what_is_given_up_or_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    given = Event()
    given.set()
    with pytest.raises(Given):
        save(["text"], tmp_path / "a.txt", overwrite=False, cancel=given)
    with pytest.raises(OSError):
        save(pieces_of(str(tmp_path / "gone")), tmp_path / "b.txt", overwrite=False, cancel=Event())
    with pytest.raises(OSError):
        save(["text"], tmp_path / "no" / "folder.txt", overwrite=False, cancel=Event())
    with pytest.raises(ValueError):
        save(["text"], tmp_path / "a\0b", overwrite=False, cancel=Event())
    for overwrite in (False, True):
        with pytest.raises(IsADirectoryError):
            save(["text"], tmp_path, overwrite=overwrite, cancel=Event())
    assert list(tmp_path.iterdir()) == []


def test_a_saved_file_has_the_mode_of_any_new_one_or_of_the_one_that_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    (tmp_path / "plain").touch()
    save(["text"], path, overwrite=False, cancel=Event())
    assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode
    path.chmod(0o640)
    save(["text"], path, overwrite=True, cancel=Event())
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_private_file_is_the_user_s_alone_whatever_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.touch(0o644)
    save(["text"], path, overwrite=True, cancel=Event(), private=True)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_is_read_piece_by_piece_without_what_would_act(tmp_path: Path) -> None:
    path = tmp_path / "whole"
    path.write_bytes(b"\x1b[2Ja\xff\r\n" * 300_000)
    pieces = list(pieces_of(str(path)))
    assert (len(pieces) > 1, "".join(pieces) == "a�\r\n" * 300_000) == (True, True)
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(OSError):
        list(pieces_of(str(tmp_path / "link")))


def test_a_name_is_in_the_folder_given_and_a_tilde_is_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    named = [target(name, tmp_path) for name in ("a.txt", "sub/a.txt", "/abs/a.txt", "~/a.txt", "~no such user/a")]
    assert named == [tmp_path / "a.txt", tmp_path / "sub/a.txt", Path("/abs/a.txt"), tmp_path / "home/a.txt", tmp_path / "~no such user/a"]

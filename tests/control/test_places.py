"""The folder of the running sessions: what the dead left goes, what may live stays."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from pygent_engine.control.places import Place, address, places
from pygent_engine.private import make_private
from pygent_engine.runtime.engine.owner import Owner, this_process
from tests.support.footprint import footprint


def dead() -> Owner:
    """This machine's owner with the pid of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait(60)
    return replace(this_process(), pid=ended.pid, start="1")


def left(folder: Path, name: str, noted: str) -> Place:
    place = Place(folder, name)
    place.note.write_text(noted)
    place.socket.touch()
    return place


def test_what_a_dead_owner_left_is_cleared_away_and_nothing_else(tmp_path: Path) -> None:
    here = this_process()
    left(tmp_path, "dead", json.dumps(asdict(dead())))
    left(tmp_path, "of-an-earlier-boot", json.dumps(asdict(replace(here, boot="another"))))
    kept = [
        left(tmp_path, "ours", json.dumps(asdict(here))),
        left(tmp_path, "of-another-host", json.dumps(asdict(replace(dead(), host="another")))),
        left(tmp_path, "unreadable", '{"pid": '),
        left(tmp_path, "of-another-shape", '{"pid": []}'),
        left(tmp_path, "no-object", "7"),
    ]
    (tmp_path / "something-else").touch()
    assert sorted(place.id for place in places(tmp_path)) == sorted(place.id for place in kept)
    assert {path.stem for path in tmp_path.iterdir()} == {*(place.id for place in kept), "something-else"}


def test_a_place_is_claimed_once(tmp_path: Path) -> None:
    place = Place(tmp_path, "one")
    place.claim()
    with pytest.raises(FileExistsError):
        place.claim()
    assert places(tmp_path) == []  # there is no socket yet
    place.socket.touch()
    assert places(tmp_path) == [place]
    place.clear()
    place.clear()
    assert list(tmp_path.iterdir()) == []


def test_a_link_where_the_note_would_be_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    Place(tmp_path, "one").note.symlink_to(outside)
    with pytest.raises(OSError):
        Place(tmp_path, "one").claim()
    assert not outside.exists()


def test_what_took_the_place_of_a_note_or_socket_is_neither_waited_for_nor_in_the_way(tmp_path: Path) -> None:
    gone = json.dumps(asdict(dead()))
    for name in ("pipe", "folder", "endless"):
        left(tmp_path, name, gone)
        Place(tmp_path, name).note.unlink()
    os.mkfifo(Place(tmp_path, "pipe").note)
    Place(tmp_path, "folder").note.mkdir()
    Place(tmp_path, "endless").note.symlink_to("/dev/zero")
    replaced = left(tmp_path, "replaced", gone)
    replaced.socket.unlink()
    replaced.socket.mkdir()
    left(tmp_path, "then-dead", gone)
    assert {place.id for place in places(tmp_path)} == {"pipe", "folder", "endless"}
    assert not replaced.note.exists()


def test_a_file_where_the_folder_would_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError):
        make_private(tmp_path / "file")


def test_a_long_address_goes_over_a_descriptor_that_is_given_back(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 120)
    folder.mkdir()
    before = footprint()
    with address(folder / "s.sock") as short:
        assert len(short) < 100
        Path(short).touch()
    assert (folder / "s.sock").exists()
    assert footprint().within(before)

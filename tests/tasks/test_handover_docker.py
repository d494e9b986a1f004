"""What commands in a container made of a workspace comes over as what any other way did."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pygent_engine import ApplyReport, Runtime
from pygent_engine.tasks.handover import Handover, private_store
from tests.support.handing import content, fill, kinds

pytestmark = pytest.mark.docker

_WORK = r"""
set -e
echo 2 > a; mkdir -p made/deep; echo new > made/deep/file; chmod 755 run; rm gone
ln -s /workspace/a link; ln -s /etc/passwd out; mkfifo pipe
mkdir -p build; for n in 1 2 3; do echo $n > build/$n; done
chmod 640 made/deep/file; umask 077; echo private > private
git init -q nested; echo in > nested/in
"""


def test_what_a_container_made_comes_over_and_belongs_to_the_user(docker_image: str, no_container_left: None, tmp_path: Path) -> None:
    fill(tmp_path, {"a": b"1\n", "gone": b"g\n", "run": b"#!/bin/sh\n", ".gitignore": b"build/\n"})
    store = private_store()
    with Runtime(True, image=docker_image, workspace=tmp_path) as parent, parent.spawn() as task:
        handover = Handover(store, task, parent, ["."])
        handover.begin()
        assert task.execute(_WORK).exit_code == 0
        assert kinds(handover.diff()) == {
            "a": "modified",
            "gone": "deleted",
            "link": "added",
            "made/deep/file": "added",
            "nested/in": "added",
            "out": "added",
            "private": "added",
            "run": "modified",
            "build/": "ignored 3",
        }
        applied = ("a", "gone", "link", "made/deep/file", "nested/in", "out", "private", "run")
        assert handover.apply() == ApplyReport(applied=applied)
        seen = content(tmp_path)
        assert {path: seen[path] for path in ("a", "link", "out", "run")} == {
            "a": b"2\n",
            "link": "/workspace/a",
            "out": "/etc/passwd",
            "run": ("x", b"#!/bin/sh\n"),
        }
        assert {path.lstat().st_uid for path in tmp_path.rglob("*")} == {os.getuid()}
        assert parent.bash("cat link made/deep/file && ./run") == "2\nnew\n"
        assert handover.unapply().applied == applied
        assert sorted(content(tmp_path)) == [".gitignore", "a", "gone", "run"]
    store.close()

"""A name leads out when what it stands for is elsewhere, however many links are on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent_engine.tools.links import lead_out, meant


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("a/b", "a/b"),
        ("a//./b", "a/b"),
        ("in/x", "a/x"),
        ("self", "."),
        ("loop/x", "loop/x"),
        ("out", "../other"),
        ("chain/x", "../other/x"),
    ],
)
def test_links_are_followed_to_their_end(name: str, there: str, tmp_path: Path) -> None:
    folder = tmp_path / "w"
    folder.mkdir()
    for link, target in (("in", "a"), ("self", "."), ("loop", "loop"), ("out", "../other"), ("chain", "out")):
        (folder / link).symlink_to(target)
    assert meant(folder, name) == Path(there)
    assert lead_out(folder, ("a", name)) is there.startswith("..")

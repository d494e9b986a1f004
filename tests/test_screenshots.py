"""The pictures in screenshots/ show the app as it is."""

from __future__ import annotations

import struct

import pytest

from tests.make_screenshots import BROWSER, FOLDER, PICTURES, draw
from tests.support.browser import SIZE


@pytest.mark.parametrize(("name", "scene_name", "theme"), PICTURES, ids=lambda value: value)
def test_a_picture_is_up_to_date(name: str, scene_name: str, theme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    drawn = draw(scene_name, theme)
    assert (FOLDER / f"{name}.svg").read_text(encoding="utf-8") == drawn, "draw them anew: python -m tests.make_screenshots"


def test_the_browsers_picture_is_a_png_of_the_size_of_its_window() -> None:
    head = (FOLDER / BROWSER).read_bytes()[:24]
    assert (head[:8], struct.unpack("!II", head[16:])) == (b"\x89PNG\r\n\x1a\n", SIZE)


def test_there_are_no_other_pictures() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {BROWSER, *(f"{name}.svg" for name, _, _ in PICTURES)}

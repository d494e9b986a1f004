"""The pictures in screenshots/ show the app as it is."""

from __future__ import annotations

import pytest

from tests.make_screenshots import FOLDER, PICTURES, draw


@pytest.mark.parametrize(("name", "scene_name", "theme"), PICTURES, ids=lambda value: value)
def test_a_picture_is_up_to_date(name: str, scene_name: str, theme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    drawn = draw(scene_name, theme)
    assert (FOLDER / f"{name}.svg").read_text(encoding="utf-8") == drawn, "draw them anew: python -m tests.make_screenshots"


def test_there_are_no_other_pictures() -> None:
    assert {path.stem for path in FOLDER.glob("*.svg")} == {name for name, _, _ in PICTURES}

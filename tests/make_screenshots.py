"""Draws the pictures of the README from the scripted scenes: `python -m tests.make_screenshots`. A test keeps them true."""

from __future__ import annotations

import re
from pathlib import Path

from pygent_tui.theme import DARK, LIGHT
from tests.scenes import scene
from tests.support.stage import picture

FOLDER = Path(__file__).resolve().parent.parent / "screenshots"
SIZE = (120, 36)
_FONTS = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
PICTURES: tuple[tuple[str, str, str], ...] = (
    ("workbench", "overview", DARK),
    ("workbench-light", "overview", LIGHT),
    ("answer", "answer", DARK),
    ("approval", "approval", DARK),
    ("tasks", "task-approval", DARK),
    ("help", "help", DARK),
)


def draw(scene_name: str, theme: str) -> str:
    """One picture as an SVG, which asks no other host for a font."""
    return _FONTS.sub("", picture(scene(scene_name), SIZE, theme))


def main() -> None:
    """Draw all of them."""
    FOLDER.mkdir(exist_ok=True)
    for name, scene_name, theme in PICTURES:
        (FOLDER / f"{name}.svg").write_text(draw(scene_name, theme), encoding="utf-8")


if __name__ == "__main__":
    main()

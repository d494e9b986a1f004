"""Draws the pictures of the README: `python -m tests.make_screenshots`. A test keeps those of the scripted scenes true.

The one of the browser is taken in a real Chromium, where there is one.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from pygent_tui.theme import DARK, LIGHT
from tests.scenes import scene
from tests.support.browser import SIZE as BROWSER_SIZE
from tests.support.browser import Tab, running_browser
from tests.support.command_line import CommandLine
from tests.support.serving import serving
from tests.support.stage import picture

FOLDER = Path(__file__).resolve().parent.parent / "screenshots"
SIZE = (120, 36)
BROWSER = "browser.png"
_FONTS = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
PICTURES: tuple[tuple[str, str, str], ...] = (
    ("workbench", "overview", DARK),
    ("workbench-light", "overview", LIGHT),
    ("answer", "answer", DARK),
    ("diffs", "diffs-beside", DARK),
    ("search", "search", DARK),
    ("output", "full-kept", DARK),
    ("files", "files", DARK),
    ("commands", "commands", DARK),
    ("queue", "queue", DARK),
    ("approval", "approval-prefix", DARK),
    ("asks", "three-wait", DARK),
    ("question", "question", DARK),
    ("tasks", "task-approval", DARK),
    ("board", "story-board", DARK),
    ("task", "story-task", DARK),
    ("inbox", "inbox-three", DARK),
    ("task-diff", "story-diff", DARK),
    ("conflict", "story-conflict", DARK),
    ("compare", "task-compare", DARK),
    ("changes", "changes", DARK),
    ("themes", "themes", DARK),
    ("doctor", "doctor", DARK),
    ("cannot-start", "image-missing", DARK),
    ("help", "help", DARK),
)


def draw(scene_name: str, theme: str) -> str:
    """One picture as an SVG, which asks no other host for a font."""
    return _FONTS.sub("", picture(scene(scene_name), SIZE, theme))


def photograph(file: Path) -> None:
    """The app in a tab of Chromium, after the demo's tour."""
    with tempfile.TemporaryDirectory(prefix="pygent-") as folder, sync_playwright() as playwright, running_browser(playwright) as browser:
        command_line = CommandLine(Path(folder, "home"), Path(folder, "shop"))
        command_line.home.mkdir()
        command_line.workspace.mkdir()
        with serving(command_line) as served:
            tab = Tab(browser.new_context(viewport={"width": BROWSER_SIZE[0], "height": BROWSER_SIZE[1]}))
            tab.open(served.link)
            tab.until("· ready")
            tab.write("Show me around")
            tab.until(lambda text: "· ready" not in text)
            tab.until(lambda text: "· ready" in text and "ends it" not in text)
            tab.page.screenshot(path=file)


def main() -> None:
    """Draw all of them."""
    FOLDER.mkdir(exist_ok=True)
    for name, scene_name, theme in PICTURES:
        (FOLDER / f"{name}.svg").write_text(draw(scene_name, theme), encoding="utf-8")
    if shutil.which("chromium"):
        photograph(FOLDER / BROWSER)


if __name__ == "__main__":
    main()

"""What tests of pictures share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.scenes import Scene
from tests.support.rest import RestingPilot
from tests.support.stage import Stage, end, scene_app, show_scene

ROOT = Path(__file__).parents[2]
Looks = Callable[[Scene, tuple[int, int], str], bool]


@pytest.fixture
def looks(snap_compare: Callable[..., bool], monkeypatch: pytest.MonkeyPatch) -> Looks:
    """Whether a scene looks as it did, at a size in a theme."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.chdir(ROOT)  # a title holds a path relative to it

    def compare(scene: Scene, size: tuple[int, int], theme: str) -> bool:
        launch = scene.launch()
        app = scene_app(scene, launch)

        async def before(pilot: Pilot[None]) -> None:
            app.theme = theme
            await show_scene(Stage(app, RestingPilot(app), launch.session), scene)
            assert not any(getattr(widget, "cursor_blink", False) for widget in app.screen.walk_children()), "a picture has no clock"

        try:
            return snap_compare(app, terminal_size=size, run_before=before)
        finally:
            end(app)

    return compare

"""Plays a scene in the real app without a terminal, so that a test can press keys and look at what comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import groupby
from time import monotonic

from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input, TextArea

from pygent_engine.events import Op
from pygent_tui.app import PygentApp
from pygent_tui.conductor import Conductor
from pygent_tui.screens.workbench import Workbench
from pygent_tui.views.app_state import AppState
from pygent_tui.widgets.asks.ask_panel import AskPanel
from pygent_tui.widgets.line_view import LineView
from pygent_tui.widgets.output.full_view import FullView
from pygent_tui.widgets.popup import Popup
from pygent_tui.widgets.report_view import ReportView

from ..scenes import Scene
from .scene_session import DEADLINE_S, SceneLaunch, SceneSession
from .used import WatchedApp

_LOOK_S = 0.01


@dataclass(frozen=True)
class Stage:
    """The running app, its pilot, and the scripted session behind it."""

    app: PygentApp
    pilot: Pilot[None]
    session: SceneSession

    @property
    def bench(self) -> Workbench:
        bench = self.app.screen_stack[0]
        assert isinstance(bench, Workbench)
        return bench

    @property
    def conductor(self) -> Conductor:
        assert self.app.conductor is not None
        return self.app.conductor

    @property
    def state(self) -> AppState:
        """What the screen shows; empty before the first envelope."""
        return self.app.conductor.state if self.app.conductor is not None else AppState()

    @property
    def ops(self) -> list[Op]:
        return self.session.ops

    @property
    def told(self) -> list[str]:
        """What the app said in passing, the sentences of its toasts, oldest first."""
        assert isinstance(self.app, WatchedApp)
        return self.app.told

    def one(self, selector: str) -> Widget:
        """The widget of the top screen that fits `selector`."""
        return self.app.screen.query_one(selector)

    def text(self, selector: str) -> str:
        """What a widget shows, as plain lines."""
        region = self.one(selector).region
        lines = self.app.screen._compositor.render_strips()[region.y : region.bottom]
        return "\n".join(strip.crop(region.x, region.right).text.rstrip() for strip in lines)

    @property
    def reads(self) -> bool:
        """Whether a large file on the top screen is still being read or searched, by what is drawn of it."""
        titles = (str(view.border_title) for view in self.app.screen.query(FullView))
        return any("line" not in title or " so far" in title or "searching …" in self.text("#full-output") for title in titles)

    async def press(self, *keys: str) -> None:
        """Press keys, once what they may answer can be read, and what they may go through was found."""
        await self.until(lambda: all(panel.guard.drawn_at is not None for panel in self.bench.query(AskPanel)))
        for is_text, run in groupby(keys, key=lambda key: len(key) == 1):
            if self.reads:
                await self.until(lambda: not self.reads)
            pressed = list(run)
            if is_text and len(pressed) > 1 and isinstance(self.app.focused, Input | TextArea):
                await self._type("".join(pressed))
            else:
                await self.pilot.press(*pressed)

    async def _type(self, text: str) -> None:
        """Write into the field that has the focus: as the pilot does, but it waits after each key until the process does nothing."""
        for character in text:
            self.app.post_message(Key(_character_to_key(character), character))
        await self.pilot.pause()

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until `holds()` is true; fails when that takes longer than the deadline."""
        end = monotonic() + DEADLINE_S
        while not holds():
            assert monotonic() < end, "what the test waits for did not come"
            await self.pilot.pause(_LOOK_S)
        await self.pilot.pause()


Scenario = Callable[[Stage], Awaitable[None]]


def scene_app(scene: Scene, launch: SceneLaunch, quiet_s: float = 0.0) -> PygentApp:
    """The app on `scene`, its clock stopped; unless told otherwise a panel's keys count as soon as it is drawn."""
    now = scene.now()
    app = WatchedApp(launch, clock=lambda: now, quiet_s=quiet_s)
    app.animation_level = "none"
    return app


async def show_scene(stage: Stage, scene: Scene) -> None:
    """Wait until the whole scene is on the screen, then press its keys and let everything be drawn."""
    await stage.until(lambda: stage.app.failure or stage.state.seen >= stage.session.played > 0)
    await stage.press(*scene.keys)
    if scene.then is not None:
        stage.session.play(scene.late())
        await stage.until(lambda: stage.state.seen >= stage.session.played)
    if scene.awaits:
        await stage.until(lambda: stage.app.screen.query_one(Popup).is_open and scene.awaits in stage.text("#popup"))
    for _ in range(3):  # panes that appear change the size of others, which are then drawn anew
        await stage.pilot.pause()
        for pane in (*stage.bench.query(LineView), *stage.app.screen.query(LineView)):
            pane.flush()
    await stage.until(lambda: not stage.reads and all(report.done for report in stage.app.screen.query(ReportView)))


def play(
    scene: Scene,
    scenario: Scenario,
    *,
    size: tuple[int, int] = (120, 40),
    launch: SceneLaunch | None = None,
    quiet_s: float = 0.0,
) -> PygentApp:
    """Run `scenario` on `scene`, then end the app and its session; returns the app."""
    launch = launch or scene.launch()
    app = scene_app(scene, launch, quiet_s)

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            stage = Stage(app, pilot, launch.session)
            await stage.until(lambda: app.conductor and (app.failure or launch.gate or stage.state.seen >= launch.session.played > 0))
            await scenario(stage)

    try:
        asyncio.run(run())
    finally:
        end(app)
    return app


def end(app: PygentApp) -> None:
    """End the session of an app that was left, and what it still has to write."""
    app.memory.close()
    if app.conductor is not None:
        app.conductor.end()
        for files in (app.conductor.keeping._files, app.conductor.recalling._files):
            assert files.finish(DEADLINE_S), "what is kept for the next run was not written"  # a user is told after a second
        app.conductor.connection.close()
        assert app.conductor.connection.wait_closed(DEADLINE_S)


def picture(scene: Scene, size: tuple[int, int], theme: str) -> str:
    """`scene` as an SVG."""
    shots: list[str] = []

    async def shoot(stage: Stage) -> None:
        stage.app.theme = theme
        await show_scene(stage, scene)
        shots.append(stage.app.export_screenshot(title="pygent"))

    play(scene, shoot, size=size)
    return shots[0]

"""The full output of a cut result: offered, opened, drawn harmlessly, left; and said when it is gone."""

from __future__ import annotations

from pathlib import Path

from pygent_tui.screens.full_output import FullOutput
from pygent_tui.screens.workbench import Workbench
from pygent_tui.widgets.output.full_view import FullView
from tests.scenes import Scene
from tests.scripts import full_output, running
from tests.support.script import Script, call
from tests.support.stage import Stage, play, show_scene


def scene_with(path: Path) -> Scene:
    def script() -> Script:
        made = Script().turn("count").reply("", call("c1", cmd="seq 9")).start("c1").output("c1", "1\n…\n9\n")
        return made.end("c1", "1 … 9", full_output=str(path))

    return Scene("cut", script, ("f6", "f6"))


def test_the_footer_offers_the_full_output_only_where_there_is_one() -> None:
    async def offered(stage: Stage) -> None:
        await show_scene(stage, Scene("cut", full_output))
        assert "f shows the full output" in stage.text("#output")

    async def nothing(stage: Stage) -> None:
        await show_scene(stage, Scene("running", running, ("f6", "f6")))
        assert "full output" not in stage.text("#output")

    play(Scene("cut", full_output), offered)
    play(Scene("running", running), nothing)


def test_it_opens_at_its_start_scrolls_to_its_end_and_escape_leaves(tmp_path: Path) -> None:
    path = tmp_path / "output-1.txt"
    path.write_text("".join(f"number {number}\n" for number in range(100_000)))
    scene = scene_with(path)

    async def scenario(stage: Stage) -> None:
        await show_scene(stage, scene)
        await stage.press("f")
        await stage.until(lambda: isinstance(stage.app.screen, FullOutput) and stage.one("#full-output").has_focus)
        await stage.until(lambda: "100,000 lines ·" in str(stage.one("#full-output").border_title))
        assert "number 0 " in stage.text("#full-output")
        assert str(path) in str(stage.one("#full-output").border_title)
        await stage.press("end")
        await stage.until(lambda: "number 99999" in stage.text("#full-output"))
        await stage.press("escape")
        await stage.until(lambda: isinstance(stage.app.screen, Workbench))
        assert stage.ops == []

    play(scene, scenario)


def test_hostile_output_is_drawn_harmlessly(tmp_path: Path) -> None:
    path = tmp_path / "x\x1b]0;owned\x07\u202e.txt"
    path.write_bytes(b"\x1b]52;c;aGk=\x07a\x1b[2Jb\xff\x00\xc2\x9b31mc[/] [@click=app.quit]d[/]\xe2\x80\xae\r\n\x1b[31mred\n")
    scene = scene_with(path)

    async def scenario(stage: Stage) -> None:
        await show_scene(stage, scene)
        await stage.press("f")
        await stage.until(lambda: isinstance(stage.app.screen, FullOutput) and "red" in stage.text("#full-output"))
        view = stage.one("#full-output")
        assert isinstance(view, FullView)
        shown = [view.render_line(y) for y in range(view.size.height)]
        assert shown[0].text.rstrip() == "ab�c[/] [@click=app.quit]d[/]"
        assert ("".join(strip.text for strip in shown) + str(view.border_title)).isprintable()
        await stage.pilot.click("#full-output", offset=(20, 1))
        assert stage.app.is_running

    play(scene, scenario)


def test_a_file_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    scene = scene_with(tmp_path / "gone.txt")

    async def scenario(stage: Stage) -> None:
        await show_scene(stage, scene)
        await stage.press("f")
        await stage.until(lambda: len(stage.told) == 1)
        assert isinstance(stage.app.screen, Workbench)

    play(scene, scenario)

"""Reading output in the real app: choosing a call, wrapping, searching, the whole screen, saving and copying."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent_engine.events import Interrupt
from pygent_tui.screens.confirm import Confirm
from pygent_tui.screens.full_output import FullOutput
from pygent_tui.screens.pick_call import PickCall
from pygent_tui.screens.save_as import SaveAs
from pygent_tui.screens.workbench import Workbench
from pygent_tui.widgets.output.output_pane import OutputPane
from pygent_tui.widgets.request import OutputAsked
from tests.scenes import Scene
from tests.scripts import running, three_calls
from tests.support.script import Script, call
from tests.support.stage import Stage, play

CALLS = Scene("calls", three_calls)
RUNNING = Scene("running", running)


def printed(*lines: str, full: str = "", ended: bool = True) -> Scene:
    """One call that printed `lines`."""

    def script() -> Script:
        made = (
            Script()
            .turn("look")
            .reply("", call("c1", cmd="cat \\\n notes"))
            .start("c1")
            .output("c1", "".join(f"{line}\n" for line in lines))
        )
        return made.end("c1", "cut", full_output=full) if ended else made

    return Scene("printed", script)


async def focus(stage: Stage) -> OutputPane:
    pane = stage.one("#output")
    assert isinstance(pane, OutputPane)
    pane.focus()
    await stage.until(lambda: pane.has_focus and pane.buffer is not None)
    return pane


def title(pane: OutputPane) -> str:
    return str(pane.border_title)


@pytest.mark.uses("output.previous", "output.next", "output.follow")
def test_brackets_walk_the_calls_and_escape_follows_again_before_it_interrupts() -> None:
    async def scenario(stage: Stage) -> None:
        pane = await focus(stage)
        assert title(pane) == "Output 3/3 · ● python -m pytest tests"
        await stage.press("left_square_bracket")
        await stage.until(lambda: title(pane) == "Output 2/3 · ✗ task-1 · python bench.py --cache lru")
        await stage.press("left_square_bracket", "left_square_bracket")
        await stage.until(lambda: title(pane) == "Output 1/3 · ✓ ls -l")
        assert stage.state.output.selected == "c1"
        await stage.press("right_square_bracket")
        await stage.until(lambda: "2/3" in title(pane))
        await stage.press("escape")
        await stage.until(lambda: "3/3" in title(pane))
        assert stage.ops == []
        await stage.press("escape")
        await stage.until(lambda: stage.ops == [Interrupt()])

    play(CALLS, scenario)


@pytest.mark.uses("output.list", "pick-call.down", "pick-call.up", "pick-call.leave")
def test_a_call_is_picked_from_the_list_of_those_that_are_kept() -> None:
    async def scenario(stage: Stage) -> None:
        pane = await focus(stage)
        await stage.press("l")
        await stage.until(lambda: isinstance(stage.app.screen, PickCall))
        await stage.press("escape")
        await stage.until(lambda: isinstance(stage.app.screen, Workbench))
        await stage.press("l")
        await stage.until(lambda: isinstance(stage.app.screen, PickCall))
        rows = [line.strip() for line in stage.text("OptionList").splitlines()]
        assert [row.split() for row in rows[:3]] == [
            ["●", "running", "7.2", "s", "python", "-m", "pytest", "tests"],
            ["✗", "exit", "1", "1.5", "s", "task-1", "·", "python", "bench.py", "--cache", "lru"],
            ["✓", "exit", "0", "1.5", "s", "ls", "-l"],
        ]
        await stage.press("j", "j", "k", "enter")
        await stage.until(lambda: "2/3" in title(pane))

    play(CALLS, scenario)


def test_a_card_of_the_conversation_shows_its_output_and_one_that_is_not_kept_says_so() -> None:
    async def scenario(stage: Stage) -> None:
        pane = await focus(stage)
        stage.one("#conversation").post_message(OutputAsked("c1"))
        await stage.until(lambda: "1/3" in title(pane))
        stage.one("#conversation").post_message(OutputAsked("gone"))
        await stage.until(lambda: len(stage.told) == 1)
        assert "1/3" in title(pane)

    play(CALLS, scenario)


@pytest.mark.uses("output.wrap", "pane.left", "pane.right")
def test_lines_are_cut_until_they_are_wrapped_on_every_screen_of_the_session() -> None:
    async def scenario(stage: Stage) -> None:
        pane = await focus(stage)
        await stage.until(lambda: "›" in stage.text("#output"))
        await stage.press("right", "right")
        await stage.until(lambda: pane.scroll_offset.x > 0)
        await stage.press("left", "left", "w")
        await stage.until(lambda: pane.wrap and "›" not in stage.text("#output"))
        assert "".join(stage.text("#output").replace("│", "").split()).count("0123456789") >= 20
        await stage.press("f")
        await stage.until(lambda: isinstance(stage.app.screen, FullOutput) and "0123" in stage.text("#full-output"))
        assert "›" not in stage.text("#full-output")
        await stage.press("w", "q")
        await stage.until(lambda: isinstance(stage.app.screen, Workbench) and "›" in stage.text("#output"))

    play(printed("0123456789" * 20), scenario)


@pytest.mark.uses("pane.search", "pane.search-next", "pane.search-previous", "pane.search-clear", "search.keep", "search.clear")
def test_a_search_finds_while_it_is_typed_steps_around_and_is_cleared() -> None:
    async def scenario(stage: Stage) -> None:
        pane = await focus(stage)
        await stage.press("slash", *"NUMB")
        await stage.until(lambda: "nothing found" in stage.text("#output"))
        await stage.press(*["backspace"] * 4, *"number 1")
        await stage.until(lambda: "111 found" in stage.text("#output"))
        await stage.press("enter", "n")
        await stage.until(lambda: "2 of 111" in stage.text("#output"))
        await stage.press("N", "N")
        await stage.until(lambda: "111 of 111" in stage.text("#output") and "number 199 " in stage.text("#output") + " ")
        await stage.press("n", "slash")
        await stage.until(lambda: "1 of 111" in stage.text("#output") and not pane.has_focus)
        await stage.press("escape")
        await stage.until(lambda: pane.has_focus and "of 111" not in stage.text("#output"))
        await stage.press("slash", "9", "enter", "escape")
        await stage.until(lambda: pane.matches is None and pane.has_focus)
        assert stage.ops == []

    play(printed(*(f"number {number}" for number in range(300))), scenario)


@pytest.mark.uses("output.full", "full-output.close")
def test_the_whole_screen_follows_a_call_that_runs() -> None:
    async def scenario(stage: Stage) -> None:
        await focus(stage)
        await stage.press("f")
        await stage.until(lambda: isinstance(stage.app.screen, FullOutput))
        stage.session.play(running().output("c1", "one more line\n").envelopes[-1:])
        await stage.until(lambda: "one more line" in stage.text("#full-output"))
        await stage.press("f")
        await stage.until(lambda: isinstance(stage.app.screen, Workbench))

    play(RUNNING, scenario)


@pytest.mark.uses("output.copy", "output.copy-all")
def test_the_command_is_copied_as_it_was_written_and_the_output_without_colours() -> None:
    async def scenario(stage: Stage) -> None:
        await focus(stage)
        await stage.press("y")
        await stage.until(lambda: stage.conductor.copying.copied == "cat \\\n notes")
        await stage.press("Y")
        await stage.until(lambda: stage.conductor.copying.copied == "red\nplain\n")

    play(printed("\x1b[31mred\x1b[0m", "plain"), scenario)


async def save_as(stage: Stage, name: str) -> None:
    await stage.press("s")
    await stage.until(lambda: isinstance(stage.app.screen, SaveAs))
    await stage.press("ctrl+u", *name, "enter")


def said(stage: Stage) -> list[str]:
    return stage.told


@pytest.mark.uses("output.save", "save-as.save", "save-as.leave")
def test_output_is_saved_whole_without_colours_and_no_file_is_overwritten_without_a_yes(tmp_path: Path) -> None:
    path, taken, coloured = tmp_path / "out.txt", tmp_path / "taken.txt", tmp_path / "out.ansi"
    taken.write_text("mine")

    async def scenario(stage: Stage) -> None:
        await focus(stage)
        await stage.press("s")
        await stage.until(lambda: isinstance(stage.app.screen, SaveAs) and "cat-notes-output.txt" in stage.text(".dialog"))
        await stage.press("escape")
        await stage.until(lambda: isinstance(stage.app.screen, Workbench))
        await save_as(stage, str(path))
        await stage.until(lambda: path.exists() and said(stage))
        assert (path.read_text(), str(path) in said(stage)[0]) == ("red\nplain\n", True)
        await save_as(stage, str(taken))
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        await stage.press("n")
        await save_as(stage, str(taken))
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        assert taken.read_text() == "mine"
        await stage.press("y")
        await stage.until(lambda: taken.read_text() == "red\nplain\n")
        await save_as(stage, str(coloured))
        await stage.until(lambda: coloured.exists() and coloured.read_text() == "\x1b[31mred\x1b[0m\nplain\n")

    play(printed("\x1b[31mred\x1b[0m", "plain"), scenario)


def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await focus(stage)
        await save_as(stage, str(tmp_path / "no" / "such" / "folder.txt"))
        await stage.until(lambda: said(stage))
        assert said(stage)[0].endswith("No such file or directory.")

    play(printed("text"), scenario)


def test_what_was_cut_is_searched_and_saved_from_the_file_that_has_all_of_it(tmp_path: Path) -> None:
    whole, saved = tmp_path / "whole.txt", tmp_path / "saved.txt"
    whole.write_text("".join(f"\x1b[32mnumber {number}\x1b[m\n" for number in range(50_000)))

    async def scenario(stage: Stage) -> None:
        await focus(stage)
        await stage.press("f")
        await stage.until(
            lambda: isinstance(stage.app.screen, FullOutput) and "50,000 lines" in str(stage.one("#full-output").border_title)
        )
        await stage.press("slash", *"number 49", "enter")
        await stage.until(lambda: "1 of 1,111" in stage.text("#full-output") and "searching" not in stage.text("#full-output"))
        await stage.press("N")
        await stage.until(lambda: "1,111 of 1,111" in stage.text("#full-output") and "number 49999" in stage.text("#full-output"))
        await save_as(stage, str(saved))
        await stage.until(lambda: said(stage))
        assert saved.read_text() == "".join(f"number {number}\n" for number in range(50_000))

    play(printed("number 0", "…", full=str(whole)), scenario)

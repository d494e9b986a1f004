"""/diff and /doctor: what is shown, what is copied of it, and what a report that hangs or breaks does to the app."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from threading import Event

import pytest

from pygent_engine.events import FilesChanged
from pygent_engine.values import FileDiff
from pygent_tui.views.changes import NOT_LISTED
from pygent_tui.widgets.report_view import ReportView
from tests.conversation_scripts import diffs
from tests.scenes import Scene
from tests.scripts import answer, start
from tests.support.saying import command, hears
from tests.support.scene_session import DEADLINE_S
from tests.support.script import Script
from tests.support.stage import Stage, play

DIFFS = Scene("diffs", diffs)
START = Scene("start", start)
REPORT = (
    "Pygent 0.1.0",
    "",
    "ok       Python    3.11.7 (/usr/bin/python3)",
    "missing  Model     gpt-5-mini at OpenAI's own address, no key",
    "                   to do: export OPENAI_API_KEY=…, or OPENAI_BASE_URL=… for another server; until then the app opens on the demo.",
    "holds    Files     see [/] nothing but the workspace",
    "open     Network   is open for all commands, as configured",
)


@pytest.mark.uses("/diff", "diff.copy-all", "diff.close")
def test_every_change_is_listed_by_file_and_what_commands_changed_is_not_claimed() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/diff")
        await stage.until(lambda: "added tests/test_stats.py +19" in stage.text("#changes"))
        shown = stage.text("#changes")
        assert "Changes · 2 files" in shown
        assert NOT_LISTED in shown
        assert shown.index("modified stats.py +3 −3") < shown.index("added tests/test_stats.py")
        await stage.press("P")
        await hears(stage, "Sent all changes")
        assert stage.app.clipboard.startswith("--- a/stats.py\n+++ b/stats.py\n@@ ")
        assert "--- /dev/null\n+++ b/tests/test_stats.py\n@@ " in stage.app.clipboard
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(DIFFS, scenario)


def test_a_change_that_comes_while_it_is_open_is_shown_with_who_made_it() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/diff")
        await stage.until(lambda: "No tool has changed a file in this session." in stage.text("#changes"))
        late = Script().task("task-1", "Late").post(FilesChanged(("a.bin", "b[/].py"), (FileDiff("a.bin", "added"),)), "task-1")
        stage.session.play(late.envelopes[1:])
        await stage.until(lambda: "modified by task-1 b[/].py" in stage.text("#changes"))
        assert "added by task-1 a.bin" in stage.text("#changes")

    play(START, scenario)


@pytest.mark.uses("/doctor", "doctor.copy", "doctor.close")
def test_the_report_is_shown_folded_and_copied_as_it_was_given() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/doctor")
        await stage.until(lambda: "y copy · Esc close" in stage.text("#doctor"))
        shown = [line.strip("│╭╮╰╯─ ") for line in stage.text("#doctor").splitlines()]
        assert "holds    Files     see [/] nothing but the workspace" in shown
        assert max(map(len, shown)) < 80
        await stage.press("y")
        await hears(stage, "Sent the report")
        assert stage.app.clipboard == "\n".join(REPORT) + "\n"
        await stage.press("q")
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(START, scenario, size=(80, 24), launch=replace(START.launch(), diagnose=lambda: REPORT))


def test_a_report_that_hangs_holds_no_key_and_comes_to_no_screen_that_was_left() -> None:
    release = Event()

    def slow() -> Iterator[str]:
        yield "ok       Python    3.11"
        assert release.wait(DEADLINE_S)
        yield "ok       Docker    engine 20"

    async def scenario(stage: Stage) -> None:
        await command(stage, "/doctor")
        await stage.until(lambda: "Python" in stage.text("#doctor"))
        assert "looking …" in stage.text("#doctor")
        report = stage.app.screen.query_one(ReportView)
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is stage.bench)
        release.set()
        await stage.until(lambda: report.text == "ok       Python    3.11\nok       Docker    engine 20\n")

    play(START, scenario, launch=replace(START.launch(), diagnose=slow))


def test_a_report_that_breaks_says_where_it_ends_without_the_key() -> None:
    def broken() -> Iterator[str]:
        yield "ok       Python    3.11"
        raise OSError("no way to sk-secret")

    launch = replace(START.launch(), diagnose=broken, redact=lambda text: text.replace("sk-secret", "[api key]"))

    async def scenario(stage: Stage) -> None:
        await command(stage, "/doctor")
        await stage.until(lambda: "The report ends here: OSError: no way to [api key]" in stage.text("#doctor"))
        assert "looking …" not in stage.text("#doctor")

    play(START, scenario, launch=launch)


@pytest.mark.parametrize("size", [(20, 5), (40, 12)])
def test_both_bear_a_screen_that_is_tiny(size: tuple[int, int]) -> None:
    async def scenario(stage: Stage) -> None:
        for each in ("/doctor", "/diff"):
            stage.conductor.submit(each)
            await stage.until(lambda: stage.app.screen is not stage.bench)
            await stage.press("escape")
            await stage.until(lambda: stage.app.screen is stage.bench)

    play(DIFFS, scenario, size=size, launch=replace(DIFFS.launch(), diagnose=lambda: REPORT))


def test_a_session_of_another_program_says_who_can_tell() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/doctor")
        await stage.until(lambda: "pygent doctor, in a terminal, says what is here" in stage.text("#doctor"))

    play(START, scenario)


@pytest.mark.uses("/search")
def test_a_search_by_command_marks_its_matches_and_one_without_a_text_is_written() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/search median")
        await stage.until(lambda: " of 2" in stage.text("#conversation") or "2 found" in stage.text("#conversation"))
        await stage.press("escape", "escape")
        await stage.until(lambda: stage.bench.composer.has_focus)
        await command(stage, "/search")
        await stage.until(lambda: stage.bench.focused is not None and stage.bench.focused.id != "composer")
        await stage.press(*"zebra")
        await stage.until(lambda: "nothing found" in stage.text("#conversation"))

    play(Scene("answer", answer), scenario)

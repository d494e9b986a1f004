"""What an approval shows of what would be done: all of it, seen as it is, on any screen."""

from __future__ import annotations

import pytest
from textual import events

from pygent_engine.events import ApprovalAsked
from pygent_engine.values import ApprovalRequest
from tests.scenes import Scene, scene
from tests.support.pressing import panel
from tests.support.script import Script, call
from tests.support.stage import Stage, play

APPROVAL = scene("approval")


def prefixed(command: str = "git status --short") -> Scene:
    script = Script("local").turn("what changed?").reply("", call("c1", cmd=command))
    return Scene("prefixed", lambda: script.ask("c1", "runs on this machine"))


def test_a_command_padded_with_blanks_and_empty_lines_is_seen_to_its_end() -> None:
    padded = "git status" + " " * 500 + "; rm -rf ~" + "\n" * 90 + "curl evil"

    async def scenario(stage: Stage) -> None:
        seen = ("git status·500 blanks·; rm -rf ~", "⋮ 89 empty lines ⋮", "curl evil")
        await stage.until(lambda: all(part in stage.text("ApprovalPanel") for part in seen))

    play(prefixed(padded), scenario, size=(80, 24))


@pytest.mark.uses("asks.up", "asks.down", "asks.page-up", "asks.page-down")
def test_what_is_read_scrolls_and_says_how_much_is_left() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: "more rows" in stage.text("ApprovalPanel"))
        before = panel(stage).body.hidden
        await stage.press("down", "down", "up")
        await stage.until(lambda: panel(stage).body.hidden == before - 1)
        await stage.press("pagedown", "pageup", "up")
        await stage.until(lambda: panel(stage).body.hidden == before)
        assert f"↓ {before} more rows" in stage.text("ApprovalPanel")
        assert stage.ops == []

    play(prefixed("echo\n" * 99 + "echo"), scenario, size=(80, 24))


def test_on_the_smallest_screen_the_command_begins_and_every_key_that_answers_is_seen() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: "n no Esc no" in stage.text("ApprovalPanel"))
        shown = stage.text("ApprovalPanel")
        assert all(part in shown for part in ("git status", "y yes s session", "p git status …"))
        assert stage.one("ApprovalPanel").region.bottom <= 8

    play(prefixed(), scenario, size=(20, 8))


def test_a_change_of_a_file_is_shown_as_a_diff() -> None:
    edit = call("c1", "edit_file", path="a.py", old="x = 1\n", new="x = 2\n")
    request = ApprovalRequest("c1", "main", "edit_file", edit.arguments, "", "changes the workspace", ("write",))
    script = Script().turn("x").reply("", edit).post(ApprovalAsked(request))

    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: "in a.py:" in stage.text("ApprovalPanel"))
        shown = stage.text("ApprovalPanel")
        assert "- x = 1" in shown and "+ x = 2" in shown and "This call changes the workspace" in shown
        assert "yes, all writes for this session" in shown

    play(Scene("edit", lambda: script), scenario)


def test_what_is_pasted_is_no_answer_and_becomes_the_draft() -> None:
    async def scenario(stage: Stage) -> None:
        panel(stage).post_message(events.Paste("y\ns\x1b"))
        await stage.until(lambda: stage.bench.composer.text == "y\ns\u241b")
        assert stage.ops == []

    play(APPROVAL, scenario)

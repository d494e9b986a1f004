"""The inbox: all that wait on the whole screen, answered one after the other, and answers from the board."""

from __future__ import annotations

import pytest
from textual import events

from pygent_engine.events import AnswerApproval, AnswerQuestion, ApprovalSettled, SubmitPrompt
from pygent_tui.screens.inbox import InboxScreen
from pygent_tui.widgets.asks.approval_panel import ApprovalPanel
from pygent_tui.widgets.asks.ask_panel import AskPanel
from pygent_tui.widgets.asks.question_panel import NO_ANSWER, QuestionPanel
from pygent_tui.widgets.composer.composer import Composer
from tests import asking_scripts
from tests.scenes import Scene, scene
from tests.support.pressing import QUIET_S
from tests.support.script import Script, call
from tests.support.stage import Stage, play

FOUR = Scene("four", lambda: asking_scripts.many(4))
ONE = Scene("one", lambda: asking_scripts.many(1))


async def opened(stage: Stage) -> None:
    await stage.press("alt+a")
    await asked(stage, "task-1/c9")


async def asked(stage: Stage, call_id: str) -> None:
    """Wait until the inbox asks that, and it can be read."""
    await stage.until(lambda: isinstance(stage.app.screen, InboxScreen) and (at(stage) == call_id))


def at(stage: Stage) -> str:
    panel = stage.app.screen.query(AskPanel)
    return panel.last().call_id if panel and panel.last().guard.drawn_at is not None else ""


@pytest.mark.uses("asks.go", "inbox.close")
def test_the_inbox_lists_all_with_their_waits_and_goes_back_with_the_same_key() -> None:
    async def scenario(stage: Stage) -> None:
        await opened(stage)
        listed = stage.text("#inbox")
        assert "4 wait for your answer" in listed
        assert "› 1  task-1 · A cache on disk · $ rm -rf .cache/1 && make" in listed
        assert "  4  task-4 · A faster start · ? Which of the two may be dropped?" in listed
        assert "24s" in listed
        await stage.press("alt+a")
        await stage.until(lambda: stage.app.screen is stage.bench and stage.bench.query_one(ApprovalPanel).has_focus)
        assert stage.ops == []

    play(FOUR, scenario)


def test_one_that_waits_alone_is_not_listed_and_has_the_screen() -> None:
    async def scenario(stage: Stage) -> None:
        await opened(stage)
        panel = stage.app.screen.query_one(ApprovalPanel)
        assert not stage.one("#inbox").display
        assert panel.alone
        assert "May this run? bash · task-1 · A cache on disk" in stage.text("ApprovalPanel")

    play(ONE, scenario, size=(80, 24))


def test_what_waits_alone_may_be_as_long_as_the_screen_is_high() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("alt+a")
        await stage.until(lambda: isinstance(stage.app.screen, InboxScreen) and bool(at(stage)))
        assert stage.app.screen.query_one(ApprovalPanel).region.height == 23  # all but the last line
        await stage.pilot.resize_terminal(80, 40)
        await stage.until(lambda: stage.app.screen.query_one(ApprovalPanel).region.height == 39)

    play(Scene("long", asking_scripts.long_command), scenario, size=(80, 24))


def test_a_panel_tells_what_its_task_did_before_and_how_long_it_waits() -> None:
    async def scenario(stage: Stage) -> None:
        await opened(stage)
        shown = stage.text("ApprovalPanel")
        did = [line.strip(" │") for line in shown.splitlines()]
        story = did.index("What it did before:")
        assert did[story + 1 : story + 4] == ["python -m pytest -q", "sed -n 1,80p src/cache.py", "ls tests"]
        assert "This command runs on this machine, outside any container" in shown

    play(FOUR, scenario)


@pytest.mark.uses("asks.next")
def test_one_after_the_other_is_answered_and_then_the_inbox_closes() -> None:
    async def scenario(stage: Stage) -> None:
        await opened(stage)
        await stage.press("y")
        await asked(stage, "task-2/c9")
        await stage.press("t")
        await asked(stage, "task-3/c9")
        await stage.press("tab")
        await asked(stage, "task-4/q")
        await stage.press("2")
        await asked(stage, "task-3/c9")
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is stage.bench and stage.bench.query_one(Composer).has_focus)
        answers = [AnswerApproval("task-1/c9", "once"), AnswerApproval("task-2/c9", "task")]
        assert stage.ops == [*answers, AnswerQuestion("task-4/q", "the new one"), AnswerApproval("task-3/c9", "deny")]

    play(FOUR, scenario)


def test_the_inbox_closes_when_somebody_else_answers() -> None:
    async def scenario(stage: Stage) -> None:
        await opened(stage)
        stage.session.play(asking_scripts.many(1).post(ApprovalSettled("task-1/c9", "deny"), "task-1").envelopes[-1:])
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(ONE, scenario)


def test_what_was_written_of_an_answer_comes_back_with_it() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("n", *"keep")
        await stage.press("alt+a")
        await asked(stage, "task-1/c9")
        await stage.press("n", "enter")
        assert stage.ops == [AnswerApproval("task-1/c9", "deny", "keep")]

    play(ONE, scenario)


@pytest.mark.uses("/inbox")
def test_the_command_opens_it_and_says_when_nothing_waits() -> None:
    async def nothing(stage: Stage) -> None:
        await stage.press(*"/inbox", "enter")
        await stage.until(lambda: any("Nothing waits for an answer." in note.message for note in stage.app._notifications))

    play(scene("answer"), nothing)


def test_a_click_on_the_status_bar_opens_it_and_one_in_the_list_chooses() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.pilot.click("#status", offset=(30, 0))
        await asked(stage, "task-1/c9")
        await stage.pilot.click("#inbox", offset=(10, 3))
        await asked(stage, "task-3/c9")
        await stage.press("alt+a")
        await stage.until(lambda: stage.app.screen is stage.bench and stage.bench.query(ApprovalPanel))
        await stage.pilot.click("AskPanel AskList", offset=(10, 1))
        await stage.until(lambda: stage.state.asks.at != 2)
        assert stage.ops == []

    play(FOUR, scenario)


def test_a_yes_for_the_task_is_offered_to_delegated_tasks_alone() -> None:
    async def delegated(stage: Stage) -> None:
        await stage.until(lambda: "yes, all commands of this task" in stage.text("ApprovalPanel"))
        await stage.press("t")
        assert stage.ops == [AnswerApproval("task-1/c9", "task")]

    async def root(stage: Stage) -> None:
        assert "task" not in stage.text("ApprovalPanel")
        await stage.press("t")
        assert stage.ops == []

    play(ONE, delegated)
    play(scene("approval"), root)


def test_enter_just_before_the_window_loses_the_focus_sends_the_no() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("n", *"keep")
        stage.app.post_message(events.Key("enter", "\r"))
        stage.app.post_message(events.AppBlur())
        await stage.until(lambda: stage.ops)
        assert stage.ops == [AnswerApproval("task-1/c9", "deny", "keep")]

    play(ONE, scenario)


def test_a_key_just_before_the_window_loses_the_focus_is_done_and_the_focus_goes_and_comes() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"hello")
        stage.app.post_message(events.Key("enter", "\r"))
        stage.app.post_message(events.AppBlur())
        await stage.until(lambda: stage.ops)
        assert stage.ops == [SubmitPrompt("hello")]
        await stage.until(lambda: not stage.app.app_focus and stage.app.focused is None)
        stage.app.post_message(events.AppFocus())
        await stage.until(lambda: stage.app.app_focus and stage.bench.query_one(Composer).has_focus)
        for event in (events.AppBlur(), events.AppFocus()):
            stage.app.post_message(event)
        await stage.pilot.pause()
        assert stage.app.app_focus and stage.bench.query_one(Composer).has_focus

    play(scene("answer"), scenario)


def test_the_key_that_writes_a_prompt_leads_into_no_panel() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f6", "i", "y")
        assert not stage.bench.query_one(ApprovalPanel).has_focus
        assert stage.ops == []

    play(ONE, scenario)


def test_a_key_that_was_meant_for_the_help_over_it_is_no_answer() -> None:
    async def scenario(stage: Stage) -> None:
        await opened(stage)
        await stage.press("f1", "escape")
        await stage.until(lambda: isinstance(stage.app.screen, InboxScreen))
        await stage.pilot.press("escape")
        await stage.pilot.pause()
        assert stage.ops == []

    play(ONE, scenario, quiet_s=QUIET_S * 100)


# ------------------------------------------------------------------ from the board


@pytest.mark.uses("/task-allow", "/task-deny")
def test_the_commands_refuse_what_waits_for_nothing() -> None:
    async def scenario(stage: Stage) -> None:
        for command in ("/task-allow task-1", "/task-deny task-1"):
            stage.app.clear_notifications()
            await stage.press(*command, "enter")
            await stage.until(lambda: any("task-1 waits for no answer." in note.message for note in stage.app._notifications))
        assert stage.ops == []

    play(scene("tasks"), scenario)


@pytest.mark.uses("board.allow", "board.deny")
def test_the_board_allows_what_is_seen_whole_shows_what_is_not_and_denies_at_once() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f6", "f6", "f6")
        await stage.until(lambda: stage.conductor.panes.board.has_focus)
        await stage.press("a")
        assert stage.ops == [AnswerApproval("task-1/c9", "once")]
        await stage.press("j", "j", "d")
        assert stage.ops[1:] == [AnswerApproval("task-3/c9", "deny")]
        await stage.until(lambda: stage.bench.query_one(ApprovalPanel).call_id == "task-2/c9")
        await stage.press("j", "a")  # a question is shown
        await stage.until(lambda: stage.bench.query_one(QuestionPanel).has_focus)
        assert len(stage.ops) == 2
        await stage.press("escape", "escape")
        assert stage.ops[2:] == [AnswerQuestion("task-4/q", NO_ANSWER)]

    play(FOUR, scenario)


def test_a_command_that_is_longer_than_the_panel_is_not_allowed_from_the_board_but_shown() -> None:
    async def scenario(stage: Stage) -> None:
        stage.conductor.panes.board.focus()
        await stage.until(lambda: stage.conductor.panes.board.has_focus)
        await stage.press("a", "a", "a")
        assert stage.ops == []
        assert stage.bench.query_one(ApprovalPanel).has_focus

    def long() -> Script:
        script = Script("local").turn("divide").task("task-1", "Long").run("task-1")
        return script.reply("", call("c1", cmd="\n".join(f"echo {n}" for n in range(90))), task="task-1").ask("c1", "is long", "task-1")

    play(Scene("long", long), scenario)


def test_what_has_just_come_is_not_allowed_by_a_key_that_was_on_its_way() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f6", "f6", "f6")
        await stage.until(lambda: stage.conductor.panes.board.has_focus)
        stage.bench.query_one(ApprovalPanel).uncovered()
        await stage.pilot.pause()
        await stage.pilot.press("a")
        assert stage.ops == []

    play(ONE, scenario, quiet_s=QUIET_S * 100)

"""Approvals, answered in the real app: No by default, and no answer by accident."""

from __future__ import annotations

import pytest
from textual.message import Message

from pygent_engine.events import AnswerApproval, ApprovalSettled, Interrupt
from pygent_tui.widgets.asks.approval_panel import ApprovalPanel
from pygent_tui.widgets.asks.ask_panel import AskPanel
from pygent_tui.widgets.composer.composer import Composer
from tests.scenes import Scene, scene
from tests.scripts import approval, running, start, task_approval
from tests.support.pressing import QUIET_S, drawn, panel, press_at
from tests.support.script import Script, call
from tests.support.stage import Stage, play

APPROVAL = scene("approval")


def test_each_key_gives_its_answer() -> None:
    answers = {
        "y": AnswerApproval("c1", "once"),
        "s": AnswerApproval("c1", "session"),
        "escape": AnswerApproval("c1", "deny"),
        "enter": AnswerApproval("c1", "deny"),
    }
    for key, answer in answers.items():

        async def scenario(stage: Stage, key: str = key, answer: AnswerApproval = answer) -> None:
            await stage.press(key)
            assert stage.ops == [answer]
            await stage.until(lambda: stage.bench.query_one(Composer).has_focus)

        play(APPROVAL, scenario)


def test_the_key_for_the_session_says_what_it_gives() -> None:
    given = {
        ("local",): "yes, all commands for this session",
        ("network",): "yes, the network for this session",
        ("local", "network"): "yes, all commands and the network for this session",
        ("local", "ban", "network"): "yes, all commands, what may be banned and the network for this session",
        (): "yes, for this session",
    }
    for permissions, words in given.items():

        def asking(permissions: tuple[str, ...] = permissions) -> Script:
            script = Script().turn("fetch it").reply("", call("c1", cmd="git fetch", network=True))
            return script.ask("c1", "wants the network, which is off", permissions=permissions)

        async def scenario(stage: Stage, words: str = words) -> None:
            await stage.until(lambda: words in stage.text("ApprovalPanel"))
            await stage.press("s")
            assert stage.ops == [AnswerApproval("c1", "session")]

        play(Scene("permissions", asking), scenario)


def test_no_takes_a_reason_for_the_model() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("n", *"keep it", "enter")
        assert stage.ops == [AnswerApproval("c1", "deny", "keep it")]

    play(APPROVAL, scenario)


def test_escape_while_giving_a_reason_goes_back_to_the_choice_and_keeps_what_was_written() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("n", "y", "escape")
        assert stage.ops == []
        assert "yes, once" in stage.text("ApprovalPanel")
        await stage.press("n", "o", "enter")
        assert stage.ops == [AnswerApproval("c1", "deny", "yo")]

    play(APPROVAL, scenario)


def test_other_keys_are_no_answer() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("a", "1", "space", "down", "up", "pagedown", "left")
        assert stage.ops == []

    play(APPROVAL, scenario)


def test_an_answer_is_given_once() -> None:
    async def scenario(stage: Stage) -> None:
        at = await drawn(stage) + 1
        await press_at(stage, panel(stage), ("y", at), ("y", at), ("s", at), ("escape", at))
        assert stage.ops == [AnswerApproval("c1", "once")]

    play(APPROVAL, scenario)


def test_keys_that_arrived_before_the_panel_was_drawn_do_not_count() -> None:
    async def scenario(stage: Stage) -> None:
        early = await drawn(stage) - 60
        await press_at(stage, panel(stage), ("y", early), ("s", early + 0.1), ("enter", early + 0.2), ("escape", early + 1))
        assert stage.ops == []

    play(APPROVAL, scenario, quiet_s=QUIET_S)


def test_a_prompt_that_is_typed_while_the_panel_asks_answers_nothing_and_becomes_the_draft() -> None:
    async def scenario(stage: Stage) -> None:
        at = await drawn(stage) + 1
        await press_at(stage, panel(stage), *((key, at + 0.1 * count) for count, key in enumerate("also")))
        assert stage.ops == []
        await stage.until(lambda: stage.bench.composer.text == "also")

    play(APPROVAL, scenario, quiet_s=QUIET_S)


def test_keys_mashed_while_the_panel_appears_do_not_count_until_there_is_silence() -> None:
    async def scenario(stage: Stage) -> None:
        at = await drawn(stage)
        mashed = [("enter", at + 0.05 * count) for count in range(1, 20)] + [("y", at + 1.2)]
        await press_at(stage, panel(stage), *mashed)
        assert stage.ops == []
        await press_at(stage, panel(stage), ("y", at + 1.2 + 2 * QUIET_S))
        assert stage.ops == [AnswerApproval("c1", "once")]

    play(APPROVAL, scenario, quiet_s=QUIET_S)


def test_text_typed_on_while_the_panel_appears_goes_into_the_prompt() -> None:
    async def scenario(stage: Stage) -> None:
        composer = stage.bench.query_one(Composer)
        await press_at(stage, composer, ("s", Message().time))
        stage.session.play(approval().envelopes[1:])
        await stage.until(lambda: stage.bench.query(AskPanel))
        typed = composer.typed_at
        await press_at(stage, panel(stage), ("a", typed + 0.1), ("y", typed + 0.2))
        await stage.until(lambda: composer.text == "say")
        assert stage.ops == []

    play(Scene("start", start), scenario, quiet_s=QUIET_S)


def test_the_exact_command_is_shown_with_its_controls_visible() -> None:
    command = "printf '[/][bold]x[/bold] \x1b]52;c;aGk=\x07 \u202e'  ;  rm -rf ~"
    script = Script("local").turn("x").reply("", call("c1", cmd=command)).ask("c1", "why")

    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: "printf '[/][bold]x[/bold] \u241b]52;c;aGk=\u2407 \\u202e'··;··rm -rf ~" in stage.text("ApprovalPanel"))

    play(Scene("x", lambda: script), scenario)


def test_a_long_command_can_be_scrolled_to_its_end() -> None:
    script = Script("local").turn("x").reply("", call("c1", cmd="echo\n" * 300 + "the end")).ask("c1", "why")

    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: "301 lines" in stage.text("ApprovalPanel"))
        assert "the end" not in stage.text("ApprovalPanel")
        await stage.press(*["pagedown"] * 40)
        await stage.until(lambda: "the end" in stage.text("ApprovalPanel"))
        assert stage.ops == []

    play(Scene("x", lambda: script), scenario, size=(80, 24))


def test_on_a_tiny_screen_the_keys_that_answer_and_the_reason_for_a_no_are_seen() -> None:
    why = "may run what is banned: what it runs depends on $X, which is known only when it runs; it wants the network, which is off"
    script = Script().turn("x").reply("", call("c1", cmd="$X one")).ask("c1", why, permissions=("ban", "network"))

    async def scenario(stage: Stage) -> None:
        seen = ("$X one", "y yes", "s session", "n no", "Esc no")
        await stage.until(lambda: all(part in stage.text("ApprovalPanel") for part in seen))
        await stage.press("pagedown", "n", *"it is late")
        await stage.until(lambda: "it is late" in stage.text("ApprovalPanel"))

    play(Scene("x", lambda: script), scenario, size=(40, 12))


def test_on_a_tiny_screen_an_answer_leaves_the_pane_that_was_seen() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("y")
        await stage.until(lambda: not stage.bench.query(AskPanel) and stage.bench.query_one(Composer).has_focus)
        assert stage.one("#conversation").region.size == (40, 7)

    play(APPROVAL, scenario, size=(40, 12))


def test_on_a_tiny_screen_the_keys_of_a_question_are_seen() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: all(key in stage.text("QuestionPanel") for key in ("Enter  choose", "Esc Esc  no answer")))

    play(scene("question"), scenario, size=(40, 12))


def test_asks_come_oldest_first_name_their_task_and_count_the_others() -> None:
    async def scenario(stage: Stage) -> None:
        title = "1 of 2 wait · May this run? bash · task-1 · An LRU cache in memory"
        await stage.until(lambda: title in stage.text("ApprovalPanel"))
        await stage.press("y")
        await stage.until(lambda: "· task-2 ·" in stage.text("ApprovalPanel"))
        assert "1 wait" not in stage.text("ApprovalPanel")
        assert "· waits 7s" in stage.text("ApprovalPanel")
        await stage.press("s")
        assert stage.ops == [AnswerApproval("task-1/c2", "once"), AnswerApproval("task-2/c2", "session")]

    play(scene("task-approval"), scenario)


def test_an_ask_that_goes_away_gives_the_prompt_back_with_its_draft() -> None:
    async def scenario(stage: Stage) -> None:
        composer = stage.bench.query_one(Composer)
        await stage.press(*"draft")
        stage.session.play(approval().envelopes[1:])
        await stage.until(lambda: stage.bench.query(ApprovalPanel))
        assert not composer.display
        stage.session.play(approval().post(ApprovalSettled("c1", "deny", "the turn was interrupted")).envelopes[-1:])
        await stage.until(lambda: composer.has_focus)
        assert (composer.text, stage.ops) == ("draft", [])

    play(Scene("start", start), scenario)


@pytest.mark.parametrize(("before", "after"), [("", "not here"), ("draft", "draft\nnot here")])
def test_a_reason_that_was_being_written_when_another_front_end_answered_goes_into_the_prompt(before: str, after: str) -> None:
    async def scenario(stage: Stage) -> None:
        composer = stage.bench.query_one(Composer)
        await stage.press(*before)
        stage.session.play(approval().envelopes[1:])
        await stage.until(lambda: stage.bench.query(ApprovalPanel))
        await stage.press("n", *"not he")
        stage.session.play(approval().post(ApprovalSettled("c1", "once", "")).envelopes[-1:])
        await stage.until(lambda: composer.has_focus)
        await stage.press(*"re")
        assert (composer.text, stage.ops) == (after, [])

    play(Scene("start", start), scenario)


def test_on_a_small_screen_nothing_lies_on_what_is_asked_or_pushes_it_away() -> None:
    script = running()

    async def scenario(stage: Stage) -> None:
        await stage.press(*"later", "enter")
        await stage.until(lambda: "later" in stage.text("#queue"))
        stage.app.notify("It lies at the right.")
        seen = len(script.envelopes)
        stage.session.play(script.ask("c1", "").envelopes[seen:])
        await stage.until(lambda: stage.bench.query(ApprovalPanel))
        assert (stage.one("#queue").display, stage.bench.max_scroll_y, list(stage.app._notifications)) == (False, 0, [])
        stage.session.play(script.post(ApprovalSettled("c1", "once", "")).envelopes[-1:])
        await stage.until(lambda: stage.one("#queue").display)

    play(Scene("busy", running), scenario, size=(40, 12))


def test_the_panel_keeps_its_guard_for_the_next_ask() -> None:
    async def scenario(stage: Stage) -> None:
        await press_at(stage, panel(stage), ("y", await drawn(stage) + 1))
        await stage.until(lambda: "· task-2 ·" in stage.text("ApprovalPanel"))
        await press_at(stage, panel(stage), ("y", await drawn(stage) + 0.05))
        assert stage.ops == [AnswerApproval("task-1/c2", "once")]

    play(Scene("task-approval", task_approval), scenario, quiet_s=QUIET_S)


def test_a_key_meant_for_a_dialog_over_the_panel_is_no_answer() -> None:
    async def scenario(stage: Stage) -> None:
        before = await drawn(stage)
        await press_at(stage, panel(stage), ("a", before + 1))  # the panel is past its silence
        await stage.press("f1", "escape")
        await stage.until(lambda: panel(stage).guard.drawn_at != before)
        await press_at(stage, panel(stage), ("y", await drawn(stage) + 0.05))
        assert stage.ops == []

    play(APPROVAL, scenario, quiet_s=QUIET_S)


def test_the_panes_stay_reachable_and_ctrl_c_interrupts_while_an_approval_waits() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f6")
        assert stage.bench.focused is not None and stage.bench.focused.id == "conversation"
        await stage.press("y", "ctrl+c")
        assert stage.ops == [Interrupt()]

    play(APPROVAL, scenario)


# ------------------------------------------------------------------ a prefix


def prefixed(command: str = "git status --short") -> Scene:
    script = Script("local").turn("what changed?").reply("", call("c1", cmd=command))
    return Scene("prefixed", lambda: script.ask("c1", "runs on this machine"))


def test_a_yes_may_be_given_to_the_first_words_of_a_plain_command() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: "p  every `git status …` this session" in stage.text("ApprovalPanel"))
        await stage.press("p")
        assert stage.ops == [AnswerApproval("c1", "prefix")]

    play(prefixed(), scenario)


def test_a_command_without_a_prefix_offers_none_and_the_key_goes_into_the_prompt() -> None:
    async def scenario(stage: Stage) -> None:
        assert "every" not in stage.text("ApprovalPanel")
        await stage.press("p")
        assert stage.ops == []
        await stage.until(lambda: stage.bench.composer.text == "p")

    play(prefixed("git status; rm x"), scenario)


# ------------------------------------------------------------------ from elsewhere


@pytest.mark.uses("asks.go")
def test_a_panel_that_comes_while_a_pane_has_the_focus_takes_none_of_its_keys() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f6")
        stage.session.play(approval().envelopes[1:])
        await stage.until(lambda: stage.bench.query(ApprovalPanel) and panel(stage).guard.drawn_at)
        await stage.until(lambda: "Alt+A  answer" in stage.text("ApprovalPanel"))
        await stage.press("y", "s", "enter")
        assert stage.ops == []
        await stage.press("alt+a", "y")
        assert stage.ops == [AnswerApproval("c1", "once")]

    play(Scene("start", start), scenario)

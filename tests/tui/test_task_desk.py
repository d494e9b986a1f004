"""A task's own screen, the peek at one, and messages to tasks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pytest
from textual.widget import Widget

from pygent_engine.events import (
    AnswerApproval,
    AnswerQuestion,
    ApprovalSettled,
    Envelope,
    Event,
    MessageTask,
    QuestionAnswered,
    RetryTask,
    SessionClosed,
    TaskEnded,
    TaskRemoved,
    Warned,
)
from pygent_engine.task_values import TaskState
from pygent_engine.values import Usage
from pygent_tui.screens.confirm import Confirm
from pygent_tui.screens.message import MessageDialog
from pygent_tui.screens.peek import Peek
from pygent_tui.screens.task import TaskScreen
from pygent_tui.widgets.ask_panel import AskPanel
from pygent_tui.widgets.message_field import MessageField
from pygent_tui.widgets.request import Request
from pygent_tui.widgets.task_requests import TaskOpened, TaskPeeked, TaskRequest
from tests import task_scripts
from tests.scenes import Scene
from tests.support.saying import command, hears, said
from tests.support.stage import Stage, play

WORKING = Scene("task-working", task_scripts.working)
THREE = Scene("three-tasks", task_scripts.three)
ASKING = Scene("task-asking", task_scripts.asking)
QUEUED = Scene("task-queued", task_scripts.queued)
ENDED = TaskEnded(TaskState.failed, "failed: no model", "no model", 1, Usage())


def arrive(stage: Stage, *events: Event, task: str = "task-1") -> None:
    """More of a task comes from the session."""
    first = stage.session.played + 1
    stage.session.play([Envelope(number, stage.app.clock(), task, event) for number, event in enumerate(events, first)])


def shows(stage: Stage, part: str, text: str) -> bool:
    return text in stage.text(part)


def is_open(stage: Stage, task: str) -> bool:
    return isinstance(stage.app.screen, TaskScreen) and stage.app.screen.task_id == task


async def opened(stage: Stage, task: str = "task-1") -> TaskScreen:
    stage.conductor.submit(f"/task-open {task}")
    await stage.until(lambda: is_open(stage, task))
    screen = stage.app.screen
    assert isinstance(screen, TaskScreen)
    return screen


def focus(stage: Stage) -> Widget | None:
    """What has the focus now."""
    return stage.app.focused


async def ready(stage: Stage, kind: type[AskPanel] = AskPanel) -> AskPanel:
    """The panel on the top screen, once its keys count."""
    await stage.until(lambda: any(panel.guard.drawn_at is not None for panel in stage.app.screen.query(kind)))
    return stage.app.screen.query_one(kind)


async def peeked(stage: Stage, task: str = "task-1") -> Peek:
    stage.conductor.submit(f"/task-peek {task}")
    await stage.until(lambda: isinstance(stage.app.screen, Peek))
    screen = stage.app.screen
    assert isinstance(screen, Peek)
    return screen


def noted(stage: Stage) -> list[tuple[Sequence[str], str]]:
    """What is wanted with tasks from now on, which no station takes: what they make of it, their own tests tell."""
    asked: list[tuple[Sequence[str], str]] = []
    take = stage.conductor.take

    def note(request: Request) -> None:
        if isinstance(request, TaskRequest) and not isinstance(request, TaskPeeked | TaskOpened):
            asked.append((request.task_ids, type(request).__name__))
        else:
            take(request)

    stage.conductor.take = note  # type: ignore[method-assign] # between the keys and the stations
    return asked


# ---------------------------------------------------------------- the screen of a task: what goes wrong


def test_a_task_that_there_is_not_opens_nothing() -> None:
    async def scenario(stage: Stage) -> None:
        stage.conductor.submit("/task-open nowhere")
        await hears(stage, "There is no task 'nowhere'")
        assert stage.app.screen is stage.bench

    play(THREE, scenario)


def test_a_task_that_is_removed_while_it_is_open_closes_its_screen_and_keeps_what_was_written() -> None:
    async def scenario(stage: Stage) -> None:
        await opened(stage)
        await stage.press(*"half a thought")
        arrive(stage, ENDED, TaskRemoved())
        await hears(stage, "task-1 was removed.")
        await stage.until(lambda: stage.app.screen is stage.bench and stage.bench.composer.text == "half a thought")

    play(THREE, scenario)


def test_a_task_that_is_removed_below_a_dialog_closes_once_that_is_gone() -> None:
    async def scenario(stage: Stage) -> None:
        await opened(stage)
        await stage.press("f1")
        arrive(stage, ENDED, TaskRemoved())
        await stage.until(lambda: stage.state.board.row("task-1") is None)
        assert not isinstance(stage.app.screen, TaskScreen)
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(THREE, scenario)


def test_a_task_that_ends_while_it_is_written_to_is_tried_again_only_after_a_yes() -> None:
    async def scenario(stage: Stage) -> None:
        screen = await opened(stage)
        await stage.press(*"name the codes")
        arrive(stage, ENDED)
        await stage.until(lambda: "is over" in stage.text("#task-field"))
        await stage.press("enter")
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        assert stage.ops == []
        await stage.press("n")
        await stage.until(lambda: stage.app.screen is screen and screen.field.text == "name the codes")
        await stage.press("enter")
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        await stage.press("y")
        await stage.until(lambda: stage.ops == [RetryTask("task-1", "resume", "name the codes")])
        assert screen.field.text == ""

    play(THREE, scenario)


def test_what_is_written_after_the_session_closed_is_given_back() -> None:
    async def scenario(stage: Stage) -> None:
        screen = await opened(stage)
        arrive(stage, SessionClosed(), task="main")
        await stage.until(lambda: stage.state.status.closed is not None)
        await stage.press(*"late", "enter")
        await hears(stage, "The session is closed")
        assert (screen.field.text, stage.ops) == ("late", [])

    play(THREE, scenario)


def test_hostile_text_is_drawn_as_text() -> None:
    async def scenario(stage: Stage) -> None:
        await opened(stage)
        for part in ("#task-head", "#task-talk", "#task-output"):
            await stage.until(partial(shows, stage, part, "[/] [bold red]x[/bold red]"))
            assert "\x1b" not in stage.text(part)
            assert "\u202e" not in stage.text(part)
        await stage.press("escape")
        await peeked(stage)
        assert "[bold red]x[/bold red]" in stage.text("#peek")
        await stage.press("m")
        await stage.until(lambda: isinstance(stage.app.screen, MessageDialog))

    play(Scene("hostile-task", task_scripts.hostile), scenario, size=(120, 40))


# ---------------------------------------------------------------- the screen of a task


@pytest.mark.uses("/task-open", "/task-peek")
def test_without_a_task_a_command_is_for_the_one_under_the_cursor_of_the_board() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-open")
        await stage.until(lambda: isinstance(stage.app.screen, TaskScreen))
        await stage.until(lambda: "task-3 Lint the tests" in stage.text("#task-head"))
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is stage.bench)
        await command(stage, "/task-peek task-1")
        await stage.until(lambda: isinstance(stage.app.screen, Peek))
        await stage.until(lambda: "task-1" in stage.text("#peek"))

    play(WORKING, scenario)


@pytest.mark.uses("task.leave")
def test_a_task_shows_its_own_conversation_and_output_and_nothing_of_others() -> None:
    async def scenario(stage: Stage) -> None:
        await opened(stage)
        await stage.until(lambda: "sphinx-build docs out" in stage.text("#task-talk"))
        talk = stage.text("#task-talk")
        assert "The task" in talk
        assert "You, while it works · not read yet" in talk
        assert talk.count("You, while it works") == 2
        assert "pip install" not in talk
        await stage.until(lambda: "reading sources... [100%] why" in stage.text("#task-output"))
        head = stage.text("#task-head")
        assert "running  task-1 Write the docs" in head
        assert "2/20 steps" in head
        assert "1 elsewhere waits for you" in head
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(THREE, scenario, size=(140, 40))


def test_it_is_live() -> None:
    async def scenario(stage: Stage) -> None:
        await opened(stage)
        script = task_scripts.three()
        before = len(script.envelopes)
        script.output("task-1/c2", "one more line\n", "task-1")
        stage.session.play(script.envelopes[before:])
        await stage.until(lambda: "one more line" in stage.text("#task-output"))

    play(THREE, scenario)


def test_a_task_that_has_not_begun_shows_its_prompt() -> None:
    async def scenario(stage: Stage) -> None:
        await opened(stage)
        await stage.until(lambda: "The task · not read yet" in stage.text("#task-talk"))
        assert "It has run no command yet." in stage.text("#task-output")
        assert "has not begun: it reads this at its first step" in stage.text("#task-field")

    play(QUEUED, scenario)


def test_what_is_written_is_sent_to_the_task_and_said_when_it_is_read() -> None:
    async def scenario(stage: Stage) -> None:
        screen = await opened(stage)
        await stage.press(*"two", "ctrl+j", *"lines", "enter")
        await hears(stage, "task-1 reads it at its next step.")
        assert stage.ops == [MessageTask("task-1", "two\nlines")]
        assert screen.field.text == ""
        await stage.press("enter")
        assert len(stage.ops) == 1

    play(THREE, scenario)


@pytest.mark.uses("task.part-next", "task.part-before", "task.part-next-tab", "task.part-before-tab", "task.write")
def test_the_parts_are_gone_through_and_letters_without_a_meaning_are_written() -> None:
    async def scenario(stage: Stage) -> None:
        screen = await opened(stage)
        assert focus(stage) is screen.field
        await stage.press("tab")
        assert focus(stage) is screen.talk
        await stage.press("tab")
        assert focus(stage) is screen.output
        await stage.press("i")
        assert focus(stage) is screen.field
        await stage.press("shift+tab")
        assert focus(stage) is screen.output
        await stage.press("f6", "f6")
        assert focus(stage) is screen.talk
        await stage.press("shift+f6", "shift+f6")
        assert focus(stage) is screen.output
        await stage.press("Z")
        assert (focus(stage), screen.field.text) == (screen.field, "Z")

    play(THREE, scenario)


@pytest.mark.uses("task.next", "task.previous", "task.next-here", "task.previous-here")
def test_one_goes_from_task_to_task_and_what_was_written_to_each_is_kept() -> None:
    async def scenario(stage: Stage) -> None:
        async def at(task: str) -> None:
            await stage.until(lambda: is_open(stage, task))

        await opened(stage)
        await stage.press(*"a draft", "f8")
        await at("task-2")
        await ready(stage)
        await stage.press("f7")
        await at("task-1")
        assert stage.one("#task-field").text == "a draft"  # type: ignore[attr-defined] # a field
        await stage.press("shift+tab", "left_square_bracket")
        await at("task-3")
        await stage.press("tab", "right_square_bracket")
        await at("task-1")
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(THREE, scenario)


@pytest.mark.uses("task.call-before", "task.call-next")
def test_an_older_call_is_shown_from_what_the_model_was_given() -> None:
    async def scenario(stage: Stage) -> None:
        await opened(stage)
        await stage.press("shift+tab", "left_curly_bracket")
        await stage.until(lambda: "old.rst" in stage.text("#task-output"))
        await stage.press("right_curly_bracket")
        await stage.until(lambda: "reading sources" in stage.text("#task-output"))
        assert stage.state.output.selected is None

    play(THREE, scenario)


def test_the_output_of_a_card_is_shown_beside_it() -> None:
    async def scenario(stage: Stage) -> None:
        screen = await opened(stage)
        await stage.press("tab", "G", "k", "k", "k", "k", "v")
        await stage.until(lambda: focus(stage) is screen.output and "old.rst" in stage.text("#task-output"))

    play(THREE, scenario)


@pytest.mark.uses("task.answer")
def test_what_a_task_asks_is_answered_on_its_own_screen() -> None:
    async def scenario(stage: Stage) -> None:
        screen = await opened(stage, "task-2")
        panel = await ready(stage)
        assert focus(stage) is panel
        assert "pip install lru-dict" in stage.text("AskPanel")
        await stage.until(lambda: stage.app.screen.query_one(AskPanel).seen_whole)
        await stage.press("shift+tab")
        assert focus(stage) is screen.output
        await stage.press("alt+a")
        await stage.press("y")
        await stage.until(lambda: stage.ops == [AnswerApproval("task-2/c1", "once")])
        await stage.until(lambda: screen.field.display and not screen.query(AskPanel))
        assert focus(stage) is screen.field

    play(THREE, scenario)


def test_an_answer_from_elsewhere_takes_the_panel_away() -> None:
    async def scenario(stage: Stage) -> None:
        screen = await opened(stage, "task-2")
        await ready(stage)
        arrive(stage, ApprovalSettled("task-2/c1", "deny"), task="task-2")
        await stage.until(lambda: screen.field.display and not screen.query(AskPanel))

    play(THREE, scenario)


def test_a_key_that_was_typed_to_the_task_answers_nothing_that_comes_in_between() -> None:
    async def scenario(stage: Stage) -> None:
        screen = await opened(stage)
        await stage.press(*"please sa")
        script = task_scripts.asking()
        stage.session.play([Envelope(stage.session.played + 1, stage.app.clock(), "task-1", script.envelopes[-1].event)])
        await ready(stage)
        await stage.pilot.press("y")
        await stage.until(lambda: screen.field.text == "please say")
        assert stage.ops == []

    play(THREE, scenario, quiet_s=30.0)


_KEYS = {
    "x": ("task-1", "CancelAsked"),
    "P": ("task-1", "PauseAsked"),
    "L": ("task-1", "LimitsAsked"),
    "D": ("task-1", "DiffAsked"),
    "E": ("task-1", "ShellAsked"),
    "r": ("task-3", "RetryAsked"),
    "A": ("task-3", "ApplyAsked"),
}


@pytest.mark.uses("task.cancel", "task.pause", "task.limits", "task.diff", "task.shell", "task.retry", "task.apply")
def test_what_can_be_done_with_a_task_can_be_done_from_its_screen() -> None:
    async def scenario(stage: Stage) -> None:
        asked = noted(stage)
        for key, (task, wanted) in _KEYS.items():
            stage.conductor.desk.open(task)
            await stage.until(partial(is_open, stage, task))
            await stage.press("shift+tab", key)
            assert asked.pop() == ((task,), wanted)

    play(THREE, scenario)


def test_keys_that_do_nothing_in_its_state_are_not_offered() -> None:
    async def scenario(stage: Stage) -> None:
        screen = await opened(stage, "task-3")
        await stage.press("shift+tab")
        assert not {"task.cancel", "task.pause", "task.limits"} & {each.binding.id for each in screen.active_bindings.values()}

    play(THREE, scenario)


# ---------------------------------------------------------------- the peek


@pytest.mark.uses("peek.close", "peek.next", "peek.previous")
def test_a_peek_follows_the_cursor_of_the_board() -> None:
    async def scenario(stage: Stage) -> None:
        await peeked(stage)
        await stage.until(lambda: "[100%] why" in stage.text("#peek") and "task-1" in stage.text("#peek"))
        await stage.press("k")
        await stage.until(lambda: "pip install lru-dict" in stage.text("#peek"))
        assert stage.conductor.tasks.table.targets == ("task-2",)
        await stage.press("j")
        await stage.until(lambda: "task-1 Write the docs" in stage.text("#peek"))
        await stage.press("p")
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(THREE, scenario)


@pytest.mark.uses("peek.answer")
def test_a_question_is_answered_in_the_peek() -> None:
    async def scenario(stage: Stage) -> None:
        await peeked(stage)
        panel = await ready(stage)
        await stage.pilot.press("2")
        assert stage.ops == []
        await stage.press("tab")
        assert panel.has_focus
        await stage.press("2")
        await stage.until(lambda: stage.ops == [AnswerQuestion("task-1/c1", "reStructuredText")])
        await stage.until(lambda: not stage.app.screen.query(AskPanel))

    play(ASKING, scenario)


@pytest.mark.uses("peek.allow", "peek.deny")
def test_the_peek_asks_to_allow_or_deny_what_stands_in_it_whole() -> None:
    async def scenario(stage: Stage) -> None:
        asked = noted(stage)
        await peeked(stage, "task-2")
        await ready(stage)
        await stage.until(lambda: stage.app.screen.query_one(AskPanel).seen_whole)
        await stage.press("a", "d")
        assert asked == [(("task-2",), "AllowAsked"), (("task-2",), "DenyAsked")]
        arrive(stage, ApprovalSettled("task-2/c1", "once"), task="task-2")
        await stage.until(lambda: not stage.app.screen.query(AskPanel))
        assert not {"peek.allow", "peek.deny"} & {each.binding.id for each in stage.app.screen.active_bindings.values() if each.enabled}

    play(THREE, scenario)


def test_a_peek_closes_when_there_is_no_task_any_more() -> None:
    async def scenario(stage: Stage) -> None:
        await peeked(stage)
        arrive(stage, QuestionAnswered("task-1/c1", ""), ENDED, TaskRemoved())
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(ASKING, scenario)


@pytest.mark.uses("peek.open", "peek.message", "peek.cancel")
def test_from_the_peek_one_writes_cancels_and_opens() -> None:
    async def scenario(stage: Stage) -> None:
        opened_peek = await peeked(stage)
        await stage.press("m")
        await stage.until(lambda: isinstance(stage.app.screen, MessageDialog))
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is opened_peek)
        await stage.press("x")
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        await stage.press("n")
        await stage.until(lambda: stage.app.screen is opened_peek)
        await stage.press("enter")
        await stage.until(lambda: isinstance(stage.app.screen, TaskScreen))
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(THREE, scenario)


# ---------------------------------------------------------------- messages


@pytest.mark.uses("/task-message", "message.leave")
def test_a_message_is_written_in_a_dialog_and_what_was_not_sent_is_there_the_next_time() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-message task-1")
        await stage.until(lambda: isinstance(stage.app.screen, MessageDialog))
        assert "task-1 reads this at its next step" in stage.text(".dialog")
        await stage.press(*"be brief", "escape")
        await stage.until(lambda: stage.app.screen is stage.bench)
        await command(stage, "/task-message task-1")
        await stage.until(lambda: isinstance(stage.app.screen, MessageDialog) and "be brief" in stage.text(".dialog"))
        await stage.press("enter")
        await stage.until(lambda: stage.ops == [MessageTask("task-1", "be brief")])

    play(WORKING, scenario)


def test_a_message_with_its_text_is_sent_at_once_but_to_one_that_is_over_only_after_enter() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-message task-1 be very brief")
        await hears(stage, "task-1 reads it at its next step.")
        assert stage.ops == [MessageTask("task-1", "be very brief")]
        await command(stage, "/task-message task-3 and the docs")
        await stage.until(lambda: isinstance(stage.app.screen, MessageDialog) and "try again with this" in stage.text(".dialog"))
        assert len(stage.ops) == 1
        await stage.press("enter")
        await stage.until(lambda: stage.ops[1:] == [RetryTask("task-3", "resume", "and the docs")])
        await hears(stage, "task-3 is tried again with it.")

    play(WORKING, scenario)


def test_a_message_to_marked_tasks_goes_to_each() -> None:
    async def scenario(stage: Stage) -> None:
        stage.conductor.desk.write(("task-1", "task-3", "task-2"))
        await stage.until(lambda: isinstance(stage.app.screen, MessageDialog))
        await stage.until(lambda: "1 that is over" in stage.text(".dialog"))
        await stage.press(*"stop at noon", "enter")
        await stage.until(lambda: len(stage.ops) == 3)
        text = "stop at noon"
        assert stage.ops == [MessageTask("task-1", text), RetryTask("task-3", "resume", text), MessageTask("task-2", text)]
        await hears(stage, "2 read it at their next step, 1 tried again with it.")

    play(THREE, scenario)


def test_the_dialog_follows_the_task_and_closes_when_it_is_removed() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-message task-1")
        await stage.until(lambda: isinstance(stage.app.screen, MessageDialog))
        await stage.press(*"hello")
        arrive(stage, ENDED)
        await stage.until(lambda: "try again with this" in stage.text(".dialog"))
        arrive(stage, TaskRemoved())
        await stage.until(lambda: stage.app.screen is stage.bench and stage.bench.composer.text == "hello")

    play(WORKING, scenario)


def test_a_paste_of_many_lines_is_text() -> None:
    async def scenario(stage: Stage) -> None:
        from textual.events import Paste  # noqa: PLC0415 - only here

        screen = await opened(stage)
        screen.field.post_message(Paste("one\r\ntwo\x1b[2J"))
        await stage.until(lambda: screen.field.text.startswith("one\ntwo"))
        assert stage.ops == []
        assert "\x1b" not in screen.field.text

    play(THREE, scenario)


# ---------------------------------------------------------------- what is refused


def test_what_is_refused_to_a_task_is_said_unless_its_conversation_is_seen() -> None:
    async def scenario(stage: Stage) -> None:
        arrive(stage, Warned("it is over; /task-retry begins again"))
        await hears(stage, "task-1: it is over; /task-retry begins again")
        await opened(stage)
        count = len(said(stage))
        arrive(stage, Warned("something else"))
        await stage.until(lambda: "something else" in stage.text("#task-talk"))
        assert len(said(stage)) == count

    play(THREE, scenario)


def test_the_field_knows_when_a_key_was_typed() -> None:
    async def scenario(stage: Stage) -> None:
        screen = await opened(stage)
        assert isinstance(screen.field, MessageField)
        await stage.pilot.press("a")
        assert screen.field.typed_at > 0

    play(THREE, scenario)

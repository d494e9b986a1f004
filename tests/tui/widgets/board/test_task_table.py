"""Laws of the task board."""

from __future__ import annotations

import re

from textual import on
from textual.content import Content

from pygent_engine.events import ApprovalAsked, CallStarted, Event, TaskCreated, TaskEnded, TaskRemoved, TaskStateChanged
from pygent_engine.task_values import TaskState
from pygent_engine.values import ApprovalRequest, Persona, ToolCall, Usage
from pygent_tui.views.board import EMPTY, Board, fold_batch
from pygent_tui.widgets.board.task_requests import TaskRequest
from pygent_tui.widgets.board.task_table import TaskTable
from tests.support.envelopes import START, stream

from ..stage import Stage, in_loop, screen_lines, settle

HOSTILE = "x\x1b]52;c;eA==\x07\x1b[2J\x9b31m\u202e[/][@click=app.betray]press[/]\ny"


def folded(*events: Event | tuple[str, Event], start: Board = EMPTY) -> Board:
    return fold_batch(start, stream(events))


def created(task_id: str, title: str = "Write the docs") -> tuple[str, Event]:
    return task_id, TaskCreated(title, "prompt", None, "demo", "main", "local")


THREE = folded(
    created("t1"),
    created("t2", "Measure"),
    created("t3", "Check"),
    ("t1", TaskStateChanged(TaskState.starting)),
    ("t1", TaskStateChanged(TaskState.running)),
    ("t1", CallStarted(ToolCall("c", "bash", "{}"), "make docs")),
    ("t2", TaskEnded(TaskState.failed, "failed: lost", "the container is gone", 1, Usage())),
)


class BoardStage(Stage):
    """A stage that notes what the board asks for."""

    def __init__(self, pane: TaskTable) -> None:
        super().__init__(pane)
        self.asked: list[tuple[str, ...]] = []

    @on(TaskRequest)
    def _note(self, request: TaskRequest) -> None:
        self.asked.append((type(request).__name__, *request.task_ids))


@in_loop
async def test_hostile_text_in_any_field_reaches_no_line_and_triggers_nothing() -> None:
    pane = TaskTable()
    app = Stage(pane)
    events: list[Event | tuple[str, Event]] = [
        (HOSTILE, TaskCreated(HOSTILE, HOSTILE, Persona(HOSTILE), HOSTILE, "main", "local")),
        (HOSTILE, CallStarted(ToolCall("c", "bash", "{}"), HOSTILE)),
        (HOSTILE, TaskEnded(TaskState.failed, HOSTILE, HOSTILE, 1, Usage())),
    ]
    async with app.run_test(size=(120, 10)) as pilot:
        for width in (120, 50):
            await pilot.resize_terminal(width, 10)
            for end in (2, 3):
                pane.show(folded(*events[:end]))
                await settle(pilot, pane)
                assert "".join(screen_lines(pane)).isprintable()
                await pilot.click(pane, offset=(40, 0))
        assert not app.acted


@in_loop
async def test_a_wide_board_has_one_line_a_task_and_a_narrow_one_two() -> None:
    pane = TaskTable()
    async with Stage(pane).run_test(size=(81, 8)) as pilot:
        pane.show(THREE)
        pane.tick(START + 68.0)
        await settle(pilot, pane)
        assert screen_lines(pane)[:4] == [
            "  ◌ stalled 63 s  t1 Write the docs      make docs        1m05s       LOCAL",
            "  ✗ failed        t2 Measure             the container…         1     LOCAL",
            "  ○ queued        t3 Check                                            LOCAL",
            "",
        ]
        await pilot.resize_terminal(41, 8)
        await settle(pilot, pane)
        assert screen_lines(pane)[:6] == [
            "  ◌ t1 Write the docs              1m05s",
            "    stalled 63 s · make docs",
            "  ✗ t2 Measure",
            "    failed · the container is gone",
            "  ○ t3 Check",
            "    queued",
        ]


@in_loop
async def test_the_cursor_stays_on_its_task_while_rows_change_and_keys_name_it() -> None:
    pane = TaskTable()
    app = BoardStage(pane)
    async with app.run_test(size=(80, 8)) as pilot:
        pane.show(THREE)
        await settle(pilot, pane)
        pane.focus()
        await pilot.pause()
        await pilot.press("j", "down", "j")
        pane.show(folded(created("t4"), ("t1", TaskEnded(TaskState.finished, "finished", "", 1, Usage())), start=THREE))
        await settle(pilot, pane)
        await pilot.press("enter", "x", "home", "enter", "k", "x")
        assert app.asked == [("TaskOpened", "t3"), ("CancelAsked", "t3"), ("TaskOpened", "t1")]


@in_loop
async def test_a_click_puts_the_cursor_on_the_row() -> None:
    pane = TaskTable()
    app = BoardStage(pane)
    async with app.run_test(size=(80, 8)) as pilot:
        pane.show(THREE)
        await settle(pilot, pane)
        await pilot.click(pane, offset=(5, 2))
        await pilot.press("enter")
        assert app.asked == [("TaskOpened", "t3")]


@in_loop
async def test_the_cursor_row_is_kept_in_view() -> None:
    pane = TaskTable()
    async with Stage(pane).run_test(size=(40, 6)) as pilot:
        pane.show(folded(*(created(f"t{number}") for number in range(30))))
        await settle(pilot, pane)
        pane.focus()
        await pilot.pause()
        await pilot.press("end")
        assert screen_lines(pane)[-2].startswith("  ○ t29")
        await pilot.press("home")
        assert screen_lines(pane)[0].startswith("  ○ t0 ")


@in_loop
async def test_keys_on_an_empty_board_ask_for_nothing() -> None:
    pane = TaskTable()
    app = BoardStage(pane)
    async with app.run_test(size=(60, 8)) as pilot:
        await settle(pilot, pane)
        pane.focus()
        await pilot.pause()
        await pilot.press("enter", "x", "j", "end", "pageup")
        assert app.asked == []
        assert screen_lines(pane)[0] == " No delegated tasks yet."


@in_loop
async def test_a_task_that_asks_says_that_it_needs_the_user() -> None:
    pane = TaskTable()
    async with Stage(pane).run_test(size=(81, 8)) as pilot:
        request = ApprovalRequest("c", "t1", "bash", "{}", "rm -rf build", "network")
        pane.show(folded(("t1", ApprovalAsked(request)), start=THREE))
        await settle(pilot, pane)
        assert screen_lines(pane)[0].startswith("  ? needs you     t1 ")
        assert Content.from_markup(pane.border_title or "").plain == "Tasks · 1 needs you · 1 queued · 1 failed"


@in_loop
async def test_the_title_is_never_cut_within_a_word_and_says_what_matters_first() -> None:
    pane = TaskTable()
    async with Stage(pane).run_test(size=(31, 10)) as pilot:
        request = ApprovalRequest("c", "t1", "bash", "{}", "ls", "asks")
        pane.show(folded(("t1", ApprovalAsked(request)), start=THREE))
        await settle(pilot, pane)
        assert Content.from_markup(pane.border_title or "").plain == "Tasks · 1 needs you"


@in_loop
async def test_the_task_at_the_top_stays_there_when_tasks_need_two_lines() -> None:
    pane = TaskTable()
    async with Stage(pane).run_test(size=(80, 12)) as pilot:
        pane.show(folded(*(created(f"t{number}") for number in range(60))))
        await settle(pilot, pane)
        await pilot.press(*["down"] * 30)
        tops = []
        for width in (40, 80):
            await pilot.resize_terminal(width, 12)
            await settle(pilot, pane)
            tops.append(next(word for word in screen_lines(pane)[0].split() if re.fullmatch(r"t\d+", word)))
        assert tops == ["t19", "t19"]


def asking(task_id: str) -> tuple[str, Event]:
    return task_id, ApprovalAsked(ApprovalRequest(f"{task_id}/c", task_id, "bash", "{}", "ls", "asks"))


@in_loop
async def test_a_row_that_needs_the_user_goes_up_but_the_one_under_the_cursor_keeps_its_line() -> None:
    pane = TaskTable()
    app = BoardStage(pane)
    async with app.run_test(size=(90, 6)) as pilot:
        many = folded(*(created(f"t{number}") for number in range(40)))
        pane.show(many)
        await settle(pilot, pane)
        pane.focus()
        await pilot.pause()
        await pilot.press(*["down"] * 9)
        before = screen_lines(pane)
        pane.show(folded(asking("t30"), asking("t9"), asking("t35"), start=many))
        await settle(pilot, pane)
        line = next(place for place, text in enumerate(before) if " t9 " in text)
        assert " t9 " in screen_lines(pane)[line]
        await pilot.press("enter", "home")
        await settle(pilot, pane)
        assert app.asked == [("TaskOpened", "t9")]
        assert [text.split()[3] for text in screen_lines(pane)[:3]] == ["t30", "t9", "t35"]


@in_loop
async def test_before_the_user_went_to_a_task_the_cursor_is_on_the_first_row() -> None:
    pane = TaskTable()
    app = BoardStage(pane)
    async with app.run_test(size=(90, 6)) as pilot:
        app.set_focus(None)
        pane.show(THREE)
        await settle(pilot, pane)
        pane.show(folded(asking("t3"), start=THREE))
        await settle(pilot, pane)
        assert pane.targets == ("t3",)


@in_loop
async def test_marks_gather_the_tasks_that_a_key_is_for_and_only_those_it_can_be_done_with() -> None:
    pane = TaskTable()
    app = BoardStage(pane)
    async with app.run_test(size=(90, 8)) as pilot:
        pane.show(THREE)
        await settle(pilot, pane)
        pane.focus()
        await pilot.pause()
        await pilot.press("asterisk", "x", "r", "m", "enter")
        assert app.asked == [("CancelAsked", "t1", "t3"), ("RetryAsked", "t2"), ("MessageAsked", "t1", "t2", "t3"), ("TaskOpened", "t1")]
        assert [line[0] for line in screen_lines(pane)[:3]] == ["*", "*", "*"]
        await pilot.press("asterisk", "down", "space", "up", "x", "X")
        assert app.asked[4:] == [("RemoveAsked", "t2")]


@in_loop
async def test_a_filter_shows_what_fits_counts_it_and_goes_away_again() -> None:
    pane = TaskTable()
    app = BoardStage(pane)
    async with app.run_test(size=(90, 8)) as pilot:
        pane.show(THREE)
        await settle(pilot, pane)
        pane.focus()
        await pilot.pause()
        await pilot.press("slash", *"zzz")
        await settle(pilot, pane)
        assert screen_lines(pane)[0] == " No task has 'zzz' in it."
        await pilot.press("backspace", "backspace", "backspace", *"meas", "enter", "enter")
        await settle(pilot, pane)
        assert (app.asked, len([line for line in screen_lines(pane)[:3] if line])) == ([("TaskOpened", "t2")], 1)
        assert Content.from_markup(pane.border_title or "").plain.endswith("“meas”: 1")
        await pilot.press("escape")
        await settle(pilot, pane)
        assert len([line for line in screen_lines(pane)[:3] if line]) == 3
        assert pane.current is not None and pane.current.id == "t2"


@in_loop
async def test_another_order_keeps_the_cursor_on_its_task() -> None:
    pane = TaskTable()
    async with Stage(pane).run_test(size=(90, 8)) as pilot:
        pane.show(THREE)
        await settle(pilot, pane)
        pane.focus()
        await pilot.pause()
        for _ in range(5):
            await pilot.press("o")
            await settle(pilot, pane)
            assert pane.current is not None and pane.current.id == "t1"
        assert pane.choice.sort == "needs you"


@in_loop
async def test_a_task_that_is_removed_leaves_the_cursor_on_the_line() -> None:
    pane = TaskTable()
    app = BoardStage(pane)
    async with app.run_test(size=(90, 8)) as pilot:
        pane.show(THREE)
        await settle(pilot, pane)
        pane.focus()
        await pilot.pause()
        await pilot.press("down", "space")
        pane.show(folded(("t2", TaskRemoved()), start=THREE))
        await settle(pilot, pane)
        assert (pane.targets, pane.choice.marks) == (("t3",), frozenset())
        pane.show(EMPTY)
        await settle(pilot, pane)
        await pilot.press("enter", "x", "asterisk", "space", "o", "c", "5")
        assert (app.asked, pane.targets) == ([], ())


@in_loop
async def test_digits_go_to_the_rows_that_are_seen() -> None:
    pane = TaskTable()
    async with Stage(pane).run_test(size=(90, 5)) as pilot:
        pane.show(folded(*(created(f"t{number}") for number in range(30))))
        await settle(pilot, pane)
        pane.focus()
        await pilot.pause()
        await pilot.press("3")
        assert pane.targets == ("t2",)
        await pilot.press("end", "1")
        assert pane.targets == ("t25",)


@in_loop
async def test_a_second_click_opens_the_task() -> None:
    pane = TaskTable()
    app = BoardStage(pane)
    async with app.run_test(size=(80, 8)) as pilot:
        pane.show(THREE)
        await settle(pilot, pane)
        await pilot.click(pane, offset=(5, 1), times=2)
        assert app.asked == [("TaskOpened", "t2")]

"""Laws of the task board."""

from __future__ import annotations

from functools import reduce

from textual.content import Content

from pygent_engine.events import ApprovalAsked, CallStarted, Event, TaskCreated, TaskEnded, TaskStateChanged
from pygent_engine.task_values import TaskState
from pygent_engine.values import ApprovalRequest, Persona, ToolCall, Usage
from pygent_tui.views.board import EMPTY, Board, fold
from pygent_tui.widgets.task_table import TaskTable
from tests.support.envelopes import START, stream

from .stage import Stage, in_loop, screen_lines, settle

HOSTILE = "x\x1b]52;c;eA==\x07\x1b[2J\x9b31m\u202e[/][@click=app.betray]press[/]\ny"


def folded(*events: Event | tuple[str, Event], start: Board = EMPTY) -> Board:
    return reduce(fold, stream(events), start)


def created(task_id: str, title: str = "Write the docs") -> tuple[str, Event]:
    return task_id, TaskCreated(title, "prompt", None, "demo", "main", "local")


THREE = folded(
    created("t1"),
    created("t2", "Measure"),
    created("t3", "Check"),
    ("t1", TaskStateChanged(TaskState.running)),
    ("t1", CallStarted(ToolCall("c", "bash", "{}"), "make docs")),
    ("t2", TaskEnded(TaskState.failed, "failed: lost", "the container is gone", 1, Usage())),
)


class BoardStage(Stage):
    """A stage that notes what the board asks for."""

    def __init__(self, pane: TaskTable) -> None:
        super().__init__(pane)
        self.asked: list[tuple[str, str]] = []

    def on_task_table_selected(self, event: TaskTable.Selected) -> None:
        self.asked.append(("look", event.task_id))

    def on_task_table_cancel_asked(self, event: TaskTable.CancelAsked) -> None:
        self.asked.append(("cancel", event.task_id))


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
            "● running   t1 Write the docs          make docs                           1m05s",
            "✗ failed    t2 Measure                 the container is gone",
            "○ queued    t3 Check",
            "",
        ]
        await pilot.resize_terminal(41, 8)
        await settle(pilot, pane)
        assert screen_lines(pane)[:6] == [
            "● t1 Write the docs                1m05s",
            "  running · make docs",
            "✗ t2 Measure",
            "  failed · the container is gone",
            "○ t3 Check",
            "  queued",
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
        assert app.asked == [("look", "t3"), ("cancel", "t3"), ("look", "t1")]


@in_loop
async def test_a_click_puts_the_cursor_on_the_row() -> None:
    pane = TaskTable()
    app = BoardStage(pane)
    async with app.run_test(size=(80, 8)) as pilot:
        pane.show(THREE)
        await settle(pilot, pane)
        await pilot.click(pane, offset=(5, 2))
        await pilot.press("enter")
        assert app.asked == [("look", "t3")]


@in_loop
async def test_the_cursor_row_is_kept_in_view() -> None:
    pane = TaskTable()
    async with Stage(pane).run_test(size=(40, 6)) as pilot:
        pane.show(folded(*(created(f"t{number}") for number in range(30))))
        await settle(pilot, pane)
        pane.focus()
        await pilot.pause()
        await pilot.press("end")
        assert screen_lines(pane)[-2].startswith("○ t29")
        await pilot.press("home")
        assert screen_lines(pane)[0].startswith("○ t0 ")


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
        assert screen_lines(pane)[0].startswith("? needs you t1 ")
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
            tops.append(screen_lines(pane)[0].split("queued")[-1].split()[-4])
        assert tops == ["t19", "t19"]

"""Laws of the task board."""

from __future__ import annotations

import re

from pygent_engine.events import CallStarted, Event, TaskCreated, TaskEnded, TaskRemoved
from pygent_engine.task_values import TaskState
from pygent_engine.values import Persona, ToolCall, Usage
from pygent_tui.views.board import EMPTY
from tests.support.envelopes import START

from ..stage import in_loop, settle
from .showing import THREE, asking, created, folded, queued, showing

HOSTILE = "x\x1b]52;c;eA==\x07\x1b[2J\x9b31m\u202e[/][@click=app.betray]press[/]\ny"


@in_loop
async def test_hostile_text_in_any_field_reaches_no_line_and_triggers_nothing() -> None:
    events: list[Event | tuple[str, Event]] = [
        (HOSTILE, TaskCreated(HOSTILE, HOSTILE, Persona(HOSTILE), HOSTILE, "main", "local")),
        (HOSTILE, CallStarted(ToolCall("c", "bash", "{}"), HOSTILE)),
        (HOSTILE, TaskEnded(TaskState.failed, HOSTILE, HOSTILE, 1, Usage())),
    ]
    async with showing(EMPTY, 120, 10) as board:
        for width in (120, 50):
            await board.resize(width, 10)
            for end in (2, 3):
                await board.show(folded(*events[:end]))
                assert "".join(board.lines).isprintable()
                await board.pilot.click(board.pane, offset=(40, 0))
        assert not board.app.acted


@in_loop
async def test_keys_on_an_empty_board_ask_for_nothing() -> None:
    async with showing(EMPTY, 60) as board:
        await board.press("enter", "x", "j", "end", "pageup")
        assert (board.asked, board.lines[0]) == ([], " No delegated tasks yet.")


# ---------------------------------------------------------------- rows


@in_loop
async def test_a_wide_board_has_one_line_a_task_and_a_narrow_one_two() -> None:
    async with showing(THREE, 81) as board:
        board.pane.tick(START + 68.0)
        await settle(board.pilot, board.pane)
        assert board.lines[:4] == [
            "  ◌ stalled 63 s  t1 Write the docs      make docs        1m05s       LOCAL",
            "  ✗ failed        t2 Measure             the container…         1     LOCAL",
            "  ○ queued        t3 Check                                            LOCAL",
            "",
        ]
        await board.resize(41, 8)
        assert board.lines[:6] == [
            "  ◌ t1 Write the docs              1m05s",
            "    stalled 63 s · make docs",
            "  ✗ t2 Measure",
            "    failed · the container is gone",
            "  ○ t3 Check",
            "    queued",
        ]


@in_loop
async def test_a_task_that_asks_says_that_it_needs_the_user() -> None:
    async with showing(folded(asking("t1", "network"), start=THREE), 81) as board:
        assert board.lines[0].startswith("  ? needs you     t1 ")
        assert board.title == "Tasks · 1 needs you · 1 queued · 1 failed"


@in_loop
async def test_the_title_is_never_cut_within_a_word_and_says_what_matters_first() -> None:
    async with showing(folded(asking("t1"), start=THREE), 31, 10) as board:
        assert board.title == "Tasks · 1 needs you"


# ---------------------------------------------------------------- the cursor


@in_loop
async def test_the_cursor_stays_on_its_task_while_rows_change_and_keys_name_it() -> None:
    async with showing(THREE, 80) as board:
        await board.press("j", "down", "j")
        await board.show(folded(created("t4"), ("t1", TaskEnded(TaskState.finished, "finished", "", 1, Usage())), start=THREE))
        await board.press("enter", "x", "home", "enter", "k", "x")
        assert board.asked == [("TaskOpened", "t3"), ("CancelAsked", "t3"), ("TaskOpened", "t1")]


@in_loop
async def test_a_click_puts_the_cursor_on_the_row() -> None:
    async with showing(THREE, 80) as board:
        await board.click(2)
        await board.press("enter")
        assert board.asked == [("TaskOpened", "t3")]


@in_loop
async def test_a_second_click_opens_the_task() -> None:
    async with showing(THREE, 80) as board:
        await board.click(1, times=2)
        assert board.asked == [("TaskOpened", "t2")]


@in_loop
async def test_the_cursor_row_is_kept_in_view() -> None:
    async with showing(queued(30), 40, 6) as board:
        await board.press("end")
        assert board.lines[-2].startswith("  ○ t29")
        await board.press("home")
        assert board.lines[0].startswith("  ○ t0 ")


@in_loop
async def test_the_task_at_the_top_stays_there_when_tasks_need_two_lines() -> None:
    async with showing(queued(60), 80, 12) as board:
        await board.press(*["down"] * 30)
        tops = []
        for width in (40, 80):
            await board.resize(width, 12)
            tops.append(next(word for word in board.lines[0].split() if re.fullmatch(r"t\d+", word)))
        assert tops == ["t19", "t19"]


@in_loop
async def test_a_row_that_needs_the_user_goes_up_but_the_one_under_the_cursor_keeps_its_line() -> None:
    many = queued(40)
    async with showing(many, 90, 6) as board:
        await board.press(*["down"] * 9)
        line = next(place for place, text in enumerate(board.lines) if " t9 " in text)
        await board.show(folded(asking("t30"), asking("t9"), asking("t35"), start=many))
        assert " t9 " in board.lines[line]
        await board.press("enter", "home")
        assert board.asked == [("TaskOpened", "t9")]
        assert [text.split()[3] for text in board.lines[:3]] == ["t30", "t9", "t35"]


@in_loop
async def test_before_the_user_went_to_a_task_the_cursor_is_on_the_first_row() -> None:
    async with showing(EMPTY, 90, 6) as board:
        board.app.set_focus(None)
        await board.show(THREE)
        await board.show(folded(asking("t3"), start=THREE))
        assert board.pane.targets == ("t3",)


@in_loop
async def test_a_task_that_is_removed_leaves_the_cursor_on_the_line() -> None:
    async with showing(THREE) as board:
        await board.press("down", "space")
        await board.show(folded(("t2", TaskRemoved()), start=THREE))
        assert (board.pane.targets, board.pane.choice.marks) == (("t3",), frozenset())
        await board.show(EMPTY)
        await board.press("enter", "x", "asterisk", "space", "o", "c", "5")
        assert (board.asked, board.pane.targets) == ([], ())


@in_loop
async def test_digits_go_to_the_rows_that_are_seen() -> None:
    async with showing(queued(30), 90, 5) as board:
        await board.press("3")
        assert board.pane.targets == ("t2",)
        await board.press("end", "1")
        assert board.pane.targets == ("t25",)


# ---------------------------------------------------------------- marks, filter, order


@in_loop
async def test_marks_gather_the_tasks_that_a_key_is_for_and_only_those_it_can_be_done_with() -> None:
    async with showing(THREE) as board:
        await board.press("asterisk", "x", "r", "m", "enter")
        assert board.asked == [
            ("CancelAsked", "t1", "t3"),
            ("RetryAsked", "t2"),
            ("MessageAsked", "t1", "t2", "t3"),
            ("TaskOpened", "t1"),
        ]
        assert [line[0] for line in board.lines[:3]] == ["*", "*", "*"]
        await board.press("asterisk", "down", "space", "up", "x", "X")
        assert board.asked[4:] == [("RemoveAsked", "t2")]


@in_loop
async def test_a_filter_shows_what_fits_counts_it_and_goes_away_again() -> None:
    async with showing(THREE) as board:
        await board.press("slash", *"zzz")
        assert board.lines[0] == " No task has 'zzz' in it."
        await board.press("backspace", "backspace", "backspace", *"meas", "enter", "enter")
        assert (board.asked, board.rows) == ([("TaskOpened", "t2")], 1)
        assert board.title.endswith("“meas”: 1")
        await board.press("escape")
        assert board.rows == 3
        assert board.pane.current is not None and board.pane.current.id == "t2"


@in_loop
async def test_another_order_keeps_the_cursor_on_its_task() -> None:
    async with showing(THREE) as board:
        for _ in range(5):
            await board.press("o")
            assert board.pane.current is not None and board.pane.current.id == "t1"
        assert board.pane.choice.sort == "needs you"

"""Laws of the conversation pane."""

from __future__ import annotations

from time import process_time

import pytest

from pygent_engine.events import TextDelta, TurnStarted, Warned
from pygent_engine.values import INCOMPLETE
from pygent_tui.views.transcript import Transcript
from pygent_tui.widgets.conversation.conversation import Conversation

from ..stage import Stage, in_loop, settle
from .showing import HOSTILE, folded, hostile_session, numbered, reply, screen_lines


@pytest.mark.parametrize("keys", [(), ("o",), ("o", "d"), ("home", "enter")], ids=["folded", "opened", "beside", "one"])
@in_loop
async def test_hostile_text_in_any_field_reaches_no_line_and_triggers_nothing(keys: tuple[str, ...]) -> None:
    pane = Conversation()
    pane.welcome = (HOSTILE, HOSTILE)
    app = Stage(pane)
    async with app.run_test(size=(60, 90)) as pilot:
        await settle(pilot, pane)
        pane.show(hostile_session())
        await settle(pilot, pane)
        await pilot.press(*keys)
        lines = [pane.render_line(y) for y in range(pane.size.height)]
        assert "".join(line.text for line in lines).isprintable()
        assert not any(segment.control or (segment.style and segment.style.link) for line in lines for segment in line)
        pane.cursor.put(None)
        presses = [(line.text.index("press"), y) for y, line in enumerate(lines) if "press" in line.text]
        assert "[@click=app.betray]press[/]" in "".join(line.text for line in lines)
        for place in presses:
            await pilot.click(offset=pane.content_region.offset + place)
        assert presses and not app.acted


@in_loop
async def test_new_lines_do_not_move_the_page_while_the_user_reads_above() -> None:
    pane = Conversation()
    async with Stage(pane).run_test(size=(50, 12)) as pilot:
        state = folded(TurnStarted("go"), start=numbered(100))
        pane.show(state)
        await settle(pilot, pane)
        await pilot.press("pageup", "up")
        before = screen_lines(pane)
        for number in range(30):
            state = folded(TextDelta(f"# Heading {number}\n\ntext **bold**\n\n"), start=state)
            pane.show(state)
            pane.flush()
        pane.show(folded(reply(state.text.text), Warned("more"), start=state))
        await settle(pilot, pane)
        assert (screen_lines(pane), pane.following) == (before, False)
        await pilot.press("end")
        assert pane.following
        assert screen_lines(pane)[-1].endswith("more")


@in_loop
async def test_the_end_is_followed_again_when_the_user_scrolls_to_it() -> None:
    pane = Conversation()
    async with Stage(pane).run_test(size=(50, 12)) as pilot:
        pane.show(numbered(50))
        await settle(pilot, pane)
        await pilot.press("up", "up")
        assert not pane.following
        await pilot.press("down", "down")
        assert pane.following
        pane.show(numbered(60))
        await settle(pilot, pane)
        assert screen_lines(pane)[-1].endswith("note 59")


@in_loop
async def test_a_page_up_and_down_again_shows_the_same_though_heights_were_estimates() -> None:
    pane = Conversation()
    text = "A paragraph that is long enough to be wrapped many times over. " * 6 + "\n\n```py\nx = 1\n```\n\n- a\n- b\n\n"
    async with Stage(pane).run_test(size=(50, 15)) as pilot:
        pane.show(folded(*(reply(f"{number} {text}") for number in range(40))))
        await settle(pilot, pane)
        await pilot.press("pageup", "pageup")
        before = screen_lines(pane)
        for _ in range(6):
            await pilot.press("pageup")
        for _ in range(6):
            await pilot.press("pagedown")
        assert screen_lines(pane) == before


@in_loop
async def test_every_line_can_be_reached_by_scrolling_up() -> None:
    pane = Conversation()
    async with Stage(pane).run_test(size=(40, 10)) as pilot:
        words = " ".join(f"word{number}" for number in range(150))
        pane.show(folded(TurnStarted("first words"), reply(words), Warned("last")))
        await settle(pilot, pane)
        await pilot.press("home")
        lines = screen_lines(pane)
        assert lines[1:3] == ["┃ You", "┃ first words"]
        seen = set(" ".join(lines).split())
        while not pane.following:
            await pilot.press("down")
            seen |= set(screen_lines(pane)[-1].split())
        assert seen >= {f"word{number}" for number in range(150)}


@in_loop
async def test_a_new_width_wraps_anew_and_keeps_the_place() -> None:
    pane = Conversation()
    async with Stage(pane).run_test(size=(80, 12)) as pilot:
        pane.show(folded(*(TurnStarted(f"prompt {number} " + "long " * 30) for number in range(50))))
        await settle(pilot, pane)
        await pilot.press("home", *["pagedown"] * 5)
        first = next(line for line in screen_lines(pane) if "prompt" in line)
        await pilot.resize_terminal(40, 12)
        await settle(pilot, pane)
        assert any(first[:12] in line for line in screen_lines(pane))
        assert all(len(line) <= 40 for line in screen_lines(pane))


@pytest.mark.parametrize("size", [(20, 5), (3, 1), (1, 1)])
@in_loop
async def test_a_tiny_screen_is_survived(size: tuple[int, int]) -> None:
    pane = Conversation()
    async with Stage(pane).run_test(size=size) as pilot:
        pane.show(hostile_session())
        await settle(pilot, pane)
        await pilot.resize_terminal(80, 24)
        await settle(pilot, pane)
        assert screen_lines(pane)[-1] != ""


@in_loop
async def test_what_streamed_looks_the_same_when_it_is_complete() -> None:
    text = "# Title\n\nSome *words*:\n```python\ndef f(): return 1\n```\n1. one\n2. two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nEnd.\n"
    pane = Conversation()
    async with Stage(pane).run_test(size=(60, 40)) as pilot:
        state = folded(TurnStarted("go"))
        for start in range(0, len(text), 7):
            state = folded(TextDelta(text[start : start + 7]), start=state)
            pane.show(state)
            pane.flush()
        await settle(pilot, pane)
        live = screen_lines(pane)
        pane.show(folded(reply(text), start=state))
        await settle(pilot, pane)
        assert screen_lines(pane) == live
        assert "│ Title" in live and "│  def f(): return 1" in live


@in_loop
async def test_a_reply_that_is_not_whole_says_so() -> None:
    pane = Conversation()
    async with Stage(pane).run_test(size=(60, 10)) as pilot:
        pane.show(folded(reply("half", INCOMPLETE)))
        await settle(pilot, pane)
        assert screen_lines(pane)[:4] == ["", "│ Pygent", "│ half", "│ ! The reply broke off; it is not complete."]


@in_loop
async def test_the_welcome_stands_until_something_is_said() -> None:
    pane = Conversation()
    async with Stage(pane).run_test(size=(40, 10)) as pilot:
        pane.welcome = ("Hello", "Type something.")
        await settle(pilot, pane)
        assert screen_lines(pane)[1:3] == ["  Hello", "  Type something."]
        pane.show(folded(TurnStarted("hi")))
        await settle(pilot, pane)
        assert screen_lines(pane)[:3] == ["", "┃ You", "┃ hi"]


@in_loop
async def test_another_transcript_replaces_the_one_shown() -> None:
    pane = Conversation()
    async with Stage(pane).run_test(size=(40, 10)) as pilot:
        pane.show(numbered(50))
        await settle(pilot, pane)
        pane.show(Transcript("t1", folded(TurnStarted("task")).entries))
        await settle(pilot, pane)
        assert screen_lines(pane)[:4] == ["", "┃ You", "┃ task", ""]


@in_loop
async def test_a_change_of_theme_keeps_the_text() -> None:
    pane = Conversation()
    app = Stage(pane)
    async with app.run_test(size=(40, 10)) as pilot:
        pane.show(folded(TurnStarted("go"), reply("**bold** `code`")))
        await settle(pilot, pane)
        before = screen_lines(pane)
        app.theme = "textual-light"
        await settle(pilot, pane)
        assert screen_lines(pane) == before


@in_loop
async def test_five_thousand_messages_are_shown_at_once_and_a_delta_costs_the_same() -> None:
    text = "# Title\n\nwords **bold** words " * 10 + "\n```py\nx = 1\n```\n"
    state = folded(*(reply(f"{number} {text}") for number in range(5_000)))
    pane = Conversation()
    async with Stage(pane).run_test(size=(100, 40)) as pilot:
        await settle(pilot, pane)
        began = process_time()
        pane.show(state)
        pane.flush()
        shown = process_time()
        for _ in range(20):
            state = folded(TextDelta("word "), start=state)
            pane.show(state)
            pane.flush()
        assert shown - began < 3.0
        assert (process_time() - shown) / 20 < 0.05


@in_loop
async def test_a_selection_is_seen_and_copied_without_the_gutter() -> None:
    pane = Conversation()
    app = Stage(pane)
    async with app.run_test(size=(40, 10)) as pilot:
        pane.show(folded(TurnStarted("first line\nsecond line\nthird line")))
        await settle(pilot, pane)
        await pilot.mouse_down(pane, offset=(8, 2))
        await pilot.hover(pane, offset=(7, 4))
        await pilot.mouse_up(pane, offset=(7, 4))
        assert app.screen.get_selected_text() == "line\nsecond line\nthird"
        selected = app.screen.get_component_rich_style("screen--selection").bgcolor
        marked = [segment.text for segment in pane.render_line(3) if segment.style and segment.style.bgcolor == selected]
        assert "".join(marked) == "┃ second line"

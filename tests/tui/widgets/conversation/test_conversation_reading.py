"""Laws of reading: whatever streams, opens, folds or is resized, the line under the eye stays where it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.pilot import Pilot

from pygent_engine.events import CallEnded, CallStarted, Event, FilesChanged, ReasoningDelta, ReplyCompleted, TextDelta, TurnStarted
from pygent_engine.values import FileDiff, Message, ToolCall, ToolResult
from pygent_tui.views.entries import Call, Permission, Prompt
from pygent_tui.views.entry_list import EntryList
from pygent_tui.views.transcript import EMPTY, Transcript, fold
from pygent_tui.widgets.conversation.column import Spot
from pygent_tui.widgets.conversation.conversation import Conversation
from tests.support.envelopes import stream

from ..stage import Stage, in_loop, screen_lines, settle

WORDS = "A paragraph that is long enough to be wrapped more than once on any screen of the test. "
DIFF = FileDiff("a.py", "modified", "@@ -1,3 +1,20 @@\n a\n-b\n" + "".join(f"+b{number}\n" for number in range(19)) + " c\n", 19, 1)


def turn(number: int) -> list[Event]:
    """A prompt, a reply with code, a command with much output, and a diff; each line names the turn."""
    text = f"reply {number} {WORDS}\n\n```py\nx = {number}\n```\n\n- item {number}\n"
    run, write = ToolCall(f"r{number}", "bash", '{"cmd": "make"}'), ToolCall(f"w{number}", "edit_file", '{"path": "a.py"}')
    output = "\n".join(f"line {number}.{line}" for line in range(30))
    return [
        TurnStarted(f"prompt {number}"),
        ReplyCompleted(Message("assistant", text, (run, write), f"thinking {number} {WORDS}", None, "stop"), None),
        CallStarted(run, f"make {number}"),
        CallEnded(ToolResult(run.id, output, exit_code=0)),
        CallStarted(write, f"a.py {number}"),
        FilesChanged(("a.py",), (DIFF,)),
        CallEnded(ToolResult(write.id, "Edited a.py.")),
    ]


def grown(state: Transcript, *events: Event) -> Transcript:
    for envelope in stream(events):
        state = fold(state, envelope)
    return state


def long(turns: int) -> Transcript:
    return grown(EMPTY, *(event for number in range(turns) for event in turn(number)))


@dataclass
class Reader:
    """Does one thing after the other to a pane; `cursor_row` is where the cursor's head is seen."""

    pane: Conversation
    pilot: Pilot[None]
    state: Transcript

    async def do(self, what: str) -> None:
        if what == "stream":
            self.state = grown(self.state, ReasoningDelta("hm "), TextDelta(f"more\n\n```py\n{WORDS}\n"))
        elif what == "complete":
            text = self.state.text.text + "end"
            self.state = grown(self.state, ReplyCompleted(Message("assistant", text, (), "hm", None, "stop"), None), *turn(900))
        elif what in ("80", "50"):
            await self.pilot.resize_terminal(int(what), 16)
        else:
            self.act(what)
        self.pane.show(self.state)
        self.pane.flush()

    def act(self, *keys: str) -> None:
        """What keys do; a key press itself takes its time (tests/tui/test_conversation_keys.py presses them)."""
        pane = self.pane
        does: dict[str, Callable[[], None]] = {
            "j": lambda: pane.action_move(1),
            "k": lambda: pane.action_move(-1),
            "enter": pane.action_open,
            "o": pane.action_open_all,
            "d": pane.action_diff_style,
            "home": pane.action_scroll_home,
            "pageup": pane.action_page_up,
        }
        for key in keys:
            does[key]()

    @property
    def marked(self) -> tuple[int, str] | None:
        """The row of the cursor's pointer, and the first words there."""
        lines = screen_lines(self.pane)
        return next(((row, line[2:].strip()[:14]) for row, line in enumerate(lines) if line[1:2] == "❯"), None)


async def reading(test: Callable[[Reader], object], width: int = 80) -> None:
    pane = Conversation()
    async with Stage(pane).run_test(size=(width, 16)) as pilot:
        reader = Reader(pane, pilot, long(12))
        pane.show(reader.state)
        await settle(pilot, pane)
        made = test(reader)
        assert made is not None
        await made  # type: ignore[misc]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(4, 25), st.lists(st.sampled_from(["stream", "complete"]), min_size=1, max_size=4))
def test_what_streams_and_completes_moves_nothing_that_is_read(up: int, steps: list[str]) -> None:
    @in_loop
    async def run() -> None:
        async def test(reader: Reader) -> None:
            reader.act("pageup", *["k"] * up)
            before = screen_lines(reader.pane)
            for step in steps:
                await reader.do(step)
            assert screen_lines(reader.pane) == before
            assert not reader.pane.following

        await reading(test)

    run()


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(2, 40), st.lists(st.sampled_from(["enter", "o", "d", "stream", "complete"]), min_size=1, max_size=7))
def test_the_head_under_the_cursor_stays_in_its_row_while_things_open_fold_and_stream(up: int, steps: list[str]) -> None:
    @in_loop
    async def run() -> None:
        async def test(reader: Reader) -> None:
            reader.act("home", *["j"] * up)
            before = reader.marked
            assert before is not None
            for step in steps:
                await reader.do(step)
                if before is not None and reader.pane.column.total - reader.pane.scroll_offset.y >= reader.pane.page.height:
                    shown = reader.marked
                    assert shown is not None and shown[1] == before[1], (step, before, shown)
                    assert shown[0] == before[0] or reader.pane.following, (step, before, shown)
                before = reader.marked

        await reading(test)

    run()


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(3, 12), st.lists(st.sampled_from(["80", "50", "stream"]), min_size=1, max_size=4))
def test_the_unit_at_the_top_stays_at_the_top_at_any_width(up: int, steps: list[str]) -> None:
    @in_loop
    async def run() -> None:
        async def test(reader: Reader) -> None:
            reader.act(*["pageup"] * up)
            column = reader.pane.column
            before = column.find(reader.pane.scroll_offset.y)
            for step in steps:
                await reader.do(step)
                after = column.find(reader.pane.scroll_offset.y)
                assert (after.item, after.unit) == (before.item, before.unit)

        await reading(test)

    run()


@in_loop
async def test_every_item_is_met_on_the_way_down_and_again_on_the_way_up() -> None:
    async def test(reader: Reader) -> None:
        ways: list[list[tuple[int, int]]] = []
        for first, key in (("home", "j"), ("", "k")):
            if first:
                reader.act(first)
            met: list[tuple[int, int]] = []
            for _ in range(200):
                reader.act(key)
                stop = reader.pane.cursor.stop
                assert stop is not None
                if not met or met[-1] != stop[:2]:
                    met.append(stop[:2])
            ways.append(met)
        assert ways[0] == sorted(ways[0]) and ways[1] == sorted(ways[1], reverse=True)
        assert {item for item, _ in ways[0]} >= set(range(2, 61))
        assert {item for item, _ in ways[1]} >= set(range(1, 60))

    await reading(test)


@in_loop
async def test_an_item_that_is_higher_than_the_page_is_scrolled_through() -> None:
    pane = Conversation()
    async with Stage(pane).run_test(size=(60, 12)) as pilot:
        words = " ".join(f"word{number}" for number in range(400))
        pane.show(grown(EMPTY, TurnStarted("go"), ReplyCompleted(Message("assistant", words), None), TurnStarted("next")))
        await settle(pilot, pane)
        pane.action_scroll_home()
        seen: set[str] = set()
        for _ in range(30):
            seen |= set(" ".join(screen_lines(pane)).split())
            pane.action_move(1)
        assert seen >= {f"word{number}" for number in range(400)}
        assert pane.following


ODD = [
    ("bash", '{"cmd": "make all"}', "make all", "make\n" * 8, ()),
    ("bash", json.dumps({"cmd": "make " * 60}), "make " * 39 + "…", "make " * 30, ()),
    ("edit_file", '{"path": "make.py", "old": "make", "new": "b"}', "Edit make.py", "Edited make.py.", (DIFF,)),
    ("list_tasks", "{}", "", "\n".join("make" if number % 100 == 0 else str(number) for number in range(600)), ()),
]


@pytest.mark.parametrize("size", [(34, 9), (150, 24)])
@pytest.mark.parametrize("query", ["make", "b1", "bash", "@@"])
def test_each_match_that_is_counted_is_shown_in_its_turn(query: str, size: tuple[int, int]) -> None:
    """Also of cards that tell a thing twice, in rows, cut, or side by side; going round tells how many there are."""

    @in_loop
    async def scenario() -> None:
        calls = (
            Call(str(number), name, summary, "ok", 0, result=result, arguments=arguments, diffs=diffs)
            for number, (name, arguments, summary, result, diffs) in enumerate(ODD)
        )
        pane = Conversation()
        async with Stage(pane).run_test(size=size) as pilot:
            pane.show(Transcript(entries=EntryList([Prompt("make it"), *calls, Permission("p", "bash", "make", "")])))
            await settle(pilot, pane)
            pane.find(query)
            for backwards in (False, True):
                while (found := pane.step(backwards)) is not None and found[0] != (1 if backwards else found[1]):
                    pass
            places = set[tuple[Spot, int]]()
            total = found[1] if found is not None else 0
            for _ in range(total):
                pane.step()
                places.update(strong(pane))
            assert (len(places), total > 0) == (total, query not in ("bash", "@@"))

    scenario()


def strong(pane: Conversation) -> list[tuple[Spot, int]]:
    """Where the match is drawn that is the current one: its line, and its cell; it is drawn once, on the page."""
    found: list[tuple[Spot, int]] = []
    for y in range(pane.size.height):
        at = 0
        for segment in pane.render_line(y):
            if segment.style is not None and segment.style.reverse and not found:
                found.append((pane.column.find(pane.scroll_offset.y + y), at))
            at += segment.cell_length
    assert len(found) == 1
    return found

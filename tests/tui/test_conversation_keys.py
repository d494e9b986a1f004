"""Pilot tests of the conversation's keys, in the real app."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from pygent_tui.views.copies import source
from pygent_tui.views.diffs import patch
from pygent_tui.views.entries import Call, Reply
from pygent_tui.widgets.conversation.conversation import Conversation
from pygent_tui.widgets.request import CopyAsked, OutputAsked, Request
from tests.scenes import scene
from tests.support.stage import Stage, play


def on(name: str, scenario: Callable[[Stage, Conversation], Awaitable[None]], size: tuple[int, int] = (120, 40)) -> None:
    """Play `scenario` on a scene, with the conversation in focus."""

    async def focused(stage: Stage) -> None:
        pane = stage.conductor.panes.conversation
        pane.focus()
        await stage.until(lambda: pane.cursor.stop)
        await scenario(stage, pane)

    play(scene(name), focused, size=size)


def shown(stage: Stage) -> str:
    return stage.text("#conversation")


def asked(stage: Stage, kind: type[Request]) -> list[Request]:
    """The requests of that kind that are posted from now on."""
    requests: list[Request] = []
    taken = stage.conductor._takers

    def take(request: Request, then: Callable[[Request], object] = taken[kind]) -> None:
        requests.append(request)
        then(request)

    taken[kind] = take
    return requests


@pytest.mark.uses("conversation.next", "conversation.previous", "conversation.open")
def test_the_cursor_goes_from_item_to_item_and_opens_the_one_it_is_on() -> None:
    async def scenario(stage: Stage, pane: Conversation) -> None:
        await stage.press("k")
        assert "┆❯± write_file" in shown(stage) and "7 more lines" in shown(stage)
        await stage.press("enter")
        assert "more lines" not in shown(stage)
        await stage.press("k", "space", "j", "enter")
        assert "7 more lines" in shown(stage)

    on("diffs", scenario)


@pytest.mark.uses("conversation.open-all")
def test_o_opens_everything_and_folds_it_again() -> None:
    async def scenario(stage: Stage, pane: Conversation) -> None:
        folded = shown(stage)
        assert "3 earlier lines" in folded
        await stage.press("o")
        assert "earlier lines" not in shown(stage)
        await stage.press("o")
        assert shown(stage) == folded

    on("cards", scenario)


@pytest.mark.uses("conversation.previous-prompt", "conversation.next-prompt")
def test_braces_go_from_prompt_to_prompt_and_then_to_the_end() -> None:
    async def scenario(stage: Stage, pane: Conversation) -> None:
        await stage.press("left_curly_bracket", "left_curly_bracket", "shift+up")
        assert "┃❯question 38" in shown(stage)
        await stage.press("right_curly_bracket")
        assert "┃❯question 39" in shown(stage)
        await stage.press("shift+down", "right_curly_bracket")
        assert "Answer 40" in shown(stage) and pane.following

    on("long", scenario, (80, 24))


@pytest.mark.uses("conversation.diff-style")
def test_d_shows_diffs_side_by_side_and_back() -> None:
    async def scenario(stage: Stage, pane: Conversation) -> None:
        below = shown(stage)
        await stage.press("d")
        beside = [line for line in shown(stage).split("\n") if "middle = len(values)" in line]
        assert len(beside) == 1 and "middle = len(ordered)" in beside[0]
        await stage.press("d")
        assert shown(stage) == below

    on("diffs", scenario, (160, 50))


@pytest.mark.uses("conversation.copy", "conversation.copy-inner")
def test_y_copies_the_source_of_what_the_cursor_is_on() -> None:
    async def scenario(stage: Stage, pane: Conversation) -> None:
        copies = asked(stage, CopyAsked)
        reply, call = (next(e for e in reversed(stage.state.transcript.entries) if isinstance(e, kind)) for kind in (Reply, Call))
        assert isinstance(reply, Reply) and isinstance(call, Call)
        code = reply.text.split("```python\n")[1].split("\n```")[0]
        await stage.press("y", "Y", "j", "y")  # the reply's code is its own stop, below its head
        await stage.press("k", "k", "y", "Y", "k", "k", "y")
        await stage.until(lambda: len(copies) == 6)
        got = [(copy.text, copy.what) for copy in copies if isinstance(copy, CopyAsked)]
        assert got == [
            (reply.text, "the reply"),
            (code, "the code block"),
            (code, "the code block"),
            ("python -m pytest -q tests/test_stats.py", "the command"),
            (call.result, "the output"),
            ("the tests of stats.py fail, please find out why and mend it", "the prompt"),
        ]

    on("answer", scenario)


def test_a_diff_is_copied_as_a_patch() -> None:
    async def scenario(stage: Stage, pane: Conversation) -> None:
        copies = asked(stage, CopyAsked)
        await stage.press("k", "y")
        await stage.until(lambda: copies)
        (entry,) = [e for e in stage.state.transcript.entries if isinstance(e, Call) and e.call_id == "c2"]
        assert [(copy.text, copy.what) for copy in copies if isinstance(copy, CopyAsked)] == [(patch(entry.diffs[0]), "the diff")]
        assert patch(entry.diffs[0]).startswith("--- /dev/null\n+++ b/tests/test_stats.py\n@@ -0,0 +1,19 @@\n+from stats")

    on("diffs", scenario)


@pytest.mark.uses("conversation.output")
def test_v_shows_the_output_of_the_call_in_its_pane() -> None:
    async def scenario(stage: Stage, pane: Conversation) -> None:
        asks = asked(stage, OutputAsked)
        await stage.press("k", "v")
        await stage.until(lambda: asks)
        assert [ask.call_id for ask in asks if isinstance(ask, OutputAsked)] == ["c1"]

    on("answer", scenario)


def test_v_on_what_printed_nothing_says_so() -> None:
    async def scenario(stage: Stage, pane: Conversation) -> None:
        await stage.press("v")
        await stage.until(lambda: stage.told)
        assert [notice.partition(":")[0] for notice in stage.told] == ["There is no output of that to show"]

    on("answer", scenario)


def test_a_prompt_that_is_sent_is_seen_whatever_was_read() -> None:
    async def scenario(stage: Stage, pane: Conversation) -> None:
        for words in ("one more", "!date"):
            await stage.press("g")
            assert not pane.following
            stage.bench.composer.focus()
            await stage.press(*words, "enter")
            await stage.until(lambda: pane.following)
            pane.focus()

    on("answer", scenario, size=(60, 12))


def test_a_prompt_that_waits_its_turn_moves_nothing() -> None:
    async def scenario(stage: Stage, pane: Conversation) -> None:
        await stage.press("g")
        stage.bench.composer.focus()
        await stage.press(*"later", "enter")
        await stage.until(lambda: stage.ops)
        assert (pane.following, pane.scroll_offset.y) == (False, 0)

    on("running", scenario, size=(60, 12))


def test_a_click_on_the_head_of_a_card_opens_it_and_one_below_only_goes_there() -> None:
    async def scenario(stage: Stage, pane: Conversation) -> None:
        rows = shown(stage).split("\n")
        head = next(y for y, line in enumerate(rows) if "write_file" in line)
        await stage.pilot.click(pane, offset=(20, head + 2))
        assert "┆❯± write_file" in shown(stage) and "7 more lines" in shown(stage)
        await stage.pilot.click(pane, offset=(20, head))
        await stage.until(lambda: "more lines" not in shown(stage))

    on("diffs", scenario)


@pytest.mark.uses("pane.search", "pane.search-next", "pane.search-previous")
def test_a_match_in_a_folded_card_opens_it_as_long_as_it_is_the_current_one() -> None:
    async def scenario(stage: Stage, pane: Conversation) -> None:
        assert "test_a.py" not in shown(stage)
        await stage.press("home", "slash", *"test_a", "enter")
        assert "1 found" in shown(stage) and "tests/test_a.py ...." in shown(stage)
        await stage.press("slash", *["backspace"] * 6, *"warning", "enter")
        assert "test_a.py" not in shown(stage)
        await stage.press("slash", *["backspace"] * 7, *"slow", "enter")
        total = sum(source(entry).lower().count("slow") for entry in stage.state.transcript.entries)
        await stage.press("n")
        assert f"2 of {total}" in shown(stage)
        await stage.press("N", "N")
        assert f"{total} of {total}" in shown(stage)

    on("cards", scenario)

"""Laws of what stands in the conversation beside prose: calls, diffs, how turns ended."""

from __future__ import annotations

from pygent_engine.events import ApprovalAsked, ApprovalSettled, CallEnded, CallStarted, FilesChanged, RetryScheduled, TurnEnded
from pygent_engine.values import NEVER_ANSWERED, ApprovalRequest, FileDiff, ToolCall, ToolResult, Usage
from pygent_tui.widgets.conversation.conversation import Conversation
from tests.support.envelopes import START

from ..stage import Stage, in_loop, settle
from .showing import folded, screen_lines


@in_loop
async def test_a_card_shows_the_end_of_a_failure_and_unfolds() -> None:
    pane = Conversation()
    content = "\n".join(f"line {number}" for number in range(10))
    async with Stage(pane).run_test(size=(60, 20)) as pilot:
        pane.show(folded(CallStarted(ToolCall("c", "bash", "{}"), "make"), CallEnded(ToolResult("c", content, "ok", 2, 1.5))))
        await settle(pilot, pane)
        folded_lines = screen_lines(pane)
        assert folded_lines[2].split() == ["┆", "$", "make", "✗", "exit", "2", "1.5", "s"]
        assert folded_lines[3:8] == ["┆   … 6 earlier lines · Enter opens", *(f"┆   line {number}" for number in range(6, 10))]
        await pilot.press("o")
        assert [line for line in screen_lines(pane) if "line" in line] == [f"┆   line {number}" for number in range(10)]


@in_loop
async def test_an_opened_card_that_cannot_show_all_names_the_way_to_the_rest() -> None:
    pane = Conversation()
    content = "\n".join(f"line {number}" for number in range(600))
    async with Stage(pane).run_test(size=(60, 20)) as pilot:
        pane.show(folded(CallStarted(ToolCall("c", "bash", "{}"), "make"), CallEnded(ToolResult("c", content, "ok", 0))))
        await settle(pilot, pane)
        await pilot.press("o", "end")
        assert "┆   … 200 more lines · v shows the output" in screen_lines(pane)


@in_loop
async def test_a_card_hides_no_single_line() -> None:
    pane = Conversation()
    async with Stage(pane).run_test(size=(60, 20)) as pilot:
        pane.show(folded(CallStarted(ToolCall("c", "bash", "{}"), "make"), CallEnded(ToolResult("c", "1\n2\n3\n4\n5", "ok", 0))))
        await settle(pilot, pane)
        assert screen_lines(pane)[3:9] == ["┆   1", "┆   2", "┆   3", "┆   4", "┆   5", ""]


@in_loop
async def test_a_card_shows_the_whole_sentence_on_why_a_call_did_not_run() -> None:
    pane = Conversation()
    sentence = "Docker image some/image is not here; run: docker pull some/image (or choose the local runtime with --no-docker)"
    async with Stage(pane).run_test(size=(60, 20)) as pilot:
        pane.show(folded(CallStarted(ToolCall("c", "bash", "{}"), "make"), CallEnded(ToolResult("c", sentence, "error"))))
        await settle(pilot, pane)
        shown = [line for line in screen_lines(pane)[3:] if line.startswith("┆   ")]
        assert " ".join(line.removeprefix("┆   ").strip() for line in shown) == sentence


@in_loop
async def test_a_running_call_shows_its_seconds_and_an_opened_one_its_exact_arguments() -> None:
    pane = Conversation()
    async with Stage(pane).run_test(size=(60, 20)) as pilot:
        call = ToolCall("c", "bash", '{"cmd": "make \\\\\\n  all\\u001b[2J", "network": true}')
        state = folded(CallStarted(call, "make all"))
        pane.show(state)
        await settle(pilot, pane)
        assert screen_lines(pane)[2].split() == ["┆", "$", "make", "all", "●", "running"]
        pane.tick(START + 63)
        await settle(pilot, pane)
        assert screen_lines(pane)[2].split()[-3:] == ["running", "63", "s"]
        await pilot.press("enter")
        assert screen_lines(pane)[3:6] == ["┆   make \\", "┆     all␛[2J", "┆   network: true"]


@in_loop
async def test_what_the_user_runs_has_their_gutter_and_sign_and_what_was_denied_their_reason() -> None:
    pane = Conversation()
    async with Stage(pane).run_test(size=(60, 20)) as pilot:
        asked = ApprovalRequest("d", "main", "bash", "{}", "rm x", "it runs here")
        pane.show(
            folded(
                CallStarted(ToolCall("u", "bash", "{}"), "ls", by="user"),
                CallEnded(ToolResult("u", "a.txt", exit_code=0)),
                ApprovalAsked(asked),
                ApprovalSettled("d", "deny", "not that file"),
                CallEnded(ToolResult("d", "no", "denied")),
            )
        )
        await settle(pilot, pane)
        lines = [" ".join(line.split()) for line in screen_lines(pane)[1:8]]
        assert lines == ["┃ You", "┃ ! ls ✓", "┃ a.txt", "", "│ Pygent", "┆ $ rm x ✗ denied", "┃ you: not that file"]


@in_loop
async def test_a_call_that_was_withdrawn_is_not_said_to_be_denied_by_the_user() -> None:
    pane = Conversation()
    async with Stage(pane).run_test(size=(60, 20)) as pilot:
        asked = ApprovalRequest("d", "main", "bash", "{}", "rm x", "it runs here")
        pane.show(folded(ApprovalAsked(asked), ApprovalSettled("d", "deny", NEVER_ANSWERED), CallEnded(ToolResult("d", "no", "denied"))))
        await settle(pilot, pane)
        lines = [" ".join(line.split()) for line in screen_lines(pane)[2:4]]
        assert lines == ["┆ $ rm x ✗ denied", f"┆ {NEVER_ANSWERED}"]


@in_loop
async def test_what_a_diff_shows_is_not_said_again() -> None:
    pane = Conversation()
    async with Stage(pane).run_test(size=(60, 20)) as pilot:
        write = ToolCall("w", "write_file", '{"path": "a.py", "content": "x = 1"}')
        diff = FileDiff("a.py", "added", "@@ -0,0 +1,1 @@\n+x = 1\n", 1, 0)
        pane.show(
            folded(CallStarted(write, "a.py (1 line)"), FilesChanged(("a.py",), (diff,)), CallEnded(ToolResult("w", "Wrote 5 bytes")))
        )
        await settle(pilot, pane)
        lines = [" ".join(line.split()) for line in screen_lines(pane)[2:6]]
        assert lines == ["┆ ± write_file a.py +1 −0 ✓", "┆ 1 + x = 1", "", ""]


@in_loop
async def test_how_a_turn_ended_is_said_once() -> None:
    for reason, said in (("", "■ Interrupted."), ("Interrupted.", "■ Interrupted."), ("Shutting down.", "■ Interrupted: Shutting down.")):
        pane = Conversation()
        async with Stage(pane).run_test(size=(60, 8)) as pilot:
            pane.show(folded(TurnEnded("interrupted", 1, Usage(), reason)))
            await settle(pilot, pane)
            assert said in screen_lines(pane)


@in_loop
async def test_the_countdown_runs_with_the_clock_that_it_is_given() -> None:
    pane = Conversation()
    async with Stage(pane).run_test(size=(80, 10)) as pilot:
        pane.show(folded(RetryScheduled(5.0, "429", 1)))
        for now, seconds in ((START + 1.0, 4), (START + 4.0, 1)):
            pane.tick(now)
            await settle(pilot, pane)
            assert f"asked again in {seconds} s" in screen_lines(pane)[1]

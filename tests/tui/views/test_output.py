"""Laws of the live output as a fold over envelopes."""

from __future__ import annotations

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from pygent_engine.events import CallEnded, CallStarted, Event, OutputDelta
from pygent_engine.values import ToolCall, ToolResult
from pygent_tui.views import output
from pygent_tui.views.output import EMPTY, MAX_CALLS, MAX_CHARS, MAX_LINE, MAX_LINES, Buffer, Chunk, Outputs, append, fold, select
from tests.support.envelopes import START, stream


def begun(call_id: str = "c", name: str = "bash") -> CallStarted:
    return CallStarted(ToolCall(call_id, name, "{}"), f"run {call_id}")


def ended(call_id: str = "c") -> CallEnded:
    return CallEnded(ToolResult(call_id, "", "ok", 0, 1.0))


def folded(*events: Event | tuple[str, Event]) -> Outputs:
    return reduce(fold, stream(events), EMPTY)


def shown(*pieces: str) -> str:
    buffer = Buffer("c", "main", "bash", "run", START)
    for piece in pieces:
        buffer = append(buffer, piece)
    return buffer.text


# ------------------------------------------------------------ what goes wrong


def test_output_of_an_unknown_call_is_ignored() -> None:
    assert folded(OutputDelta("nobody", "x"), ended("nobody")) is EMPTY


def test_what_was_skipped_is_stated_on_its_own_line() -> None:
    state = folded(begun(), OutputDelta("c", "half a li"), OutputDelta("c", "after\n", skipped=12_345))
    assert state.buffers[0].chunks == (
        Chunk("half a li\n", 1),
        Chunk("… 12,345 characters skipped …\n", 1, note=True, resets=True),
        Chunk("after\n", 1),
    )


def test_memory_is_bounded_under_endless_lines_and_the_newest_are_kept() -> None:
    state = folded(begun())
    for number in range(40):
        lines = "".join(f"{number} {line}\n" for line in range(1_000))
        state = fold(state, stream([OutputDelta("c", lines)])[0])
    buffer = state.buffers[0]
    assert MAX_LINES <= buffer.lines < 2 * MAX_LINES
    assert buffer.lines + buffer.dropped == 40_000
    assert buffer.text.endswith("39 999\n")
    assert buffer.lines == buffer.text.count("\n") and buffer.chars == len(buffer.text)


def test_memory_is_bounded_without_a_single_newline() -> None:
    state = folded(begun())
    for _ in range(30):
        state = fold(state, stream([OutputDelta("c", "x" * 100_000)])[0])
    buffer = state.buffers[0]
    assert len(buffer.text) <= MAX_CHARS + 100_000
    assert max(map(len, buffer.text.split("\n"))) == MAX_LINE


def test_fifty_thousand_progress_frames_leave_the_last() -> None:
    assert shown("".join(f"\r{frame} %" for frame in range(50_000))) == "49999 %"


def test_a_line_end_of_windows_is_a_line_end() -> None:
    assert shown("a\r", "\nb\r\n") == "a\nb\n"


def test_a_rewritten_line_stays_until_new_text_replaces_it() -> None:
    assert shown("10 %\r") == "10 %\r"
    assert shown("10 %\r", "20 %\r", "done\nnext") == "done\nnext"


def test_old_calls_are_forgotten_but_never_a_running_or_selected_one() -> None:
    state = select(folded(begun("running"), begun("selected"), ended("selected")), "selected")
    for number in range(MAX_CALLS + 5):
        for envelope in stream([begun(f"c{number}"), ended(f"c{number}")]):
            state = fold(state, envelope)
    ids = [buffer.call_id for buffer in state.buffers]
    assert len(ids) == MAX_CALLS
    assert ids[:2] == ["running", "selected"] and ids[-1] == f"c{MAX_CALLS + 4}"


def test_a_silent_call_that_is_no_command_leaves_nothing() -> None:
    assert folded(begun("r", "read_file"), ended("r")).buffers == ()


# ------------------------------------------------------------ which one is shown


def test_the_newest_running_call_is_shown_the_root_agents_first() -> None:
    state = folded(begun("c1"), ("t1", begun("c2")))
    assert state.current is not None and state.current.call_id == "c1"
    after = fold(state, stream([ended("c1")])[0])
    assert after.current is not None and (after.current.call_id, after.current.task_id) == ("c2", "t1")


def test_a_selected_call_is_shown_until_it_is_let_go() -> None:
    state = folded(begun("c1"), ended("c1"), begun("c2"))
    chosen = select(state, "c1").current
    assert chosen is not None and chosen.call_id == "c1"
    following = select(select(state, "c1"), None).current
    assert following is not None and following.call_id == "c2"


def test_a_call_that_ended_keeps_its_result() -> None:
    assert folded(begun(), OutputDelta("c", "hi\n"), ended()).current == Buffer(
        "c", "main", "bash", "run c", START, (Chunk("hi\n", 1),), lines=1, chars=3, result=ToolResult("c", "", "ok", 0, 1.0)
    )


# ------------------------------------------------------------ splits

texts = st.text(alphabet="ab\r\n", max_size=40)


@given(st.lists(texts, max_size=6))
def test_output_is_the_same_at_any_split(pieces: list[str]) -> None:
    assert shown(*pieces) == shown("".join(pieces))


@given(st.text(alphabet="a\r\n", max_size=60), st.integers(0, 60), st.integers(1, 7))
def test_long_lines_break_at_the_same_place_at_any_split(text: str, cut: int, limit: int) -> None:
    whole = output.broken(text, limit)
    assert output.broken(output.broken(text[:cut], limit) + text[cut:], limit) == whole
    assert all(len(line) <= limit for part in whole.split("\n") for line in part.split("\r"))

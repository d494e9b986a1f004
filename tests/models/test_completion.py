"""Bodies of completions: the same reply at any split of the bytes, and the habits of the hosts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent_engine.models.chunks import HostError, NotACompletion
from pygent_engine.models.completion import CompletionReader, joined
from pygent_engine.models.reply import ReplyBuilder
from pygent_engine.values import Delta, Message, ToolCall, Usage
from tests.models.test_sse import pieces_of
from tests.support.sse_server import DONE, call_chunks, chunk, event, finish, text_chunks, usage


def deltas_of(*pieces: bytes) -> list[Delta]:
    reader = CompletionReader()
    deltas = [delta for piece in pieces for delta in reader.feed(piece)]
    return [*deltas, *reader.end()]


def message_of(*pieces: bytes) -> Message:
    builder = ReplyBuilder()
    for delta in deltas_of(*pieces):
        builder.add(delta)
    return builder.message()


CALLS = st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=8), max_size=2), max_size=4)


@given(st.text(max_size=30), CALLS, st.data(), st.lists(st.integers(0, 99999), max_size=12))
def test_a_reply_is_the_same_at_any_split_and_any_interleaving(
    text: str, calls: list[dict[str, str]], data: st.DataObject, cuts: list[int]
) -> None:
    streams = [call_chunks("tool", arguments, call_id=f"c{at}", index=at, size=3) for at, arguments in enumerate(calls)]
    made: list[bytes] = [] if not text else text_chunks(text, 2)
    while any(streams):
        at = data.draw(st.sampled_from([at for at, stream in enumerate(streams) if stream]))
        made.append(streams[at].pop(0))
    body = b"".join([*made, finish("tool_calls"), usage(1, 2), DONE])
    expected = [ToolCall(f"c{at}", "tool", json.dumps(arguments)) for at, arguments in enumerate(calls)]
    assert message_of(*pieces_of(body, cuts)) == Message("assistant", text or None, expected, usage=Usage(1, 2), finish_reason="tool_calls")


@given(st.lists(st.integers(0, 9999)))
def test_a_reply_in_one_piece_is_the_same_at_any_split(cuts: list[int]) -> None:
    body = json.dumps({"choices": [{"message": {"content": "grüße"}, "finish_reason": "stop"}]}, ensure_ascii=False).encode()
    assert message_of(*pieces_of(body, cuts)) == Message("assistant", "grüße", finish_reason="stop")


def call(**fields: Any) -> bytes:
    return chunk({"tool_calls": [fields]})


@pytest.mark.parametrize(
    ("pieces", "calls"),
    [
        ([call(id="a", function={"name": "f", "arguments": "{}"}), call(id="b", function={"name": "g", "arguments": "{}"})], ["f", "g"]),
        ([call(index=0, id="a", function={"name": "f"}), call(index=0, function={"arguments": "{}"})], ["f"]),
        ([call(index=0, id="", function={"name": "f"}), call(index=0, id="a", function={"arguments": "{}"})], ["f"]),
        ([call(index=5, id="a", function={"name": "f", "arguments": {}})], ["f"]),
        ([chunk({"function_call": {"name": "f"}}), chunk({"function_call": {"arguments": "{}"}})], ["f"]),
        ([chunk({"tool_calls": None, "function_call": None})], []),
    ],
    ids=["no-index", "by-index", "late-id", "gap", "legacy", "nulls"],
)
def test_the_pieces_of_a_call_find_together(pieces: list[bytes], calls: list[str]) -> None:
    message = message_of(*pieces, finish("tool_calls"), DONE)
    assert [(made.name, made.arguments) for made in message.tool_calls] == [(name, "{}") for name in calls]


def test_a_character_cut_between_its_two_escapes_arrives_whole() -> None:
    halves = [b'data: {"choices": [{"index": 0, "delta": {"content": "%s"}}]}\n\n' % half for half in (rb"a\ud83d", rb"\ude00b")]
    assert deltas_of(*halves, DONE) == [Delta(text="a"), Delta(text="😀b"), Delta(finish_reason="stop")]


def test_other_choices_and_what_follows_done_are_left_out() -> None:
    other = event({"choices": [{"index": 1, "delta": {"content": "other"}}]})
    assert deltas_of(*text_chunks("mine"), other, DONE + text_chunks("late")[0]) == [Delta(text="mine"), Delta(finish_reason="stop")]


def test_an_error_object_is_handed_on() -> None:
    with pytest.raises(HostError):
        deltas_of(event({"object": "error", "message": "no such model"}))
    with pytest.raises(HostError):
        deltas_of(json.dumps({"error": {"message": "no"}}).encode())


@pytest.mark.parametrize("body", [b"", b": ping\n\n", b"data: {", b"\n\n"])
def test_a_stream_that_was_cut_before_its_first_event_is_only_incomplete(body: bytes) -> None:
    assert deltas_of(body) == []


@pytest.mark.parametrize("body", [b"<html>", b"hello", b"data: 42\n\n", b"data: \n\n", b'data: {"choices": {}}\n\n', b"[" * 100_000])
def test_what_is_something_else_is_refused(body: bytes) -> None:
    with pytest.raises(NotACompletion):
        deltas_of(body)
    with pytest.raises(NotACompletion):
        deltas_of(b"data: " + b"[" * 100_000 + b"\n\n")


def test_what_came_at_once_is_one_piece_a_kind_and_comes_before_the_error_after_it() -> None:
    def came() -> Iterator[Delta]:
        yield from (Delta(reasoning="a"), Delta(reasoning="b"), Delta(text="c"), Delta(text="d"), Delta(finish_reason="stop"))
        yield from (Delta(text="e"), Delta(text="f"))
        raise HostError({"message": "full"})

    handed_on = list[Delta]()
    with pytest.raises(HostError):
        for delta in joined(came()):
            handed_on.append(delta)
    assert handed_on == [Delta(reasoning="ab"), Delta(text="cd"), Delta(finish_reason="stop"), Delta(text="ef")]

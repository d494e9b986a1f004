"""Replies: how deltas become a message, what counts as one, and what may be acted on."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent_engine.errors import ModelError
from pygent_engine.models.reply import ReplyBuilder, mend, message_from, message_to_dict
from pygent_engine.values import INCOMPLETE, INTERRUPTED, Delta, JsonDict, Message, ToolCall, Usage

LS = ToolCall("call_1", "bash", '{"cmd": "ls"}')
LS_DICT: JsonDict = {"id": "call_1", "type": "function", "function": {"name": "bash", "arguments": '{"cmd": "ls"}'}}


def built(*deltas: Delta, interrupted: bool = False) -> Message:
    builder = ReplyBuilder()
    for delta in deltas:
        builder.add(delta)
    return builder.message(interrupted=interrupted)


LS_DELTAS = (Delta(call_index=0, call_id="call_1", call_name="bash"), Delta(call_index=0, call_arguments='{"cmd": "ls"}'))


def test_pieces_of_text_reasoning_and_usage_become_one_message() -> None:
    deltas = [Delta(reasoning="hm"), Delta(text="a"), Delta(reasoning="m"), Delta(text="b", usage=Usage(1, 1)), Delta(usage=Usage(3, 4))]
    assert built(*deltas, Delta(finish_reason="stop")) == Message("assistant", "ab", (), "hmm", Usage(3, 4), "stop")


def test_interleaved_calls_are_kept_apart_and_in_the_order_of_their_index() -> None:
    deltas = [
        Delta(call_index=1, call_id="b", call_name="two", call_arguments="{"),
        Delta(call_index=0, call_id="a", call_name="one", call_arguments="["),
        Delta(call_index=1, call_arguments="}"),
        Delta(call_index=0, call_id="a", call_name="one", call_arguments="]"),
        Delta(finish_reason="tool_calls"),
    ]
    assert built(*deltas).tool_calls == (ToolCall("a", "one", "[]"), ToolCall("b", "two", "{}"))


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_a_reply_that_was_cut_says_so_and_has_no_calls(reason: str) -> None:
    assert built(Delta(text="so"), *LS_DELTAS, Delta(finish_reason=reason)) == Message("assistant", "so", finish_reason=reason)


def test_a_reply_without_a_terminal_signal_is_incomplete_and_has_no_calls() -> None:
    assert built(Delta(text="so"), *LS_DELTAS) == Message("assistant", "so", finish_reason=INCOMPLETE)


def test_an_interrupted_reply_is_marked_and_has_no_calls() -> None:
    assert built(*LS_DELTAS, Delta(finish_reason="stop"), interrupted=True) == Message("assistant", finish_reason=INTERRUPTED)


def test_a_call_without_a_name_makes_the_reply_incomplete() -> None:
    nameless = Delta(call_index=1, call_id="call_2", call_arguments="{}")
    assert built(*LS_DELTAS, nameless, Delta(finish_reason="tool_calls")) == Message("assistant", finish_reason=INCOMPLETE)


def test_calls_of_one_reply_have_distinct_ids() -> None:
    calls = [Delta(call_index=at, call_id=call_id, call_name="bash") for at, call_id in enumerate(["", "x", "x", ""])]
    ids = [call.id for call in built(*calls, Delta(finish_reason="stop")).tool_calls]
    assert ids[1] == "x"
    assert all(ids)
    assert len(set(ids)) == 4


@given(st.text(st.characters(exclude_categories=[])))
def test_mended_text_can_be_encoded_and_valid_text_is_left_alone(text: str) -> None:
    mended = mend(text)
    mended.encode()
    if not any("\ud800" <= character <= "\udfff" for character in text):
        assert mended == text


def test_surrogates_in_a_reply_are_joined_or_replaced() -> None:
    assert built(Delta(text="\ud83d"), Delta(text="\ude00 \ud83d"), Delta(finish_reason="stop")).content == "😀 \ufffd"


# ---------------------------------------------------------------- what chat may return


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Message("assistant", "hi"), Message("assistant", "hi", finish_reason="stop")),
        (Message("assistant", None, [LS]), Message("assistant", None, [LS], finish_reason="tool_calls")),
        (Message("assistant", None, [LS], finish_reason="length"), Message("assistant", finish_reason="length")),
        ({"role": "assistant", "content": "hi"}, Message("assistant", "hi", finish_reason="stop")),
        ({"content": "hi"}, Message("assistant", "hi", finish_reason="stop")),
        ({"role": None, "content": None, "tool_calls": [LS_DICT]}, Message("assistant", None, [LS], finish_reason="tool_calls")),
        ({"role": "assistant", "tool_calls": [LS]}, Message("assistant", None, [LS], finish_reason="tool_calls")),
        (
            {"role": "assistant", "content": [{"type": "text", "text": "a"}, "b", {"type": "image_url"}]},
            Message("assistant", "ab", finish_reason="stop"),
        ),
        (
            {"role": "assistant", "content": "x", "reasoning_content": "hm", "tool_calls": None},
            Message("assistant", "x", reasoning="hm", finish_reason="stop"),
        ),
        (
            {
                "choices": [{"message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 1, "completion_tokens": 2},
            },
            Message("assistant", "hi", usage=Usage(1, 2), finish_reason="stop"),
        ),
        (
            {"choices": [{"message": {"content": "hi", "tool_calls": [LS_DICT]}, "finish_reason": "length"}]},
            Message("assistant", "hi", finish_reason="length"),
        ),
    ],
)
def test_each_shape_of_a_reply_is_understood(reply: Message | JsonDict, message: Message) -> None:
    assert message_from(reply) == message


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ({"id": "c", "function": {"name": "f", "arguments": {"a": "ü"}}}, '{"a": "ü"}'),
        ({"id": "c", "function": {"name": "f", "arguments": None}}, "{}"),
        ({"id": "c", "function": {"name": "f"}}, "{}"),
        ({"id": "c", "function": {"name": "f", "arguments": "not json"}}, "not json"),
    ],
)
def test_arguments_reach_the_call_as_text(call: JsonDict, arguments: str) -> None:
    assert message_from({"tool_calls": [call]}).tool_calls == (ToolCall("c", "f", arguments),)


def test_a_message_of_a_model_may_hold_the_arguments_themselves() -> None:
    call = ToolCall("c", "f", cast(Any, {"a": 1}))
    assert message_from(Message("assistant", None, [call])).tool_calls == (ToolCall("c", "f", '{"a": 1}'),)


def test_the_legacy_call_counts_only_without_tool_calls() -> None:
    legacy = {"name": "old", "arguments": "{}"}
    [call] = message_from({"role": "assistant", "content": None, "function_call": legacy}).tool_calls
    assert (call.name, call.arguments, bool(call.id)) == ("old", "{}", True)
    assert message_from({"function_call": legacy, "tool_calls": [LS_DICT]}).tool_calls == (LS,)


@pytest.mark.parametrize(
    "reply",
    [
        None,
        "text",
        42,
        {},
        {"text": "hi"},
        {"choices": []},
        {"choices": [{}]},
        {"choices": None},
        {"role": "user", "content": "hi"},
        Message("user", "hi"),
        {"content": 42},
        {"content": None, "tool_calls": ["ls"]},
        {"tool_calls": [{"id": "x", "function": {"name": None}}]},
        {"content": "hi", "tool_calls": "ls"},
        {"content": "hi", "tool_calls": {"id": "x"}},
        Message("assistant", cast(Any, 42)),
        Message("assistant", None, cast(Any, ["ls"])),
    ],
)
def test_what_is_no_reply_is_refused_in_one_sentence(reply: Any) -> None:
    with pytest.raises(ModelError, match=r"^The model returned ") as caught:
        message_from(reply)
    assert not caught.value.transient


# ---------------------------------------------------------------- the history


@pytest.mark.parametrize(
    ("message", "entry"),
    [
        (Message("user", "hi"), {"role": "user", "content": "hi"}),
        (Message("assistant", "hi", (), "hm", Usage(1, 2), "stop"), {"role": "assistant", "content": "hi"}),
        (Message("assistant"), {"role": "assistant", "content": ""}),
        (Message("assistant", None, [LS]), {"role": "assistant", "content": None, "tool_calls": [LS_DICT]}),
        (Message("assistant", "so", [LS]), {"role": "assistant", "content": "so", "tool_calls": [LS_DICT]}),
    ],
)
def test_a_message_becomes_an_entry_of_the_history(message: Message, entry: JsonDict) -> None:
    assert message_to_dict(message) == entry


def test_an_entry_of_the_history_is_a_reply_again() -> None:
    message = Message("assistant", "so", [LS], finish_reason="tool_calls")
    assert message_from(message_to_dict(message)) == message

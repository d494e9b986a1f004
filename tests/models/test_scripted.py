"""ScriptedModel: what is written down is replayed, in order, whole or in pieces."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from pygent_engine.errors import ModelError
from pygent_engine.models.reply import ReplyBuilder
from pygent_engine.models.scripted import Reply, ScriptedModel
from pygent_engine.values import INCOMPLETE, Delta, Flag, JsonDict, Message, ToolCall, Usage

ASK: list[JsonDict] = [{"role": "user", "content": "hi"}]
LS = ToolCall("call_1", "bash", '{"cmd": "ls"}')
LS_DICT: JsonDict = {"id": "call_1", "type": "function", "function": {"name": "bash", "arguments": '{"cmd": "ls"}'}}
SHAPES: list[Reply] = [
    "text",
    Message("assistant", "so", [LS], "hm", Usage(1, 2), "tool_calls"),
    {"role": "assistant", "content": None, "tool_calls": [LS_DICT]},
    {"choices": [{"message": {"content": "hi"}, "finish_reason": "length"}]},
    [Delta(text="a"), Delta(text="b"), Delta(finish_reason="stop")],
    [Delta(text="cut")],
    lambda messages: f"you said {messages[-1]['content']}",
]
MESSAGES = [
    Message("assistant", "text", finish_reason="stop"),
    Message("assistant", "so", [LS], "hm", Usage(1, 2), "tool_calls"),
    Message("assistant", None, [LS], finish_reason="tool_calls"),
    Message("assistant", "hi", finish_reason="length"),
    Message("assistant", "ab", finish_reason="stop"),
    Message("assistant", "cut", finish_reason=INCOMPLETE),
    Message("assistant", "you said hi", finish_reason="stop"),
]


def streamed(model: ScriptedModel, cancel: Flag | None = None) -> list[Delta]:
    return list(model.stream(ASK, "a-model", [], cancel or threading.Event()))


def assembled(deltas: list[Delta]) -> Message:
    builder = ReplyBuilder()
    for delta in deltas:
        builder.add(delta)
    return builder.message()


def test_every_shape_of_a_reply_is_replayed_in_order() -> None:
    model = ScriptedModel(SHAPES)
    assert [model.chat(ASK, "a-model", []) for _ in SHAPES] == MESSAGES


@pytest.mark.parametrize("chunk", [None, 1, 3])
def test_a_stream_gives_the_same_replies(chunk: int | None) -> None:
    model = ScriptedModel(SHAPES, chunk=chunk)
    assert [assembled(streamed(model)) for _ in SHAPES] == MESSAGES


def test_text_is_streamed_in_pieces_of_the_size_asked_for() -> None:
    assert streamed(ScriptedModel(["abcde"], chunk=2)) == [Delta(text="ab"), Delta(text="cd"), Delta(text="e"), Delta(finish_reason="stop")]


def test_an_exception_is_raised_in_its_turn_also_within_a_stream() -> None:
    model = ScriptedModel([ModelError("one", transient=True), [Delta(text="a"), ValueError("two")], "three"])
    with pytest.raises(ModelError, match="one"):
        model.chat(ASK, "a-model", [])
    pieces: list[Delta] = []
    with pytest.raises(ValueError, match="two"):
        pieces.extend(model.stream(ASK, "a-model", [], threading.Event()))
    assert pieces == [Delta(text="a")]
    assert model.chat(ASK, "a-model", []).content == "three"


def test_running_out_is_an_error() -> None:
    with pytest.raises(ModelError, match="no more replies"):
        ScriptedModel([]).chat(ASK, "a-model", [])


def test_calls_keep_each_conversation_as_it_was() -> None:
    model = ScriptedModel(["a", "b"])
    history = list(ASK)
    model.chat(history, "a-model", [])
    history.append({"role": "assistant", "content": "a"})
    model.chat(history, "a-model", [])
    assert model.calls == [ASK, history]
    assert ScriptedModel(["a"], record=False).calls == []


def test_cancel_ends_a_slow_stream_at_once() -> None:
    cancel = threading.Event()
    stream = ScriptedModel(["abc"], chunk=1, delay_s=30).stream(ASK, "a-model", [], cancel)
    began = time.monotonic()
    threading.Timer(0.05, cancel.set).start()
    assert list(stream) == []
    assert time.monotonic() - began < 15


def test_threads_share_the_replies_without_losing_one() -> None:
    model = ScriptedModel([str(n) for n in range(400)])
    said: list[str | None] = []
    threads = [threading.Thread(target=lambda: said.extend(model.chat(ASK, "m", []).content for _ in range(50))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(map(str, said), key=int) == [str(n) for n in range(400)]
    assert len(model.calls) == 400


@pytest.mark.parametrize("lines", [False, True], ids=["list", "lines"])
def test_a_recording_is_replayed_from_a_file(tmp_path: Path, lines: bool) -> None:
    entries = [
        '"text\u2028with an odd separator"',
        '{"role": "assistant", "content": "hi"}',
        '{"deltas": [{"text": "a"}, {"finish_reason": "stop", "usage": {"input_tokens": 1}}]}',
        '{"error": "later", "transient": true}',
    ]
    path = tmp_path / "recording.json"
    path.write_text("\n".join(entries) + "\n" if lines else f"[{','.join(entries)}]", encoding="utf-8")
    model = ScriptedModel.from_file(path)
    assert [model.chat(ASK, "a-model", []) for _ in range(3)] == [
        Message("assistant", "text\u2028with an odd separator", finish_reason="stop"),
        Message("assistant", "hi", finish_reason="stop"),
        Message("assistant", "a", usage=Usage(1), finish_reason="stop"),
    ]
    with pytest.raises(ModelError, match="later") as caught:
        model.chat(ASK, "a-model", [])
    assert caught.value.transient


@pytest.mark.parametrize("content", [None, b"{not json", b"42", b'{"deltas": [{"nonsense": 1}]}', b"\xff\xfe"])
def test_a_recording_that_is_none_is_refused_in_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "recording.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError, match="cannot be replayed"):
        ScriptedModel.from_file(path)

"""The wire: every op and event survives it, one value is one line, and what is not of the vocabulary is refused."""

from __future__ import annotations

import json
from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent_engine.events import (
    AnswerApproval,
    CallEnded,
    Envelope,
    Event,
    Op,
    RetryScheduled,
    Shutdown,
    SubmitPrompt,
    TaskStateChanged,
    TextDelta,
)
from pygent_engine.task_values import TaskState
from pygent_engine.values import JsonDict, ToolResult
from pygent_engine.wire import decode_line, encode_line, envelope_from_dict, envelope_to_dict, op_from_dict, op_to_dict

FINITE = st.floats(allow_nan=False, allow_infinity=False)
SIMPLE: dict[Any, st.SearchStrategy[Any]] = {str: st.text(), int: st.integers(), float: FINITE, bool: st.booleans(), NoneType: st.none()}


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a type that the vocabulary uses."""
    if hint in SIMPLE:
        return SIMPLE[hint]
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    if get_origin(hint) is tuple:
        return st.lists(values_of(get_args(hint)[0]), max_size=3).map(tuple)
    if isinstance(hint, UnionType):
        return st.one_of([values_of(member) for member in get_args(hint)])
    if hint is TaskState:
        return st.sampled_from(TaskState)
    hints = get_type_hints(hint)
    return st.builds(hint, **{field.name: values_of(hints[field.name]) for field in fields(hint)})


ENVELOPES = st.builds(Envelope, seq=st.integers(0), at=FINITE, task_id=st.text(), event=values_of(Event))

HEAD: JsonDict = {"seq": 1, "at": 2.5, "task_id": "main"}


@given(ENVELOPES)
def test_every_envelope_survives_the_wire_as_one_line(envelope: Envelope) -> None:
    line = encode_line(envelope)
    assert (decode_line(line), decode_line(line.decode())) == (envelope, envelope)
    assert len(line.decode().splitlines()) == 1


@given(values_of(Op))
def test_every_op_survives_the_wire(op: Op) -> None:
    assert decode_line(encode_line(op)) == op
    assert op_from_dict(op_to_dict(op)) == op


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_no_event_has_a_field_that_the_envelope_needs(kind: type) -> None:
    assert not {"seq", "at", "task_id", "type"} & {field.name for field in fields(kind)}


def test_an_envelope_is_one_flat_object_with_its_event_s_fields() -> None:
    envelope = Envelope(7, 12.5, "t1", CallEnded(ToolResult("c1", "two\nlines", "error", 2, 0.5)))
    expected = {
        "seq": 7,
        "at": 12.5,
        "task_id": "t1",
        "type": "CallEnded",
        "result": {"call_id": "c1", "content": "two\nlines", "status": "error", "exit_code": 2, "duration_s": 0.5, "full_output": ""},
    }
    assert envelope_to_dict(envelope) == expected
    assert json.loads(encode_line(envelope)) == expected
    assert envelope_from_dict(expected) == envelope


def test_enumerations_travel_as_their_words() -> None:
    line = encode_line(Envelope(1, 0.0, "t1", TaskStateChanged(TaskState.running)))
    assert line.startswith(b'{"seq":1,"at":0.0,"task_id":"t1","type":"TaskStateChanged","state":"running","container":null,')


def test_readable_text_stays_readable_on_the_wire() -> None:
    assert "größer 漢字 😀".encode() in encode_line(SubmitPrompt("größer 漢字 😀"))


@pytest.mark.parametrize("odd", ["\ud800", "\udfff x", "\x9b2J", "\x1b]52;c;x\x07", "\u202e", "\u2028", "\x85", "\x7f", "\0"])
def test_odd_characters_are_escaped_and_survive(odd: str) -> None:
    line = encode_line(SubmitPrompt(odd))
    assert line.isascii() and line.rstrip(b"\n").decode().isprintable()
    assert decode_line(line) == SubmitPrompt(odd)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_does_not_have_is_refused_when_encoding(number: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        encode_line(Envelope(1, 1.0, "main", RetryScheduled(number, "busy", 1)))


def test_a_field_with_a_default_may_be_missing() -> None:
    assert op_from_dict({"type": "AnswerApproval", "call_id": "c1", "decision": "deny"}) == AnswerApproval("c1", "deny")
    assert decode_line(b'{"type":"Shutdown"}') == Shutdown()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("", "Expecting value"),
        ("[]", "op: not an object"),
        ('{"type":"Shutdown"', "delimiter"),
        ('{"seq":1,"at":NaN,"task_id":"main","type":"TextDelta","text":""}', "NaN is not a JSON number"),
        ('{"seq":1,"at":1e999,"task_id":"main","type":"TextDelta","text":""}', "envelope.at: not a number"),
        ("[" * 100_000, "nested too deeply"),
        (b"\xff", "utf-8"),
    ],
)
def test_a_line_that_is_no_value_is_refused(line: bytes | str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        decode_line(line)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (None, "envelope: not an object"),
        ({"seq": 1, "at": 2.5, "type": "TextDelta", "text": ""}, "missing field 'task_id'"),
        ({**HEAD, "text": ""}, "missing field 'type'"),
        ({**HEAD, "type": 5}, "type: not a text"),
        ({**HEAD, "type": "Nothing"}, "unknown type 'Nothing'"),
        ({**HEAD, "type": "SubmitPrompt", "text": ""}, "unknown type 'SubmitPrompt'"),
        ({**HEAD, "type": "TextDelta"}, "TextDelta: missing field 'text'"),
        ({**HEAD, "type": "TextDelta", "text": "", "colour": "red"}, "TextDelta: unknown field 'colour'"),
        ({**HEAD, "type": "TextDelta", "text": None}, "TextDelta.text: not a text"),
        ({**HEAD, "type": "StepStarted", "step": True}, "StepStarted.step: not a whole number"),
        ({**HEAD, "type": "StepStarted", "step": 1.0}, "StepStarted.step: not a whole number"),
        ({**HEAD, "type": "RetryScheduled", "delay_s": 10**400, "reason": "", "attempt": 1}, "delay_s: not a number"),
        ({**HEAD, "type": "FilesChanged", "paths": "a"}, "FilesChanged.paths: not a list"),
        ({**HEAD, "type": "FilesChanged", "paths": ["a", 1]}, r"FilesChanged.paths\[1\]: not a text"),
        ({**HEAD, "type": "TaskStateChanged", "state": "asleep"}, "TaskStateChanged.state: not one of queued"),
        ({**HEAD, "type": "ApprovalSettled", "call_id": "c", "decision": "maybe"}, "decision: not one of once, task, session, prefix"),
        ({**HEAD, "type": "ApprovalSettled", "call_id": "c", "decision": ["once"]}, "decision: not one of"),
        ({**HEAD, "type": "CallEnded", "result": {"content": ""}}, "CallEnded.result: missing field 'call_id'"),
        ({**HEAD, "seq": "1", "type": "TextDelta", "text": ""}, "envelope.seq: not a whole number"),
    ],
)
def test_what_is_not_of_the_vocabulary_is_refused_by_name(data: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        envelope_from_dict(data)


def test_decoding_leaves_the_given_object_as_it_was() -> None:
    data = {**HEAD, "type": "TextDelta", "text": "x"}
    assert envelope_from_dict(data) == Envelope(1, 2.5, "main", TextDelta("x"))
    assert data == {**HEAD, "type": "TextDelta", "text": "x"}

"""The values that rooms hand to each other: frozen, comparable, and safe to keep."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent_engine import events, ops, task_events, task_values, values
from pygent_engine.task_values import TaskState
from pygent_engine.values import Approval, Decision, Message, ToolCall, Usage

tokens = st.none() | st.integers(0, 10**12)
usages = st.builds(Usage, tokens, tokens)

VALUES = [
    kind
    for module in (values, task_values, events, ops, task_events)
    for _, kind in inspect.getmembers(module, inspect.isclass)
    if dataclasses.is_dataclass(kind) and kind.__module__ == module.__name__
]


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_every_value_is_frozen_slotted_and_explained(kind: type) -> None:
    assert "__slots__" in vars(kind)
    value: Any = object.__new__(kind)
    for name in ("of_its_own", *(field.name for field in dataclasses.fields(value))):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, name, None)
    assert kind.__doc__ and not kind.__doc__.startswith(f"{kind.__name__}(")  # dataclass writes such a one by itself


def test_a_message_takes_its_calls_from_any_iterable_and_keeps_them() -> None:
    calls = [ToolCall("1", "bash", "{}"), ToolCall("2", "stop", "")]
    message = Message("assistant", None, iter(calls))
    calls.clear()
    assert message.tool_calls == (ToolCall("1", "bash", "{}"), ToolCall("2", "stop", ""))
    assert message == Message("assistant", tool_calls=message.tool_calls)
    assert Message("user", "x") == Message("user", "x", None, "", None, None) == Message("user", "x", ())


def test_a_message_cannot_be_changed_but_copied_with_changes() -> None:
    message = Message("assistant", "text", [ToolCall("1", "bash", "{}")], "why", Usage(1, 2), "stop")
    with pytest.raises(dataclasses.FrozenInstanceError):
        message.content = "other"  # type: ignore[misc]
    changed = dataclasses.replace(message, content=None)
    assert changed == Message("assistant", None, message.tool_calls, "why", Usage(1, 2), "stop")
    assert hash(dataclasses.replace(changed, content="text")) == hash(message)


def test_a_message_survives_copying_and_pickling() -> None:
    message = Message("assistant", "text", [ToolCall("1", "bash", "{}")], "why", Usage(1, 2), "stop")
    assert copy.deepcopy(message) == message == pickle.loads(pickle.dumps(message))


@given(usages, usages, usages)
def test_usages_add_up_in_any_grouping(a: Usage, b: Usage, c: Usage) -> None:
    assert (a + b) + c == a + (b + c)
    assert a + b == b + a
    assert a + Usage() == a
    assert (a + b).total == a.total + b.total


@pytest.mark.parametrize(
    ("left", "right", "both"),
    [
        (Usage(), Usage(), Usage()),
        (Usage(1, None), Usage(2, 3), Usage(3, 3)),
        (Usage(0, None), Usage(), Usage(0, None)),
    ],
)
def test_what_no_server_said_stays_unknown(left: Usage, right: Usage, both: Usage) -> None:
    assert left + right == both


def test_a_state_is_either_ended_or_one_that_is_left_again() -> None:
    assert {state for state in TaskState if state.ended} == {
        TaskState.finished,
        TaskState.failed,
        TaskState.cancelled,
        TaskState.timed_out,
        TaskState.lost,
    }


def test_a_state_reads_as_its_name() -> None:
    assert [str(state) for state in TaskState] == [state.name for state in TaskState]


def test_every_decision_but_deny_allows() -> None:
    assert [decision for decision in get_args(Decision) if Approval(decision).allowed] == ["once", "task", "session", "prefix"]

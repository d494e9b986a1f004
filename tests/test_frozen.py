"""A class that `@frozen` made is what `@dataclass(frozen=True, slots=True)` would have made of it."""

from __future__ import annotations

import copy
import inspect
import pickle
import re
import typing
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import pytest

from pygent_engine.frozen import frozen

ROOT = Path(__file__).parents[1]


@frozen
class Nothing:
    """No fields."""


@frozen
class One:
    """One field."""

    name: str


@frozen
class Many:
    """All kinds of fields."""

    name: str
    size: int = 3
    secret: str = field(default="", repr=False)
    mark: int = field(default=0, compare=False)
    parts: list[int] = field(default_factory=list)
    inner: One | None = None

    @property
    def double(self) -> int:
        return self.size * 2


class Plain:
    """The same, as the standard library makes them."""

    @dataclass(frozen=True, slots=True)
    class Nothing:
        """No fields."""

    @dataclass(frozen=True, slots=True)
    class Many:
        """All kinds of fields."""

        name: str
        size: int = 3
        secret: str = field(default="", repr=False)
        mark: int = field(default=0, compare=False)
        parts: list[int] = field(default_factory=list)
        inner: One | None = None


@frozen
class Own:
    """With an `__init__` and a `__repr__` of its own."""

    words: tuple[str, ...]

    def __init__(self, text: str) -> None:
        object.__setattr__(self, "words", tuple(text.split()))

    def __repr__(self) -> str:
        return "Own!"


def many(*arguments: Any, **named: Any) -> tuple[Any, Any]:
    return Many(*arguments, **named), Plain.Many(*arguments, **named)


def test_nothing_can_be_assigned_or_deleted_or_added() -> None:
    value: Any = Many("a")
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'name'"):
        value.name = "b"
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'name'"):
        del value.name
    with pytest.raises(FrozenInstanceError):
        value.other = 1
    assert not hasattr(value, "__dict__")
    assert value == Many("a")


def test_wrong_arguments_are_refused_in_the_words_of_python() -> None:
    for wrong in ({}, {"name": "a", "other": 1}):
        with pytest.raises(TypeError) as ours:
            Many(**wrong)  # type: ignore[arg-type]
        with pytest.raises(TypeError) as theirs:
            Plain.Many(**wrong)  # type: ignore[arg-type]
        assert str(ours.value) == str(theirs.value).replace("Plain.", "")


def test_values_are_equal_by_class_and_fields_and_hash_alike() -> None:
    assert Many("a", 1) == Many("a", 1)
    assert Many("a", 1) != Many("a", 2)
    assert Many("a", mark=1) == Many("a", mark=2)
    assert Many("a").__eq__(Plain.Many("a")) is NotImplemented
    assert One("a").__eq__("a") is NotImplemented
    assert Nothing() == Nothing()
    assert len({One("a"), One("a"), One("b"), Nothing(), Nothing()}) == 3
    with pytest.raises(TypeError, match="unhashable"):
        hash(Many("a"))


def test_the_repr_is_that_of_a_dataclass_and_keeps_to_what_may_be_shown() -> None:
    ours, theirs = many("a", 2, secret="sk", inner=One("b"))
    assert repr(ours) == repr(theirs).removeprefix("Plain.")
    assert repr(Nothing()) == "Nothing()"
    looped = Many("a")
    looped.parts.append(looped)  # type: ignore[arg-type]
    assert "..." in repr(looped)


def test_a_default_that_is_made_is_made_for_each_value() -> None:
    assert Many("a").parts is not Many("a").parts


def test_it_is_a_dataclass_to_fields_and_replace_and_match_and_inspect() -> None:
    ours, theirs = Many("a", 2), Plain.Many("a", 2)
    assert [(each.name, each.type) for each in fields(ours)] == [(each.name, each.type) for each in fields(theirs)]
    assert replace(ours, size=4).double == 8
    match ours:
        case Many(name, size):
            assert (name, size) == ("a", 2)
    assert list(inspect.signature(Many).parameters) == list(inspect.signature(Plain.Many).parameters)
    assert typing.get_type_hints(Many.__init__) == typing.get_type_hints(Plain.Many.__init__)
    assert Many.__doc__ == "All kinds of fields."


@pytest.mark.parametrize("value", [Nothing(), One("a"), Many("a", 2, "s", 5, [1], One("b")), Own("a b")])
def test_a_copy_and_a_pickle_are_equal(value: Any) -> None:
    copies = [copy.copy(value), copy.deepcopy(value), *(pickle.loads(pickle.dumps(value, level)) for level in range(2, 6))]
    assert copies == [value] * len(copies)
    assert [repr(each) for each in copies] == [repr(value)] * len(copies)


def test_what_a_class_defines_itself_stays() -> None:
    own = Own("a b")
    assert (own.words, repr(own)) == (("a", "b"), "Own!")
    assert own == Own("a  b")


def test_every_value_of_both_packages_is_made_the_quick_way() -> None:
    sources = [path for package in ("pygent_engine", "pygent_tui") for path in (ROOT / package).rglob("*.py")]
    slow = [path.name for path in sources if re.search(r"^ *@dataclass\(frozen=True, slots=True\)$", path.read_text("utf-8"), re.MULTILINE)]
    assert (len(sources) > 300, slow) == (True, [])

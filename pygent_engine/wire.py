"""Ops and envelopes <-> JSON, for `--json`, sockets and logs. Driven by the dataclasses of `events`; knows no transport.

An envelope is one object: {"seq", "at", "task_id", "type", ...the event's fields}; an op is {"type", ...its fields}.
Decoding is strict and raises ValueError: an unknown type or field, a field that is missing (and has no default), a
wrong type. A field with a default may be missing, so that what was recorded before it existed can still be read.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, NoReturn, Union, get_args, get_origin, get_type_hints

from .events import Envelope, Event, Op
from .values import JsonDict

Decoder = Callable[[object, str], Any]

# Legal in JSON, but a reader may split lines at them, a terminal may obey them, and UTF-8 has no lone surrogates.
_ESCAPED = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

# ---------------------------------------------------------------- encoding


def envelope_to_dict(envelope: Envelope) -> JsonDict:
    """The JSON-able object of an envelope."""
    head = {"seq": envelope.seq, "at": envelope.at, "task_id": envelope.task_id, "type": type(envelope.event).__name__}
    return head | _plain_fields(envelope.event)


def op_to_dict(op: Op) -> JsonDict:
    """The JSON-able object of an op."""
    return {"type": type(op).__name__} | _plain_fields(op)


def encode_line(value: Envelope | Op) -> bytes:
    """One line of UTF-8 with its newline. Raises ValueError for a number that JSON does not have."""
    return _line(envelope_to_dict(value) if isinstance(value, Envelope) else op_to_dict(value))


def encode_value(value: object) -> bytes:
    """A value that events are made of (a TaskView, a FileChange ...) as one line, in the form that it has in an event."""
    return _line(_plain_fields(value))


def _line(data: JsonDict) -> bytes:
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if not text.isascii() or "\x7f" in text:
        text = _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return text.encode() + b"\n"


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _plain_fields(value: Any) -> JsonDict:
    kind: Any = type(value)
    return {name: _plain(getattr(value, name)) for name in _field_names(kind)}


def _plain(value: object) -> object:
    if isinstance(value, (str, int, float, NoneType)):
        return value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return _plain_fields(value)


# ---------------------------------------------------------------- decoding


def envelope_from_dict(data: object) -> Envelope:
    """The envelope of a JSON object. Raises ValueError."""
    rest = dict(_object(data, "envelope"))
    head = {name: _take(rest, name, "envelope") for name in ("seq", "at", "task_id")}
    event: Event = _decode_one_of(Event, rest)
    return Envelope(
        seq=_int(head["seq"], "envelope.seq"),
        at=_float(head["at"], "envelope.at"),
        task_id=_str(head["task_id"], "envelope.task_id"),
        event=event,
    )


def op_from_dict(data: object) -> Op:
    """The op of a JSON object. Raises ValueError."""
    op: Op = _decode_one_of(Op, dict(_object(data, "op")))
    return op


def decode_line(line: bytes | str) -> Envelope | Op:
    """What one line holds: an object with "seq" is an envelope, else it is an op. Raises ValueError."""
    try:
        data = json.loads(line, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise ValueError("the line is nested too deeply") from error
    return envelope_from_dict(data) if isinstance(data, dict) and "seq" in data else op_from_dict(data)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _decode_one_of(union: object, data: JsonDict) -> Any:
    name = _str(_take(data, "type", "object"), "type")
    kind = _kinds(union).get(name)
    if kind is None:
        raise ValueError(f"unknown type {name!r}")
    return _decoder(kind)(data, name)


@cache
def _kinds(union: object) -> dict[str, Any]:
    return {kind.__name__: kind for kind in get_args(union)}


@cache
def _decoder(hint: Any) -> Decoder:
    """How a value of this type is read; types as the dataclasses of `events` and `values` use them."""
    simple: dict[object, Decoder] = {str: _str, int: _int, float: _float, bool: _bool, NoneType: _none}
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in simple:
        return simple[hint]
    if origin is Literal:
        return _choice(arguments, lambda value: value)
    if origin in (Union, UnionType):
        return _optional(_decoder(next(argument for argument in arguments if argument is not NoneType)))
    if origin is tuple:
        return _tuple(_decoder(arguments[0]))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _choice(tuple(member.value for member in hint), hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return _record(hint)
    raise TypeError(f"the wire has no form for {hint!r}")


def _record(kind: type[Any]) -> Decoder:
    hints = get_type_hints(kind)
    decoders = {field.name: _decoder(hints[field.name]) for field in fields(kind)}
    required = {field.name for field in fields(kind) if field.default is MISSING}

    def decode(value: object, where: str) -> Any:
        data = _object(value, where)
        unknown, missing = data.keys() - decoders.keys(), required - data.keys()
        if unknown or missing:
            raise ValueError(f"{where}: {'missing' if missing else 'unknown'} field {min(missing or unknown)!r}")
        return kind(**{name: decoders[name](item, f"{where}.{name}") for name, item in data.items()})

    return decode


def _optional(inner: Decoder) -> Decoder:
    return lambda value, where: None if value is None else inner(value, where)


def _tuple(inner: Decoder) -> Decoder:
    def decode(value: object, where: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise ValueError(f"{where}: not a list")
        return tuple(inner(item, f"{where}[{index}]") for index, item in enumerate(value))

    return decode


def _choice(choices: tuple[Any, ...], build: Callable[[Any], Any]) -> Decoder:
    def decode(value: object, where: str) -> Any:
        if not isinstance(value, str) or value not in choices:
            raise ValueError(f"{where}: not one of {', '.join(choices)}")
        return build(value)

    return decode


def _take(data: JsonDict, name: str, where: str) -> object:
    if name not in data:
        raise ValueError(f"{where}: missing field {name!r}")
    return data.pop(name)


def _object(value: object, where: str) -> JsonDict:
    if not isinstance(value, dict):
        raise ValueError(f"{where}: not an object")
    return value


def _str(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{where}: not a text")
    return value


def _int(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{where}: not a whole number")
    return value


def _float(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= sys.float_info.max:
        raise ValueError(f"{where}: not a number")
    return float(value)


def _bool(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{where}: not true or false")
    return value


def _none(value: object, where: str) -> None:
    if value is not None:
        raise ValueError(f"{where}: not null")

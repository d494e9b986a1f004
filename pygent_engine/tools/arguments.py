"""Parses and checks the arguments of a tool call; what is wrong is said in a sentence that the model can act on."""

from __future__ import annotations

import json
from typing import Any

from ..untrusted import clean_line
from ..values import JsonDict

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
# Deeper than any real call, and far from where Python's own recursion gives up on a value that was parsed.
DEEPEST = 100


class ArgumentError(ValueError):
    """The arguments do not fit the tool's parameters."""


def parse_arguments(text: str, parameters: JsonDict) -> JsonDict:
    """The arguments as a dict that fits `parameters` (JSON schema: properties, required, type, enum).

    No text at all means no arguments. Raises ArgumentError.
    """
    try:
        arguments = _DECODER.decode(text) if text.strip() else {}
    except (ValueError, RecursionError) as error:
        raise ArgumentError(f"The arguments are not JSON: {error}.") from error
    if not isinstance(arguments, dict):
        raise ArgumentError("The arguments must be one JSON object.")
    if _depth_exceeds(arguments, DEEPEST):
        raise ArgumentError(f"The arguments are nested more than {DEEPEST} levels deep.")
    properties = parameters.get("properties") or {}
    _check_names(arguments, parameters)
    return {name: _checked(name, value, properties.get(name)) for name, value in arguments.items()}


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def _depth_exceeds(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: Any) -> list[Any]:
    """The containers directly in `value`."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [inner for inner in inside if isinstance(inner, dict | list)]


def _check_names(arguments: JsonDict, parameters: JsonDict) -> None:
    missing = [name for name in parameters.get("required") or () if name not in arguments]
    if missing:
        raise ArgumentError(f"Missing argument: {', '.join(missing)}.")
    properties = parameters.get("properties")
    if properties is None or parameters.get("additionalProperties", False) is not False:
        return
    unknown = [name for name in arguments if name not in properties]
    if unknown:
        known = ", ".join(properties) or "none"
        raise ArgumentError(f"Unknown argument: {clean_line(', '.join(unknown))}; this tool takes: {known}.")


def _checked(name: str, value: Any, schema: Any) -> Any:
    if not isinstance(schema, dict):  # none, or one of the schemas `true` and `false`
        return value
    wanted = schema.get("type")
    names = wanted if isinstance(wanted, list) else [wanted] if wanted else []
    if "integer" in names and isinstance(value, float) and value.is_integer():
        value = int(value)
    if names and not any(_is(value, kind) for kind in names):
        raise ArgumentError(f"Argument {clean_line(name)} must be {' or '.join(names)}, not {json.dumps(value)[:80]}.")
    if "enum" in schema and value not in schema["enum"]:
        raise ArgumentError(f"Argument {clean_line(name)} must be one of {', '.join(map(str, schema['enum']))}.")
    return value


def _is(value: Any, kind: str) -> bool:
    if kind in _TYPES and isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES.get(kind, (object,)))

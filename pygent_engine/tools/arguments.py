"""Parses and checks the arguments of a tool call; what is wrong is said in a sentence that the model can act on."""

from __future__ import annotations

import json
from typing import Any

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


class ArgumentError(ValueError):
    """The arguments do not fit the tool's parameters."""


def parse_arguments(text: str, parameters: JsonDict) -> JsonDict:
    """The arguments as a dict that fits `parameters` (JSON schema: properties, required, type, enum).

    No text at all means no arguments. Raises ArgumentError.
    """
    try:
        arguments = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError) as error:
        raise ArgumentError(f"The arguments are not JSON: {error}.") from error
    if not isinstance(arguments, dict):
        raise ArgumentError("The arguments must be one JSON object.")
    _check_names(arguments, parameters)
    properties = parameters.get("properties", {})
    return {name: _checked(name, value, properties.get(name, {})) for name, value in arguments.items()}


def _check_names(arguments: JsonDict, parameters: JsonDict) -> None:
    missing = [name for name in parameters.get("required", ()) if name not in arguments]
    if missing:
        raise ArgumentError(f"Missing argument: {', '.join(missing)}.")
    properties = parameters.get("properties")
    if properties is None or parameters.get("additionalProperties"):
        return
    unknown = [name for name in arguments if name not in properties]
    if unknown:
        known = ", ".join(properties) or "none"
        raise ArgumentError(f"Unknown argument: {', '.join(unknown)}; this tool takes: {known}.")


def _checked(name: str, value: Any, schema: JsonDict) -> Any:
    wanted = schema.get("type")
    names = wanted if isinstance(wanted, list) else [wanted] if wanted else []
    if "integer" in names and isinstance(value, float) and value.is_integer():
        value = int(value)
    if names and not any(_is(value, kind) for kind in names):
        raise ArgumentError(f"Argument {name} must be {' or '.join(names)}, not {json.dumps(value)[:80]}.")
    if "enum" in schema and value not in schema["enum"]:
        raise ArgumentError(f"Argument {name} must be one of {', '.join(map(str, schema['enum']))}.")
    return value


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES.get(kind, (object,)))

"""The arguments of a call: what fits is executed verbatim, what does not is answered with a sentence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent_engine.tools.arguments import DEEPEST, ArgumentError, parse_arguments
from pygent_engine.tools.registry import ToolOutput, custom_tool
from pygent_engine.untrusted import clean, clean_line
from pygent_engine.values import JsonDict

PARAMETERS: JsonDict = {
    "type": "object",
    "properties": {
        "cmd": {"type": "string"},
        "count": {"type": "integer"},
        "timeout": {"type": "number"},
        "network": {"type": "boolean"},
        "options": {"type": "array", "items": {"type": "string"}},
        "extra": {"type": "object"},
        "note": {"type": ["string", "null"]},
        "mode": {"enum": ["fast", "slow"]},
        "any": {},
    },
    "required": ["cmd"],
}

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)
schemas = st.one_of(
    st.just(PARAMETERS),
    st.builds(
        lambda kind: {"type": "object", "properties": {"x": {"type": kind}}}, st.sampled_from(["string", "strange", ["null", "array"]])
    ),
    st.sampled_from([{}, {"type": "object"}, {"properties": None}, {"properties": {"x": True}}, {"properties": {}, "required": None}]),
)
named_values = st.dictionaries(st.sampled_from([*PARAMETERS["properties"], "x", "\x1b"]), json_values, max_size=4)


def refusal(text: str, parameters: JsonDict = PARAMETERS) -> str:
    with pytest.raises(ArgumentError) as raised:
        parse_arguments(text, parameters)
    return str(raised.value)


@given(st.one_of(st.builds(json.dumps, json_values), st.builds(json.dumps, named_values), st.text()), schemas)
def test_whatever_text_comes_it_is_parsed_or_refused_in_a_sentence(text: str, parameters: JsonDict) -> None:
    try:
        arguments = parse_arguments(text, parameters)
    except ArgumentError as error:
        sentence = str(error)
        assert sentence.endswith(".") and len(sentence) < 1000 and sentence == clean(sentence)
    else:
        assert isinstance(arguments, dict)
        line = custom_tool("tool", "", parameters, lambda runtime: "").describe(arguments)
        assert (line == "") == (arguments == {}) and line == clean_line(line)


@pytest.mark.parametrize("parameters", [{}, {"type": "object"}, {"properties": {"x": {}}}, {"properties": {"x": {"type": "string"}}}])
def test_no_depth_of_nesting_breaks_the_parser_or_the_description_of_the_call(parameters: JsonDict) -> None:
    tool = custom_tool("tool", "", parameters, lambda runtime: "")
    for depth in (*range(1, 1100), 100_000):
        text = '{"x": ' + "[" * depth + "]" * depth + "}"
        try:
            assert tool.describe(parse_arguments(text, parameters)).startswith("x=")
        except ArgumentError as error:
            assert str(error).endswith(".")


def test_arguments_may_be_nested_to_a_depth_beyond_any_real_call() -> None:
    def nested(depth: int) -> str:
        return '{"any": ' * depth + "1" + "}" * depth

    assert parse_arguments(nested(DEEPEST), {}) == json.loads(nested(DEEPEST))
    assert refusal(nested(DEEPEST + 1), {}) == "The arguments are nested more than 100 levels deep."


@pytest.mark.parametrize("text", ["", " \n\t", "{}"])
def test_no_text_means_no_arguments(text: str) -> None:
    assert parse_arguments(text, {"type": "object", "properties": {}}) == {}


@pytest.mark.parametrize(
    "arguments",
    [
        {"cmd": "echo 'a\n\x1b[31m\u202e' \ud800"},
        {"cmd": "", "count": 3, "timeout": 0.5, "network": False, "options": [], "extra": {}, "note": None, "mode": "fast", "any": [None]},
        {"cmd": "x", "timeout": 3, "note": "text", "any": {"deep": [1, {"er": True}]}},
    ],
)
def test_what_fits_comes_through_verbatim(arguments: JsonDict) -> None:
    assert parse_arguments(json.dumps(arguments), PARAMETERS) == arguments


def test_a_whole_float_is_an_integer_where_one_is_wanted() -> None:
    arguments = parse_arguments('{"cmd": "x", "count": 3.0, "timeout": 3.0}', PARAMETERS)
    assert [(value, type(value)) for value in arguments.values()] == [("x", str), (3, int), (3.0, float)]


def test_the_last_of_two_arguments_of_one_name_counts_for_the_check_too() -> None:
    assert parse_arguments('{"cmd": 1, "cmd": "x"}', PARAMETERS) == {"cmd": "x"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "The arguments are not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)."),
        ("{'cmd': 1}", "The arguments are not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)."),
        ('{"cmd": NaN}', "The arguments are not JSON: NaN is no JSON value."),
        ('{"cmd": -Infinity}', "The arguments are not JSON: -Infinity is no JSON value."),
        ("[]", "The arguments must be one JSON object."),
        ('"cmd"', "The arguments must be one JSON object."),
        ("null", "The arguments must be one JSON object."),
        ("{}", "Missing argument: cmd."),
        (
            '{"cmd": "x", "comand": 1, "other": 2}',
            "Unknown argument: comand, other; this tool takes: cmd, count, timeout, network, options, extra, note, mode, any.",
        ),
        ('{"cmd": null}', "Argument cmd must be string, not null."),
        ('{"cmd": ["a"]}', 'Argument cmd must be string, not ["a"].'),
        ('{"cmd": "x", "count": 1.5}', "Argument count must be integer, not 1.5."),
        ('{"cmd": "x", "count": true}', "Argument count must be integer, not true."),
        ('{"cmd": "x", "count": 1e400}', "Argument count must be integer, not Infinity."),
        ('{"cmd": "x", "timeout": "3"}', 'Argument timeout must be number, not "3".'),
        ('{"cmd": "x", "network": 1}', "Argument network must be boolean, not 1."),
        ('{"cmd": "x", "options": "a"}', 'Argument options must be array, not "a".'),
        ('{"cmd": "x", "extra": []}', "Argument extra must be object, not []."),
        ('{"cmd": "x", "note": 3}', "Argument note must be string or null, not 3."),
        ('{"cmd": "x", "mode": "odd"}', "Argument mode must be one of fast, slow."),
    ],
)
def test_what_does_not_fit_is_refused_with_what_is_wrong(text: str, sentence: str) -> None:
    assert refusal(text) == sentence


def test_a_refusal_is_short_and_clean_whatever_was_sent() -> None:
    huge = refusal(json.dumps({"cmd": "x", **{f"\x1b[2J{number}" + "y" * 1000: 1 for number in range(1000)}}))
    assert len(huge) < 500
    assert huge == clean(huge)
    assert len(refusal(json.dumps({"cmd": ["z" * 10**6]}))) < 200
    assert refusal('{"\\ud800": 1}', {"properties": {}}) == "Unknown argument: \\ud800; this tool takes: none."


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    assert refusal('{"cmd": "x", "count": ' + "9" * 10_000 + "}").startswith("The arguments are not JSON: ")


@pytest.mark.parametrize(
    "parameters",
    [{}, {"type": "object"}, {"properties": {"a": {}}, "additionalProperties": True}, {"properties": {}, "additionalProperties": {}}],
)
def test_names_are_free_where_the_schema_leaves_them_so(parameters: JsonDict) -> None:
    assert parse_arguments('{"b": 1}', parameters) == {"b": 1}


@pytest.mark.parametrize("schema", [True, {}, {"$ref": "#/x"}, {"type": "strange"}, {"anyOf": [{"type": "string"}]}])
def test_what_a_schema_says_beyond_type_and_enum_is_not_checked(schema: Any) -> None:
    for value in (None, True, 1, "x", [1]):
        assert parse_arguments(json.dumps({"a": value}), {"properties": {"a": schema}}) == {"a": value}


def test_parsed_arguments_reach_the_function_of_a_custom_tool() -> None:
    tool = custom_tool("tool", "", PARAMETERS, lambda runtime, **arguments: ToolOutput(str(arguments)).content)
    assert tool.describe(parse_arguments('{"cmd": "a\\nb", "count": 2}', PARAMETERS)) == "cmd=a b count=2"

"""Tools by name, those of the embedding program too, and how a function describes itself as one."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

import pytest

from pygent_engine import Runtime, register_tool, remove_tool, reset_tools, tool
from pygent_engine.cancel import Cancel
from pygent_engine.tools import default_registry
from pygent_engine.tools.registry import CallContext, Registry, Tool, custom_tool, tool_of
from pygent_engine.values import JsonDict

if TYPE_CHECKING:
    from pygent_engine import Agent as OnlyForTheTypeChecker

BUILTIN_NAMES = ["bash", "write_file", "read_file", "edit_file", "download_file", "ask_user", "stop"]
NOTHING: JsonDict = {"type": "object", "properties": {}}


@pytest.fixture(autouse=True)
def default_tools() -> Iterator[None]:
    yield
    reset_tools()


@pytest.fixture
def context(tmp_path: Path) -> Iterator[CallContext]:
    with Runtime(use_docker=False, workspace=tmp_path) as runtime:
        yield CallContext(runtime, Cancel(), lambda text: None, lambda prompt, options: None, lambda: None)


def named(name: str) -> Tool:
    return custom_tool(name, f"The tool {name}.", NOTHING, lambda runtime: name)


def names(registry: Registry) -> list[str]:
    return [known.name for known in registry]


# ---------------------------------------------------------------- the registry


def test_a_taken_name_is_refused_and_nothing_changes() -> None:
    registry = Registry([named("a")])
    before = registry.version
    with pytest.raises(ValueError, match=r"A tool named a is registered already; remove_tool\('a'\) comes first."):
        registry.add(named("a"))
    assert (names(registry), registry.version) == (["a"], before)


@pytest.mark.parametrize("name", ["", "two words", "<lambda>", "größe", "a.b", "a\n", "x" * 65])
def test_a_name_that_no_model_could_call_is_refused_and_nothing_changes(name: str) -> None:
    registry = Registry([named("a")])
    with pytest.raises(ValueError, match="models take up to 64 letters, digits, _ and -"):
        registry.add(named(name))
    assert names(registry) == ["a"]


@pytest.mark.parametrize(
    "schema", [None, "object", [], {"type": "string"}, {"properties": ["a"]}, {"type": "object", "properties": {}, "required": 5}]
)
def test_parameters_that_are_no_schema_of_an_object_are_refused(schema: Any) -> None:
    registry = Registry([])
    with pytest.raises(ValueError, match=r"The parameters of the tool a must be a JSON schema of type object, as a dict\."):
        registry.add(Tool("a", "", schema, lambda context, arguments: ""))
    assert names(registry) == []


def test_a_coroutine_function_is_refused() -> None:
    async def fetch(rt: Runtime) -> str:
        return ""

    with pytest.raises(ValueError, match="The tool fetch is a coroutine function"):
        tool(fetch)


def test_removing_what_is_not_there_is_refused_and_nothing_changes() -> None:
    registry = Registry([named("a")])
    before = registry.version
    with pytest.raises(KeyError):
        registry.remove("b")
    assert (names(registry), registry.version) == (["a"], before)


def test_a_reset_brings_the_builtin_tools_back_and_nothing_else() -> None:
    registry = Registry([named("a"), named("b")])
    registry.remove("a")
    registry.add(named("c"))
    assert names(registry) == ["b", "c"]
    registry.reset()
    assert names(registry) == ["a", "b"]


def test_a_builtin_tool_can_be_replaced() -> None:
    registry = Registry([named("a")])
    mine = named("a")
    registry.remove("a")
    registry.add(mine)
    assert list(registry) == [mine]


def test_every_change_has_a_version_of_its_own() -> None:
    registry = Registry([named("a")])
    versions = [registry.version]
    changes: list[Callable[[], None]] = [lambda: registry.add(named("b")), lambda: registry.remove("b"), registry.reset]
    for change in changes:
        change()
        versions.append(registry.version)
    assert len(set(versions)) == len(versions)


def test_the_tools_can_be_gone_through_while_others_change_them() -> None:
    registry = Registry([named("a")])

    def change() -> None:
        for number in range(500):
            registry.add(named(f"b{number}"))
            registry.remove(f"b{number}")

    thread = threading.Thread(target=change)
    thread.start()
    while thread.is_alive():
        assert names(registry)[0] == "a"
    thread.join()
    assert names(registry) == ["a"]


# ---------------------------------------------------------------- what an embedding program registers


def test_the_default_tools_are_the_builtin_ones() -> None:
    assert names(default_registry) == BUILTIN_NAMES


def test_a_registered_function_gets_the_runtime_and_the_arguments_and_answers_in_text(context: CallContext) -> None:
    def hello(rt: Runtime, name: str) -> str:
        return f"Hello {name} in {rt.base_dir.name}!"

    parameters: JsonDict = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    register_tool("hello", "Greet the user", parameters, hello)
    registered = next(known for known in default_registry if known.name == "hello")
    assert registered.run(context, {"name": "Ada"}) == f"Hello Ada in {context.runtime.base_dir.name}!"
    assert registered.schema() == {
        "type": "function",
        "function": {"name": "hello", "description": "Greet the user", "parameters": parameters},
    }
    remove_tool("hello")
    assert names(default_registry) == BUILTIN_NAMES


def test_what_a_function_returns_is_read_as_text(context: CallContext) -> None:
    assert [custom_tool("t", "", NOTHING, lambda runtime, value=value: value).run(context, {}) for value in (None, 3, ["a"], "")] == [
        "None",
        "3",
        "['a']",
        "",
    ]


def test_a_bare_decorator_registers_the_function_as_it_describes_itself(context: CallContext) -> None:
    @tool
    def count_words(rt: Runtime, text: str, least: int = 1) -> str:
        """Count the words.

        Only those that are long enough.
        """
        return str(sum(len(word) >= least for word in text.split()))

    registered = next(known for known in default_registry if known.name == "count_words")
    assert registered.schema()["function"] == {
        "name": "count_words",
        "description": "Count the words.\n\nOnly those that are long enough.",
        "parameters": {
            "type": "object",
            "properties": {"text": {"type": "string"}, "least": {"type": "integer"}},
            "required": ["text"],
        },
    }
    assert registered.run(context, {"text": "a bc def", "least": 2}) == "2"
    assert count_words(context.runtime, "a b") == "2"


def test_a_decorator_may_name_what_the_function_does_not_say() -> None:
    parameters: JsonDict = {"type": "object", "properties": {"x": {"type": "string", "enum": ["a"]}}}

    @tool(name="other", description="Another one", parameters=parameters)
    def mine(rt: Runtime, x: str = "a") -> str:
        return x

    @tool("third")
    def also_mine(rt: Runtime) -> str:
        return ""

    @tool()
    def plain(rt: Runtime) -> str:
        return ""

    described = {known.name: (known.description, known.parameters) for known in default_registry if known.name not in BUILTIN_NAMES}
    nothing: JsonDict = {"type": "object", "properties": {}, "required": []}
    assert described == {"other": ("Another one", parameters), "third": ("third", nothing), "plain": ("plain", nothing)}
    assert (mine.__name__, also_mine.__name__, plain.__name__) == ("mine", "also_mine", "plain")


def test_a_decorator_on_a_taken_name_is_refused() -> None:
    def bash(rt: Runtime) -> str:
        return ""

    with pytest.raises(ValueError, match="A tool named bash is registered already"):
        tool(bash)
    assert names(default_registry) == BUILTIN_NAMES


# ---------------------------------------------------------------- how a function describes itself


def test_annotations_become_json_types() -> None:
    def everything(
        rt: Runtime,
        text: str,
        count: int,
        ratio: float,
        sure: bool,
        names: list[str],
        rows: list[list[int]],
        bare: list,  # type: ignore[type-arg]
        table: dict[str, int],
        maybe: Optional[str],  # noqa: UP045 - the old spelling is accepted too
        anything: Any,
        *,
        keyword: str = "",
        **rest: str,
    ) -> str:
        return ""

    assert tool_of(everything).parameters == {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "count": {"type": "integer"},
            "ratio": {"type": "number"},
            "sure": {"type": "boolean"},
            "names": {"type": "array", "items": {"type": "string"}},
            "rows": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
            "bare": {"type": "array", "items": {}},
            "table": {"type": "object"},
            "maybe": {},
            "anything": {},
            "keyword": {"type": "string"},
        },
        "required": ["text", "count", "ratio", "sure", "names", "rows", "bare", "table", "maybe", "anything"],
    }


def test_a_function_without_annotations_takes_any_type() -> None:
    assert tool_of(lambda rt, first, second=None: "", "untyped").parameters == {
        "type": "object",
        "properties": {"first": {}, "second": {}},
        "required": ["first"],
    }


def test_an_annotation_that_only_a_type_checker_knows_costs_no_other() -> None:
    def delegate(rt: Runtime, agent: OnlyForTheTypeChecker, count: int, names: list[str]) -> str:
        return ""

    assert tool_of(delegate).parameters == {
        "type": "object",
        "properties": {"agent": {}, "count": {"type": "integer"}, "names": {"type": "array", "items": {}}},
        "required": ["agent", "count", "names"],
    }


class _Greeter:
    """A callable that is no function."""

    def __call__(self, rt: Runtime, name: str) -> str:
        return name

    def greet(self, rt: Runtime, name: str) -> str:
        """Greet."""
        return name


def test_methods_partials_and_callable_objects_can_be_tools(context: CallContext) -> None:
    def join(rt: Runtime, first: str, second: str) -> str:
        return first + second

    name_of_any_type: JsonDict = {"type": "object", "properties": {"name": {}}, "required": ["name"]}
    text_name: JsonDict = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    method, instance = tool_of(_Greeter().greet), tool_of(_Greeter(), "greeter", "Greets")
    assert (method.name, method.description, method.parameters) == ("greet", "Greet.", text_name)
    assert (instance.name, instance.description, instance.parameters) == ("greeter", "Greets", name_of_any_type)
    assert tool_of(functools.partial(join, second="!"), "shout").run(context, {"first": "a"}) == "a!"


# ---------------------------------------------------------------- what a person is shown of a call


def test_a_call_is_described_in_one_clean_line() -> None:
    shown = named("tool").describe({"cmd": "a\n b\x1b[2J", "n": 1, "long": "x" * 1000})
    assert shown.startswith("cmd=a b␛[2J n=1 long=xxx")
    assert (len(shown), shown[-1]) == (200, "…")


def test_a_tool_may_summarise_its_calls() -> None:
    summed = Tool("t", "", NOTHING, lambda context, arguments: "", lambda arguments: f"sum\n{arguments['a']}\x07")
    assert summed.describe({"a": "\u202ex"}) == "sum \\u202ex␇"

"""What one agent is offered: the registry's tools and its own, less what was left out, as they stand now."""

from __future__ import annotations

from pygent_engine.tools.registry import Registry, Tool, custom_tool
from pygent_engine.tools.toolbox import Toolbox
from pygent_engine.values import JsonDict, ToolOffer

NOTHING: JsonDict = {"type": "object", "properties": {}}


def named(name: str, description: str = "") -> Tool:
    return custom_tool(name, description, NOTHING, lambda runtime: name)


def registry() -> Registry:
    return Registry([named("a"), named("b")])


def test_the_model_is_told_of_exactly_the_tools_that_can_be_called() -> None:
    toolbox = Toolbox(registry(), [named("own")], without=["b"])
    assert toolbox.names() == ["a", "own"]
    assert toolbox.schemas() == [named("a").schema(), named("own").schema()]
    assert [toolbox.find(name) is not None for name in ("a", "b", "own", "", "A")] == [True, False, True, False, False]


def test_only_what_is_named_is_offered_when_names_are_given() -> None:
    own = [named("own"), named("other")]
    assert Toolbox(registry(), own, only=["b", "own", "unknown"]).names() == ["b", "own"]
    assert Toolbox(registry(), own, only=["b", "own"], without=["b"]).names() == ["own"]
    assert Toolbox(registry(), own, only=[]).names() == []
    assert Toolbox(registry(), own, only=iter(["b"])).names() == ["b"]


def test_a_tool_of_the_agents_own_stands_for_the_registrys_of_that_name() -> None:
    mine = named("a", "mine")
    toolbox = Toolbox(registry(), [mine])
    assert (toolbox.names(), toolbox.find("a")) == (["a", "b"], mine)


def test_without_its_own_tools_the_same_ones_are_left_out() -> None:
    toolbox = Toolbox(registry(), [named("own")], only=["a", "b", "own"], without=["b"])
    assert toolbox.without_own().names() == ["a"]


def test_later_changes_of_the_registry_are_followed() -> None:
    known = registry()
    toolbox = Toolbox(known, without=["d"])
    assert toolbox.names() == ["a", "b"]
    known.remove("a")
    known.add(named("c"))
    known.add(named("d"))
    assert (toolbox.names(), toolbox.find("a")) == (["b", "c"], None)
    assert toolbox.schemas() == [named("b").schema(), named("c").schema()]
    known.reset()
    assert toolbox.names() == ["a", "b"]


def test_a_model_that_changes_the_list_it_was_given_changes_nothing_for_the_next() -> None:
    toolbox = Toolbox(registry())
    toolbox.schemas().clear()
    assert toolbox.schemas() == [named("a").schema(), named("b").schema()]


def test_a_tool_that_is_switched_off_is_known_and_not_offered_until_it_is_on_again() -> None:
    toolbox = Toolbox(registry(), [named("own", "Its own.")], without=["b"])
    schemas = toolbox.schemas()
    assert toolbox.switch("a", on=False)
    assert (toolbox.names(), toolbox.find("a"), toolbox.schemas()) == (["own"], None, schemas[1:])
    assert toolbox.offers() == (ToolOffer("a", "", False), ToolOffer("own", "Its own.", True))
    assert toolbox.switch("a", on=True)
    assert (toolbox.names(), toolbox.schemas()) == (["a", "own"], schemas)


def test_what_was_left_out_or_never_was_cannot_be_switched() -> None:
    toolbox = Toolbox(registry(), only=["a"], without=["b"])
    assert [toolbox.switch(name, on=True) for name in ("b", "c", "")] == [False] * 3
    assert toolbox.names() == ["a"]


def test_what_is_switched_off_is_left_out_without_its_own_tools_too() -> None:
    toolbox = Toolbox(registry(), [named("own")])
    toolbox.switch("b", on=False)
    assert toolbox.without_own().names() == ["a"]


def test_a_tool_that_is_off_stays_off_when_the_registry_changes() -> None:
    known = registry()
    toolbox = Toolbox(known)
    toolbox.switch("a", on=False)
    known.add(named("c"))
    assert toolbox.names() == ["b", "c"]
    known.remove("a")
    assert toolbox.switch("a", on=True) is False

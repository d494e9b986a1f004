"""The user's own keys: which of them can be, and a sentence about each that cannot. Reads what the app's classes bind."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping, Sequence

from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen

from pygent_engine.frozen import frozen
from pygent_engine.untrusted import clean_line

from .key_names import parse, shown, writes

_ROOMS = ("screens", "widgets")
# Where letters are written, or are answers: a binding would take them away.
_TYPED_IN = ("composer", "queue", "asks", "search", "pick", "save-as")

Keys = tuple[str, ...]


@frozen
class Bound:
    """What can be done with keys: its id, what it does, its keys, and whether they come before text."""

    id: str
    what: str
    keys: Keys
    first: bool = False


@frozen
class Places:
    """All that is bound, by id; and each place with the ids that answer there, some of which share a key by design."""

    bound: Mapping[str, Bound]
    scopes: tuple[frozenset[str], ...]
    together: frozenset[tuple[str, str]]


@frozen
class Keymap:
    """`keys` are as Textual takes them, by the ids of bindings; `troubles` are sentences for the user."""

    keys: Mapping[str, str]
    troubles: tuple[str, ...] = ()


NO_KEYS = Keymap({})


def keymap(chosen: Iterable[tuple[str, str]]) -> Keymap:
    """What can be done of what was chosen: pairs of an id and its keys as the user writes them."""
    return fitted(tuple(chosen), places())


def fitted(chosen: Sequence[tuple[str, str]], found: Places) -> Keymap:
    """As `keymap`, for what is bound as `found` says. A key that is taken is not given away: its owner keeps it."""
    wanted: dict[str, Keys] = {}
    troubles: list[str] = []
    for name, text in chosen:
        try:
            wanted[name] = _keys(name, text, found.bound)
        except ValueError as problem:
            troubles.append(str(problem))
    while clash := next(_clashes(wanted, found), None):
        troubles.append(clash[1])
        del wanted[clash[0]]
    return Keymap({name: ",".join(keys) for name, keys in _with_neighbours(wanted, found).items()}, tuple(troubles))


def _keys(name: str, text: str, bound: Mapping[str, Bound]) -> Keys:
    """The keys for the binding `name`. Raises ValueError with a sentence."""
    if name not in bound:
        raise ValueError(_unknown(name, bound))
    try:
        keys = parse(text)
    except ValueError as error:
        part = clean_line(repr(str(error)), 40)
        raise ValueError(f"Key for {name}: {part} is no key; write one like ctrl+f, f5, pagedown or /.") from error
    typed = next(filter(writes, keys), None)
    if typed and (bound[name].first or name.partition(".")[0] in _TYPED_IN):
        raise ValueError(f"Key for {name}: {shown(typed)} is needed to write with; take one with Ctrl or Alt, or an F key.")
    return keys


def _unknown(name: str, bound: Mapping[str, Bound]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only a misspelt name pays for it

    near = get_close_matches(name, list(bound), 1)
    advice = f"did you mean {near[0]}?" if near else "/keys lists the names."
    return f"Key for {clean_line(repr(name), 60)}: there is no such name; {advice}"


def _clashes(wanted: Mapping[str, Keys], found: Places) -> Iterator[tuple[str, str]]:
    """Each wanted name with a key that something else has where both answer, and the sentence about it; the last wanted first."""
    for name in reversed(list(wanted)):
        for other in sorted(frozenset().union(*(scope for scope in found.scopes if name in scope)) - {name}):
            shared = [key for key in wanted[name] if key in wanted.get(other, found.bound[other].keys)]
            if shared and (name, other) not in found.together:
                what = found.bound[other].what
                yield name, f"Key for {name}: {shown(shared[0])} is taken by {other} ({what}); {name} keeps its own."


def _with_neighbours(wanted: Mapping[str, Keys], found: Places) -> dict[str, Keys]:
    """`wanted`, and what shares a key with one of them by design: Textual would take the key from both."""
    beside = {other: found.bound[other].keys for name, other in sorted(found.together) if name in wanted and other not in wanted}
    return {**beside, **wanted}


def places() -> Places:
    """What the app binds, and where."""
    nodes = list(_nodes())
    bound: dict[str, Bound] = {}
    for node in nodes:
        for binding in Binding.make_bindings(node.__dict__.get("BINDINGS", ())):
            if binding.id:
                keys = bound[binding.id].keys if binding.id in bound else ()
                first = binding.priority and issubclass(node, _everywhere())
                bound[binding.id] = Bound(binding.id, binding.description, tuple(dict.fromkeys((*keys, binding.key))), first)
    scopes = tuple({frozenset(_scope(node)) for node in nodes})
    return Places(bound, scopes, frozenset(_together(bound, scopes)))


def _everywhere() -> tuple[type[DOMNode], ...]:
    """The main screen and the app, whose first keys come before everything."""
    from .app import PygentApp  # noqa: PLC0415 - the app imports what imports this
    from .screens.workbench import Workbench  # noqa: PLC0415 - as above

    return (PygentApp, Workbench)


def _scope(node: type[DOMNode]) -> Iterator[str]:
    """The ids that answer where `node` has the focus."""
    app, bench = _everywhere()
    chain = (node, app) if issubclass(node, (Screen, app)) else (node, bench, app)
    for each in chain:
        for _, binding in each._merge_bindings():
            if binding.id and not (each is app and issubclass(node, ModalScreen) and not binding.priority):
                yield binding.id


def _together(bound: Mapping[str, Bound], scopes: Iterable[frozenset[str]]) -> Iterator[tuple[str, str]]:
    """Pairs that have a key in common and answer in the same place, from the start."""
    for scope in scopes:
        for name in scope:
            for other in scope - {name}:
                if not set(bound[name].keys).isdisjoint(bound[other].keys):
                    yield name, other


def _nodes() -> Iterator[type[DOMNode]]:
    """Every class of the app that may bind keys."""
    from . import screens, widgets  # noqa: PLC0415 - all of them, which only who has keys of their own needs

    for room in (screens, widgets):
        for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            importlib.import_module(module.name)
    yield from (node for node in _descendants(DOMNode) if node.__module__.startswith(f"{__package__}."))


def _descendants(node: type[DOMNode]) -> Iterator[type[DOMNode]]:
    for child in node.__subclasses__():
        yield child
        yield from _descendants(child)

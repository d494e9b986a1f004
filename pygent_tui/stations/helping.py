"""F1: which keys there are, from where the user is; read from the bindings themselves, so that it says what is so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from textual.binding import Binding

from ..key_names import shown_all
from ..screens.help import Help
from ..screens.workbench import TITLES
from ..views.help_page import BADGE, CONNECT, REBIND, Rows, Section
from .station import Station

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.widget import Widget

_TYPED: Rows = (
    ("@", "name a file of the workspace, found by a few of its letters"),
    ("/", "at the start: a command"),
    ("!", "at the start: a command for the runtime, which the model sees too"),
)
_OF_ALL_PANES = "pane."


class Helping(Station):
    """Opens the help over whatever stands on the screen. What takes keys that are no bindings tells them in `help_rows`."""

    def open(self) -> None:
        """Open the help, or leave it."""
        screen = self.app.screen
        if isinstance(screen, Help):
            screen.action_leave()
            return
        nodes = [node for node in _chain(screen.focused or screen) if node is not self.bench]
        here = self._here(nodes)
        opened = Help((*here, *self._everywhere(nodes)))
        self.app.push_screen(opened)
        self.conductor.installed.later(lambda: opened.view.show((*here, *self._everywhere(nodes))))

    def _here(self, nodes: Sequence[DOMNode]) -> tuple[Section, ...]:
        """What answers in `nodes`, where the user is now."""
        screen = self.app.screen
        valid = screen.active_bindings.values()
        extra = [row for node in nodes for row in getattr(node, "help_rows", ())]
        bound = [row for node in nodes for row in _rows(node, [each.binding for each in valid if each.node is node]).values()]
        typed = _TYPED if screen.focused is self.bench.composer else ()
        rows = (*extra, *bound, *typed)
        name = next((TITLES[node.id] for node in nodes if node.id in TITLES), "Prompt" if typed else "")
        wrong = self.conductor.rebinding.troubles
        return (*wrong, Section(f"Here: {name}" if name else "Here", rows)) if rows else wrong

    def _everywhere(self, here: Sequence[DOMNode]) -> Iterator[Section]:
        """All the rest: the main screen's keys, those of its parts, the commands, and what is no key."""
        main = _rows(self.app, self._bindings(self.app)) | _rows(self.bench, self._bindings(self.bench))
        yield Section("Everywhere", tuple(main.values()))
        yield from self._parts(here)
        yield Section("Commands", tuple((command.usage, command.what) for command in self.conductor.installed.table))
        yield Section("The badge", BADGE)
        yield Section("Connect a model", text=CONNECT)
        yield Section("Keys of your own", text=REBIND)

    def _parts(self, here: Sequence[DOMNode]) -> Iterator[Section]:
        """The keys of each other part of the main screen than `here`; last those that all panes share."""
        bench = self.bench
        shared: dict[str, tuple[str, str]] = {}
        for part in (bench.composer, *bench.grid.query("#conversation, #output, #board")):
            rows = _rows(part, self._bindings(part))
            shared = {name: row for name, row in rows.items() if name.startswith(_OF_ALL_PANES)} | shared
            own = tuple(row for name, row in rows.items() if not name.startswith(_OF_ALL_PANES))
            if part not in here and own:
                yield Section(*((TITLES[part.id], own) if part.id in TITLES else ("Prompt", (*own, *_TYPED))))
        yield Section("In every pane", tuple(shared.values()))

    def _bindings(self, node: DOMNode) -> list[Binding]:
        """What `node` binds, the user's keys in the place of ours, without keys that never come so far."""
        bound = node._bindings.copy()
        bound.apply_keymap(self.app._keymap)
        taken = self._taken if node not in (self.bench, self.app) else ()
        return [binding for key, binding in bound if key not in taken]

    @property
    def _taken(self) -> set[str]:
        """The keys that the main screen and the app take before what has the focus."""
        nodes: tuple[DOMNode, ...] = (self.bench, self.app)
        return {binding.key for node in nodes for binding in self._bindings(node) if binding.priority and self._does(binding.action, node)}

    def _does(self, action: str, node: DOMNode) -> bool:
        return bool(self.app._check_action_state(action, node))


def _chain(widget: Widget) -> list[DOMNode]:
    """`widget` and what it stands in, up to its screen."""
    return [node for node in widget.ancestors_with_self if node is not widget.app]


def _rows(node: DOMNode, bindings: Iterable[Binding]) -> dict[str, tuple[str, str]]:
    """Keys of `node` and what they do, one row for each thing that can be done, by the id of its binding; as it declares them."""
    declared = [binding.id for each in type(node).__mro__ for binding in Binding.make_bindings(each.__dict__.get("BINDINGS", ()))]
    named = sorted((binding for binding in bindings if binding.id), key=lambda binding: declared.index(binding.id))
    keys: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for binding in named:
        keys.setdefault(binding.description, []).append(binding.key)
        names.setdefault(binding.description, binding.id or "")
    return {names[what]: (shown_all(each), what) for what, each in keys.items()}

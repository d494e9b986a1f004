"""What a key is called just now. Every text that names one reads it here, so that it follows the keys of the user's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .key_names import shown

if TYPE_CHECKING:
    from textual.app import App
    from textual.dom import DOMNode

Named = Callable[[str], str]
"""The name of the first key of a binding, by the id of that."""


def key_of(node: DOMNode, name: str) -> str:
    """The first key of the binding `name`, which `node` has, or what it stands in, or the main screen, or the app; "" where none has it."""
    app = node.app
    if name in app._keymap:
        return shown(app._keymap[name].split(",")[0])
    found = next((key for each in _chain(node, app) for key, binding in each._bindings if binding.id == name), None)
    return shown(found) if found is not None else ""


def keys_of(node: DOMNode, *names: str) -> str:
    """The keys of several bindings that belong together, one beside the other."""
    keys = [key_of(node, name) for name in names]
    return ("" if all(len(key) == 1 for key in keys) else " ").join(keys)


def named_at(node: DOMNode) -> Named:
    """The names of keys as `node` has them."""
    return lambda name: key_of(node, name)


def _chain(node: DOMNode, app: App[Any]) -> tuple[DOMNode, ...]:
    return (*node.ancestors_with_self, app.screen_stack[0], app)

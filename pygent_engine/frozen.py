"""`@frozen`: what `@dataclass(frozen=True, slots=True)` makes, in a third of the time. Standard library only.

That compiles six methods for every class, whenever it is imported, and the vocabulary alone has a hundred classes. Here one is
compiled, the `__init__`; the others are shared. It is a dataclass all the same: to `fields` and `replace`, to `match`, to `copy`
and `pickle`, and to a type checker.

The rule, which a test keeps: in both packages a value is `@frozen`. `dataclass` is for the few that need what this does not make (an
order, an `__eq__` of their own, a `__dict__` to keep what was computed), and for what changes: a Textual message, a reply that grows.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from reprlib import recursive_repr
from typing import Any, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")

_MADE: Any = object()  # in place of a default that is made anew for each value


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(kind: type[T]) -> type[T]:
    """The class as a frozen dataclass with slots; an `__init__` and a `__repr__` of its own stay.

    It takes no bases, no `__post_init__`, and no field that is keyword-only or no parameter: for these there is `dataclass`.
    """
    own = {name for name in ("__init__", "__repr__") if name in kind.__dict__}
    made: Any = dataclass(init=False, repr=False, eq=False, slots=True)(kind)
    known = fields(made)
    if "__init__" not in own:
        made.__init__ = _init(made, known)
    if "__repr__" not in own:
        made.__repr__ = _repr
    made.__eq__, made.__hash__ = _comparing(tuple(each.name for each in known if each.compare))
    made.__setattr__, made.__delattr__ = _assign, _delete
    made.__getstate__, made.__setstate__ = _state, _restore
    kept: type[T] = made
    return kept


def _init(made: Any, known: tuple[Field[Any], ...]) -> Callable[..., None]:
    """An `__init__` with the fields as its parameters; it fills each slot by its descriptor, which is quicker than by its name."""
    names: dict[str, Any] = {"_MADE": _MADE}
    parameters, lines = ["self"], []
    for each in known:
        name = each.name
        parameter, value = name, name
        names[f"_put_{name}"] = made.__dict__[name].__set__
        if each.default is not MISSING:
            names[f"_default_{name}"] = each.default
            parameter = f"{name}=_default_{name}"
        elif each.default_factory is not MISSING:
            names[f"_make_{name}"] = each.default_factory
            parameter, value = f"{name}=_MADE", f"_make_{name}() if {name} is _MADE else {name}"
        parameters.append(parameter)
        lines.append(f"  _put_{name}(self, {value})")
    head, body = f" def __init__({', '.join(parameters)}):", "\n".join(lines) or "  pass"
    scope: dict[str, Any] = {}
    exec(f"def make({', '.join(names)}):\n{head}\n{body}\n return __init__", vars(sys.modules[made.__module__]), scope)
    init: Any = scope["make"](**names)
    init.__qualname__ = f"{made.__qualname__}.__init__"
    init.__annotations__ = {each.name: each.type for each in known} | {"return": None}
    written: Callable[..., None] = init
    return written


def _comparing(names: tuple[str, ...]) -> tuple[Callable[[Any, object], bool], Callable[[Any], int]]:
    """`__eq__` and `__hash__` by the fields of these names."""
    parts: Callable[[Any], object] = attrgetter(*names) if names else lambda value: ()

    def equal(self: Any, other: object) -> bool:
        return bool(parts(self) == parts(other)) if other.__class__ is self.__class__ else NotImplemented

    return equal, lambda self: hash(parts(self))


@recursive_repr()
def _repr(self: Any) -> str:
    shown = ", ".join(f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__qualname__}({shown})"


def _assign(self: Any, name: str, value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(self: Any, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[object]:
    return [getattr(self, each.name) for each in fields(self)]


def _restore(self: Any, state: list[object]) -> None:
    for each, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)

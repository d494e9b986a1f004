"""Changes what can be changed while the session lasts: model, persona, tools, bans. Lists show how it stands, live."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pygent_engine.events import SetBans, SetModel, SetPersona, SetTool
from pygent_engine.untrusted import clean_line
from pygent_engine.values import Tuning as Tuned

from ..views.app_state import AppState
from .station import Station

if TYPE_CHECKING:
    from ..conductor import Conductor
    from ..screens.pick import Item, Pick


class Tuning(Station):
    """Behind /model, /persona, /tools and /banned."""

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self._models: tuple[str, ...] = (conductor.launch.model,)
        self._seen_bans: tuple[str, ...] = ()
        self._open: tuple[Pick, Callable[[Tuned], Sequence[Item]]] | None = None

    def show(self, old: AppState, new: AppState) -> None:
        if new.tuning is old.tuning:
            return
        if new.tuning.model and new.tuning.model not in self._models:
            self._models = (*self._models, new.tuning.model)
        if self._open is not None:
            pick, items = self._open
            pick.show(items(new.tuning))
        elif old.tuning.tools:  # it was told before how the session stands
            for sentence in _changed(old.tuning, new.tuning):
                self.conductor.say(sentence)

    # ------------------------------------------------------------ what an argument can be

    @property
    def known_models(self) -> Sequence[str]:
        """The models that this session was asked to use."""
        return self._models

    @property
    def tool_choices(self) -> Sequence[str]:
        return [f"{'off' if tool.on else 'on'} {tool.name}" for tool in self._now.tools]

    @property
    def ban_choices(self) -> Sequence[str]:
        return ["add ", *(f"remove {shlex.quote(name)}" for name in (*self._now.banned_commands, *self._now.banned_apps))]

    # ------------------------------------------------------------ the commands

    def model(self, name: str) -> None:
        """Ask the model `name`; without one show the list of those that are known."""
        if len(name.split()) > 1:
            self.conductor.refuse("The name of a model is one word: /model NAME.")
            return
        if name:
            self.conductor.send(SetModel(name))
            self.conductor.say(f"From the next step on {clean_line(name, 60)} is asked.")
            return
        self._choose("Model", self._model_items, self.model, "/model NAME asks any other model of the same server.", self._now.model)

    def persona(self, name: str) -> None:
        """Be the persona `name`; without one show the list."""
        if name:
            self.conductor.send(SetPersona(name))
        elif self._now.personas:
            self._choose("Persona", _persona_items, self.persona, "It holds from the next turn on.", _persona(self._now))
        else:
            self.conductor.refuse("This session has one persona only; PYGENT_PERSONA and the configuration file name others.")

    def tools(self, words: str) -> None:
        """Switch a tool on or off; without words show the list, where Enter switches."""
        named = words.split()
        if not named:
            self._toggle("Tools", _tool_items, self._switch_tool, "A tool that is off is not offered to the model from the next step on.")
        elif len(named) == 2 and named[0] in ("on", "off"):
            self.conductor.send(SetTool(named[1], named[0] == "on"))
        else:
            self.conductor.refuse("Say which tool is switched: /tools on NAME or /tools off NAME; /tools alone lists them.")

    def banned(self, words: str) -> None:
        """Ban a command or allow it again; without words show the list, where Enter switches."""
        try:
            named = shlex.split(words)
        except ValueError:
            named = [words]
        if not named:
            self._show_bans()
        elif len(named) == 2 and named[0] in ("add", "remove") and named[1].strip():
            self._ban(named[1].strip(), on=named[0] == "add")
        else:
            self.conductor.refuse("Say what is banned: /banned add NAME or /banned remove NAME; /banned alone lists them.")

    # ------------------------------------------------------------ lists

    @property
    def _now(self) -> Tuned:
        return self.conductor.state.tuning

    def _show_bans(self) -> None:
        self._seen_bans = (*self._now.banned_commands, *self._now.banned_apps)
        if self._seen_bans:
            self._toggle("Banned commands", self._ban_items, self._switch_ban, "/banned add NAME bans another one.")
        else:
            self.conductor.say("Nothing is banned; /banned add NAME bans a command.")

    def _choose(self, title: str, items: Callable[[Tuned], Sequence[Item]], then: Callable[[str], object], hint: str, at: str) -> None:
        from ..screens.pick import Pick  # noqa: PLC0415 - only who opens a list needs it

        self._push(Pick(title, items(self._now), hint=hint, at=at), items, lambda key: then(key) if key else None)

    def _toggle(self, title: str, items: Callable[[Tuned], Sequence[Item]], switch: Callable[[str], object], hint: str) -> None:
        from ..screens.pick import Pick  # noqa: PLC0415 - as above

        self._push(Pick(title, items(self._now), verb="switch", hint=hint, switch=switch), items, lambda key: None)

    def _push(self, pick: Pick, items: Callable[[Tuned], Sequence[Item]], then: Callable[[str | None], object]) -> None:
        def closed(key: str | None) -> None:
            self._open = None
            then(key)

        self._open = (pick, items)
        self.app.push_screen(pick, closed)

    def _switch_tool(self, name: str) -> None:
        tool = next((tool for tool in self._now.tools if tool.name == name), None)
        if tool is not None:
            self.conductor.send(SetTool(name, not tool.on))

    def _switch_ban(self, name: str) -> None:
        self._ban(name, on=name not in (*self._now.banned_commands, *self._now.banned_apps))

    def _ban(self, name: str, *, on: bool) -> None:
        """An op carries all bans: what the last op made of them is taken as done, so that two in a row both count."""
        now = self._now
        if on:
            commands = tuple(dict.fromkeys((*now.banned_commands, name)))
            after = replace(now, banned_commands=commands)
        elif name in (*now.banned_commands, *now.banned_apps):
            left = (tuple(ban for ban in bans if ban != name) for bans in (now.banned_commands, now.banned_apps))
            after = replace(now, banned_commands=next(left), banned_apps=next(left))
        else:
            self.conductor.refuse(f"{clean_line(name, 60)!r} is not banned; /banned lists what is.")
            return
        self.conductor.send(SetBans(after.banned_commands, after.banned_apps))
        self.conductor.show(replace(self.conductor.state, tuning=after))

    def _model_items(self, tuning: Tuned) -> Sequence[Item]:
        return _items((name, "", name == tuning.model) for name in self._models)

    def _ban_items(self, tuning: Tuned) -> Sequence[Item]:
        now = (*tuning.banned_commands, *tuning.banned_apps)
        self._seen_bans = tuple(dict.fromkeys((*self._seen_bans, *now)))
        return _items((name, "" if name in now else "allowed again", name in now) for name in self._seen_bans)


def _changed(old: Tuned, new: Tuned) -> Iterator[str]:
    """What a command or another front end changed, where no list shows it."""
    offered = {tool.name: tool.on for tool in old.tools}
    for tool in new.tools:
        if offered.get(tool.name, tool.on) != tool.on:
            yield f"From the next step on {tool.name} is {'offered to the model again' if tool.on else 'not offered to the model'}."
    if old.personas == new.personas and old.persona != new.persona:
        yield f"From the next turn on the persona is {_persona(new) or 'the default one'}."
    before, after = (dict.fromkeys((*tuning.banned_commands, *tuning.banned_apps)) for tuning in (old, new))
    yield from (f"{name} is banned now." for name in after if name not in before)
    yield from (f"{name} is allowed again." for name in before if name not in after)


def _persona(tuning: Tuned) -> str:
    """The first of the personas is the one without a name."""
    return tuning.persona or next(iter(tuning.personas), "")


def _persona_items(tuning: Tuned) -> Sequence[Item]:
    return _items((name, "", name == _persona(tuning)) for name in tuning.personas)


def _tool_items(tuning: Tuned) -> Sequence[Item]:
    return _items((tool.name, tool.description, tool.on) for tool in tuning.tools)


def _items(rows: Iterable[tuple[str, str, bool]]) -> Sequence[Item]:
    from ..screens.pick import Item  # noqa: PLC0415 - as above

    return [Item(name, name, note, on) for name, note, on in rows]

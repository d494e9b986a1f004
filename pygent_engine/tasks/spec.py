"""What a task is started from: plain data, so that it may be started in another process or on another machine, too."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..frozen import frozen
from ..task_events import TaskCreated
from ..untrusted import clean_line, clean_path, clean_text
from ..values import ROOT_TASK, UNLIMITED, Limits, Mode, Persona, Resources

if TYPE_CHECKING:
    from ..runtime import Runtime


@frozen
class RuntimePlan:
    """The kind of runtime that a task works in: its parent's. `resources` None: what is usual."""

    mode: Mode
    image: str
    network: bool = False
    env: tuple[tuple[str, str], ...] = ()
    resources: Resources | None = None
    banned_commands: tuple[str, ...] = ()
    banned_apps: tuple[str, ...] = ()
    pull: bool = False

    @classmethod
    def of(cls, parent: Runtime) -> RuntimePlan:
        """The kind of `parent`, as it is now."""
        return cls(
            parent.mode,
            parent.image,
            parent.network,
            tuple(parent.env.items()),
            parent.asked_resources,
            parent.banned_commands,
            parent.banned_apps,
            parent.pull,
        )


@frozen
class TaskSpec:
    """What was asked for. `files` are paths in the parent's workspace; `persona` and `model_name` are None to inherit."""

    id: str
    title: str
    prompt: str
    runtime: RuntimePlan
    files: tuple[str, ...] = ()
    persona: Persona | None = None
    model_name: str | None = None
    limits: Limits = UNLIMITED
    group: str = ""

    def created(self) -> TaskCreated:
        """The first event of the task."""
        persona = self.persona
        return TaskCreated(
            clean_line(self.title),
            clean_text(self.prompt),
            None if persona is None else replace(persona, name=clean_line(persona.name), description=clean_text(persona.description)),
            clean_line(self.model_name or ""),
            ROOT_TASK,
            self.runtime.mode,
            tuple(map(clean_path, self.files)),
            self.limits,
            self.runtime.network,
            self.group,
        )

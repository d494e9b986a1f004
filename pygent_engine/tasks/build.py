"""Makes the agent of a task in the image of its parent: same model, tools, gate and kind of runtime."""

from __future__ import annotations

from collections.abc import Callable

from ..approvals import Gate, Policy
from ..frozen import frozen
from ..loop import Loop
from ..models.default import default_model
from ..models.protocol import Model
from ..prompts import system_prompt
from ..settings import Settings
from ..tools import default_registry
from ..tools.toolbox import Toolbox
from ..values import Limits, Persona
from .executor import Builder, Order

AgentFactory = Callable[[Persona | None], Loop]


@frozen
class Heritage:
    """What a task inherits where its start says nothing else."""

    model: Model
    model_name: str
    toolbox: Toolbox
    gate: Gate
    persona: Persona | None = None

    @classmethod
    def of(cls, settings: Settings) -> Callable[[], Heritage]:
        """For a manager without a parent agent: the settings' model, all tools, nobody to ask."""
        gate = Gate(Policy(approvals=settings.approvals), None)
        heritage = cls(default_model(settings), settings.model_name, Toolbox(default_registry), gate)
        return lambda: heritage

    def build(self, order: Order) -> Loop:
        """The agent of a task, in a new runtime of its parent's kind."""
        spec, runtime = order.spec, order.parent_rt.spawn()
        return Loop(
            order.model or self.model,
            spec.model_name or self.model_name,
            runtime,
            self.toolbox,
            system_msg=system_prompt(runtime, spec.persona or self.persona, delegates=False),
            gate=self.gate,
            limits=Limits(),
            post=lambda event: None,
        )


def from_factory(factory: AgentFactory) -> Builder:
    """For a manager whose agents a program makes: they keep what the start says nothing of."""

    def build(order: Order) -> Loop:
        agent = factory(order.spec.persona)
        agent.model = order.model or agent.model  # the seat that it takes next is wired with these
        agent.model_name = order.spec.model_name or agent.model_name
        return agent

    return build

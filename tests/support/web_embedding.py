"""A program that embeds an agent with a model of its own, and shows it in a browser."""

from __future__ import annotations

import sys

from pygent_engine import Agent, Message, Runtime, Settings
from pygent_engine.values import JsonDict


class Parrot:
    """A model as a program may bring it: it says what it was told, and counts."""

    def __init__(self) -> None:
        self.asked = 0

    def chat(self, messages: list[JsonDict], model: str, tools: list[JsonDict]) -> JsonDict | Message:
        self.asked += 1
        return Message("assistant", f"The parrot says: {messages[-1]['content']}", finish_reason="stop")


def main() -> None:
    """Show the agent, and say afterwards what became of it."""
    with Runtime(use_docker=False) as runtime:
        parrot = Parrot()
        agent = Agent(parrot, runtime, settings=Settings())
        agent.run_gui()
        sys.stdout.write(f"back: {parrot.asked}, {agent.runtime is runtime}, {agent.step('still there?').content}\n")
        agent.close()


if __name__ == "__main__":
    main()

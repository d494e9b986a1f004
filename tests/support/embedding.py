"""A program that embeds an agent and opens the installed front end on it; run with a test's terminal."""

from __future__ import annotations

import sys

from pygent_engine import Agent, DemoModel, Runtime, Settings


def main(use_docker: str) -> None:
    """Open the front end, and say afterwards what became of the agent."""
    with Runtime(use_docker=False, image=sys.argv[2]) as runtime:
        agent = Agent(DemoModel(delay_s=0.0), runtime, settings=Settings(confirm_bash=False))
        agent.run_interactive({"own": None, "docker": True}[use_docker])
        said = [entry["content"] for entry in agent.history if entry["role"] == "user"]
        sys.stdout.write(f"back: {said}, {agent.runtime.mode}, {agent.runtime is runtime}, {agent.step('hello').role}\n")
        agent.close()


if __name__ == "__main__":
    main(sys.argv[1])

"""The seed documents: what they name works as they say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pygent_engine import Agent, Persona, Runtime, TaskManager, register_tool, tool
from tests.support.agents import DEADLINE_S


class Scripted:
    """A custom model as the seeds have it: only `chat`, returning a dict in OpenAI's shape."""

    def chat(self, messages: list[dict[str, Any]], model: str, tools: list[dict[str, Any]]) -> dict[str, Any]:
        offered = {entry["function"]["name"] for entry in tools}
        turn = sum(message["role"] == "assistant" for message in messages)
        if "delegate_task" not in offered:  # the delegated agent
            steps: list[Any] = [("bash", {"cmd": "wc -l < data.txt > lines.txt"}), ("stop", {})]
        else:
            steps = [
                ("hello", {"name": "Ada"}),
                ("shout", {"word": "hi"}),
                ("write_file", {"path": "data.txt", "content": "1\n2\n3\n"}),
                ("delegate_task", {"prompt": "count the lines", "files": ["data.txt"], "title": "Count"}),
                ("patience", {}),
                ("task_status", {"task_id": "task-1"}),
                ("collect_file", {"task_id": "task-1", "path": "lines.txt"}),
                ("download_file", {"path": "lines.txt"}),
                ("stop", {}),
            ]
        name, arguments = steps[turn]
        call = {"id": f"c{turn}", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}
        return {"role": "assistant", "content": None, "tool_calls": [call]}


def test_a_custom_model_does_the_whole_seed_api(own_tools: None, tmp_path: Path) -> None:
    def hello(rt: Runtime, name: str) -> str:
        return f"Hello {name}!"

    schema = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    register_tool("hello", "Greet the user", schema, hello)

    @tool
    def shout(rt: Runtime, word: str) -> str:
        """Shout a word."""
        return word.upper()

    @tool
    def patience(rt: Runtime) -> str:
        return agent.tasks.wait("task-1", DEADLINE_S).status

    runtime = Runtime(use_docker=False)
    agent = Agent(Scripted(), runtime, system_msg="You are a friendly bot")
    try:
        result = agent.run("go")
        assert (result.outcome, result.steps) == ("finished", 9)
        assert agent.history[0] == {"role": "system", "content": "You are a friendly bot"}
        answers = [message["content"] for message in agent.history if message["role"] == "tool"]
        assert answers == [
            "Hello Ada!",
            "HI",
            "Wrote 6 bytes to data.txt.",
            "Started task task-1. Ask for it with task_status.",
            "finished",
            "task-1: finished (Count; 2 steps; 1 file changed)\nChanged: lines.txt",
            "Copied lines.txt of task-1 to lines.txt.",
            "3\n",
            "The run ends after this step.",
        ]
        assert (agent.model.__class__, agent.runtime) == (Scripted, runtime)
    finally:
        agent.close()
        runtime.cleanup()
    assert not runtime.base_dir.exists()


def test_the_task_manager_of_the_seeds_copies_files_and_says_how_it_stands() -> None:
    with Runtime(use_docker=False) as rt:
        rt.write_file("data.txt", "x\n")

        def factory(persona: Persona | None = None) -> Agent:
            return Agent(Scripted(), Runtime(use_docker=False), persona=persona)

        tm = TaskManager(agent_factory=factory)
        task_id = tm.start_task("generate report", rt, files=["data.txt"], step_timeout=5, task_timeout=60)
        assert tm.wait(task_id, DEADLINE_S).status == tm.status(task_id) == "finished"
        assert tm.collect_file(rt, task_id, "lines.txt") == "lines.txt"
        assert rt.bash("cat lines.txt") == "1\n"
        tm.close()


def test_a_task_without_a_model_to_ask_fails_and_says_what_to_do(monkeypatch: Any) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "PYGENT_MODEL"):
        monkeypatch.delenv(name, raising=False)
    with Runtime(use_docker=False) as rt:
        tm = TaskManager()
        task_id = tm.start_task("generate report", rt)
        view = tm.wait(task_id, DEADLINE_S)
        assert view.status.startswith("failed: ")
        assert "OPENAI_API_KEY" in view.status
        tm.close()

"""A program that forks: what the child does and how it ends costs the parent nothing, and the child never hangs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DEADLINE_S = 60
_HEAD = """
import os, sys
from pygent_engine import Agent, Runtime, RuntimeLost, Settings
def in_child(work):
    pid = os.fork()
    if pid == 0:
        work()
        sys.exit(0)  # as a program ends: with everything that waits for the interpreter's end
    return os.waitpid(pid, 0)[1]
"""


def program(text: str, **environ: str) -> list[str]:
    """The lines that a program prints which has the engine and forks."""
    run = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", _HEAD + text]  # newer ones warn of forks with threads
    passed = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **environ}
    ended = subprocess.run(run, capture_output=True, text=True, timeout=DEADLINE_S, env=passed, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout.splitlines()


_RUNTIME = """
def use():
    try:
        runtime.bash("true")
    except RuntimeLost as error:
        print(error)
    runtime.cleanup()
with Runtime(os.environ["MODE"] == "docker", image=os.environ.get("IMAGE")) as runtime:
    runtime.write_file("kept", "yes")
    print(runtime.bash("cat kept"), in_child(use), in_child(lambda: None), runtime.bash("cat kept"))
"""
_EXPECTED = ["This runtime belongs to the process that made it; make a new one after a fork.", "yes 0 0 yes"]


def test_a_local_runtime_stays_its_parents() -> None:
    assert program(_RUNTIME, MODE="local") == _EXPECTED


@pytest.mark.docker
def test_a_container_stays_its_parents(docker_image: str) -> None:
    assert program(_RUNTIME, MODE="docker", IMAGE=docker_image) == _EXPECTED


def test_an_agent_that_has_worked_goes_on_in_both_processes() -> None:
    text = """
class Model:
    def chat(self, messages, model, tools):
        return {"content": str(sum(message["role"] == "user" for message in messages))}
agent = Agent(Model(), Runtime(False), settings=Settings(), owns_runtime=True)
def ask():
    print(agent.run("go").reply.content)
ask()
in_child(ask)
ask()
agent.close()
"""
    assert program(text) == ["1", "2", "2"]


def test_a_connection_that_waited_for_another_request_stays_its_parents() -> None:
    text = """
import threading
from pygent_engine import OpenAIModel
from tests.support.sse_server import DONE, Script, SSEServer, Wait, finish, text_chunks, text_reply
server, go = SSEServer(), threading.Event()
server.play(text_reply("before"), Script([Wait(go), *text_chunks("child"), finish(), DONE]), text_reply("parent"))
model = OpenAIModel("a-key-for-tests", server.url, timeout_s=10.0)
def ask():
    print(model.chat([{"role": "user", "content": "hi"}], "a-model", []).content)
ask()
pid = os.fork()
if pid == 0:
    ask()
    os._exit(0)
server.wait_for_request()
server.wait_for_request()
ask()  # while the child's answer is still to come
go.set()
os.waitpid(pid, 0)
model.close()
server.close()
"""
    assert program(text) == ["before", "parent", "child"]


def test_what_the_tasks_of_a_program_keep_stays_when_a_fork_closes_them(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1\n")
    text = """
from pygent_engine import Message, TaskManager
class Model:
    def chat(self, messages, model, tools):
        return Message("assistant", "done")
parent = Runtime(False, workspace=os.environ["PARENT"])
made = []
def agent(persona):
    made.append(Runtime(False))
    return Agent(Model(), made[-1], settings=Settings())
manager = TaskManager(agent, settings=Settings())
task = manager.start_task("go", parent, ["."])
print(manager.wait(task, 30).status)
made[0].write_file("a", "2\\n")
def close():
    manager.close()
    parent.cleanup()
print(in_child(close), manager.diff(task)[0].diff.text.split())
print(manager.apply(task).applied, manager.unapply(task).applied, open(os.path.join(os.environ["PARENT"], "a")).read())
manager.close()
parent.cleanup()
"""
    said = program(text, PARENT=str(tmp_path))
    assert said == ["finished", "0 ['@@', '-1,1', '+1,1', '@@', '-1', '+2']", "('a',) ('a',) 1", ""]

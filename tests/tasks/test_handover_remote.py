"""The hand-over of work on an engine that cannot see this machine's folders: what is applied here is there for the next command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pygent_engine import Agent, ApplyReport, Message, Runtime, Settings
from pygent_engine.task_values import TaskState
from pygent_engine.tasks.handover import Handover, private_store
from tests.support.agents import Recorder, bash
from tests.support.handing import Content, content, fill, kinds
from tests.support.laws import check_stream

pytestmark = [
    pytest.mark.docker,
    pytest.mark.usefixtures("way", "no_container_left"),
    pytest.mark.parametrize("way", ["tcp"], indirect=True),
]

DEADLINE_S = 60.0
BEFORE: Content = {"a": b"1\n", "gone/b": b"g\n", "run": b"#!/bin/sh\n", ".gitignore": b"logs/\n"}
WORK = "cat a > read; echo 2 > a; rm -r gone; chmod 755 run; mkdir new logs; echo n > new/n; echo l > logs/l; ln -s a link"
AFTER: Content = {"a": b"2\n", "run": ("x", b"#!/bin/sh\n"), ".gitignore": b"logs/\n", "new/n": b"n\n", "link": "a", "read": b"1\n"}
SEE = "cat a; ls"


class Working:
    """A model whose tasks do the work and are done."""

    def chat(self, messages: list[dict[str, Any]], model: str, tools: list[dict[str, Any]]) -> Message:
        return bash(WORK) if messages[-1]["role"] != "tool" else Message("assistant", "done", finish_reason="stop")


def test_what_a_task_made_there_is_listed_applied_and_taken_back_and_commands_there_see_it(docker_image: str, tmp_path: Path) -> None:
    fill(tmp_path, BEFORE)
    recorder = Recorder()
    with Runtime(True, image=docker_image, workspace=tmp_path) as runtime:
        assert runtime.bash(SEE) == "1\na\ngone\nrun\n"
        agent = Agent(Working(), runtime, on_event=recorder, settings=Settings(image=docker_image))
        task_id = agent.tasks.start_task("work", runtime, ["."])
        assert agent.tasks.wait(task_id, DEADLINE_S).state is TaskState.finished
        assert kinds(agent.tasks.diff(task_id)) == {
            "a": "modified",
            "gone/b": "deleted",
            "link": "added",
            "logs/": "ignored 1",
            "new/n": "added",
            "read": "added",
            "run": "modified",
        }
        paths = ("a", "gone/b", "link", "new/n", "read", "run")
        assert agent.tasks.apply(task_id) == ApplyReport(applied=paths)
        assert content(tmp_path) == AFTER
        assert runtime.bash(f"{SEE}; test -x run && echo runs") == "2\na\nlink\nnew\nread\nrun\nruns\n"
        assert agent.tasks.unapply(task_id) == ApplyReport(applied=paths)
        assert content(tmp_path) == BEFORE
        assert runtime.bash(SEE) == "1\na\ngone\nrun\n"
        runtime.bash("echo theirs > a")  # there, and so here
        report = agent.tasks.apply(task_id)
        assert (report.conflicts, content(tmp_path)) == (("a",), {**BEFORE, "a": b"theirs\n"})
        agent.close()
    check_stream(recorder.envelopes)


def test_what_a_task_at_work_made_so_far_comes_with_its_commands(docker_image: str, tmp_path: Path) -> None:
    fill(tmp_path, {"a": b"1\n"})
    with Runtime(True, image=docker_image, workspace=tmp_path) as runtime, runtime.spawn() as task:
        store = private_store()
        handover = Handover(store, task, runtime, ["a"])
        handover.begin()
        task.bash("echo 2 >> a")
        assert kinds(handover.diff()) == {"a": "modified"}
        task.write_file("own", "here\n")
        assert task.bash("cat own; echo 3 >> a") == "here\n"
        task.stop()
        assert handover.apply() == ApplyReport(applied=("a", "own"))
        assert runtime.bash("cat a own") == "1\n2\n3\nhere\n"
        store.close()

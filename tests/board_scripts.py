"""Sessions with delegated tasks in every state, few and many, for the board's pictures and tests."""

from __future__ import annotations

from pygent_engine.events import (
    ChangesApplied,
    ChangesFound,
    StepEnded,
    TaskCreated,
    TaskEnded,
    TaskPausing,
    TaskRetried,
    TaskStateChanged,
    TurnEnded,
)
from pygent_engine.task_values import ApplyReport, TaskState
from pygent_engine.values import ROOT_TASK, UNLIMITED, Limits, Persona, Usage

from .support.script import Script, call

_WORK = (
    ("Review the tests of the cache", "python -m pytest tests/test_cache.py"),
    ("Port the command line to argparse", "grep -rn click src"),
    ("Measure the start-up", "python -X importtime -c 'import app'"),
    ("Write the reference of the settings", "sed -n 1,80p src/settings.py"),
    ("Find out why 测试 is slow on CI", "gh run view --log-failed"),
)
_USAGE = Usage(1200, 180)
_WRITER, _TESTER = Persona("writer", "You write."), Persona("tester", "You test.")


def begun(script: Script, number: int, limits: Limits = UNLIMITED, group: str = "") -> Script:
    """The task with that number: created, in its container, at its first call."""
    task_id, (title, command) = f"task-{number}", _WORK[number % len(_WORK)]
    queued(script, number, limits, group)
    script.post(TaskStateChanged(TaskState.starting), task_id)
    script.post(TaskStateChanged(TaskState.running, f"{number:02x}f0c9a2b7d3e"[:12]), task_id).turn(title, task_id)
    asked = call(f"{task_id}/c1", cmd=command)
    return script.reply("I look at it first.", asked, task=task_id).start(asked.id, task_id)


def queued(script: Script, number: int, limits: Limits = UNLIMITED, group: str = "") -> Script:
    """The task with that number: accepted."""
    title = _WORK[number % len(_WORK)][0]
    persona = (_WRITER, _TESTER, None)[number % 3]
    prompt = f"{title}. Say what you found in a few lines, and change nothing else."
    return script.post(TaskCreated(title, prompt, persona, "demo", ROOT_TASK, "docker", (), limits, False, group), f"task-{number}")


def worked(script: Script, number: int) -> Script:
    """The first call of a task that has begun ends well."""
    return script.end(f"task-{number}/c1", "ok", task=f"task-{number}")


def over(script: Script, number: int, state: TaskState = TaskState.finished, error: str = "", answer: str = "") -> Script:
    """A task that has begun ends."""
    task_id = f"task-{number}"
    worked(script, number)
    if answer:
        script.next_step(2, task_id).reply(answer, task=task_id)
        script.post(StepEnded(2), task_id, after=0.75).post(TurnEnded("finished", 2, _USAGE), task_id)
        return script.post(TaskEnded(state, str(state), error, 1, _USAGE), task_id)
    return script.done(task_id, state, error)


def three() -> Script:
    """One works, one asks, one is done."""
    script = Script()
    begun(script, 1, Limits(steps=20, tokens=100_000))
    begun(script, 2, Limits(steps=20, tokens=100_000))
    over(begun(script, 3), 3, answer="Half of the start is the import of two packages that only a table needs.")
    script.post(ChangesFound(2, ("src/app.py", "src/table.py")), "task-3")
    worked(script, 2).next_step(2, "task-2")
    asked = call("task-2/c2", cmd="pip install click", network=True)
    script.reply("I need the package.", asked, task="task-2")
    return script.ask("task-2/c2", "wants the network, which is off", "task-2", ("network",))


def every_state() -> Script:
    """A task in each state, and in each way to stand still."""
    script = Script()
    begun(script, 1, Limits(steps=20, tokens=200_000))
    begun(script, 2, Limits(steps=2, tokens=50_000))
    worked(script, 2).next_step(2, "task-2").next_step(3, "task-2")
    script.post(TaskStateChanged(TaskState.paused, "02f0c9a2b7d3", "the limit of 2 steps is reached"), "task-2")
    begun(script, 3).post(TaskStateChanged(TaskState.paused, "03f0c9a2b7d3", "the model is overloaded (503)", script.at + 60), "task-3")
    begun(script, 4).post(TaskStateChanged(TaskState.paused, "04f0c9a2b7d3"), "task-4")
    begun(script, 5).post(TaskPausing(), "task-5")
    over(begun(script, 6), 6, answer="All 14 tests pass now; `median` read the list before it was sorted.")
    script.post(ChangesFound(1, ("stats.py",)), "task-6").post(ChangesApplied(ApplyReport(("stats.py",))), "task-6")
    over(begun(script, 7), 7, TaskState.failed, "the model was not reached")
    over(begun(script, 8), 8, TaskState.cancelled)
    over(begun(script, 9), 9, TaskState.timed_out, "timeout after 60s")
    over(begun(script, 10), 10, TaskState.lost, "it did not come back within 10 s")
    queued(script, 11).post(TaskStateChanged(TaskState.starting), "task-11")
    begun(script, 12)
    asked = call("task-12/c2", "ask_user", prompt="Which?")
    worked(script, 12).next_step(2, "task-12").reply("", asked, task="task-12").start(asked.id, "task-12")
    script.question(asked.id, "Which of the two settings files is the one that counts?", "settings.toml", "setup.cfg", task="task-12")
    return queued(script, 13)


def stalled() -> Script:
    """One works, one has said nothing for 40 seconds."""
    script = begun(begun(Script(), 1), 2)
    return script.output("task-2/c1", "collecting ...\n", "task-2").output("task-1/c1", "....\n", "task-1", after=33.0)


def conflict() -> Script:
    """Two tasks changed the same file; a third changed another, and began a second time."""
    script = begun(begun(Script(), 1), 2)
    over(script, 1, answer="The cache is a dictionary now.")
    script.post(ChangesFound(2, ("src/cache.py", "src/keys.py")), "task-1")
    script.post(ChangesFound(1, ("src/cache.py",)), "task-2")
    over(begun(script, 3), 3, TaskState.failed, "the model was not reached")
    script.post(TaskRetried("Go on where you stopped.", None, "demo", UNLIMITED), "task-3")
    return script.post(ChangesFound(1, ("docs/start.md",)), "task-3")


def many(count: int) -> Script:
    """`count` tasks: some at work, one that asks and one at its limit, most of them over, the last ones queued."""
    script = Script()
    live, waiting = 10, count // 10
    for number in range(1, live + 1):
        begun(script, number, Limits(steps=20) if number % 2 else UNLIMITED)
    worked(script, 7).next_step(2, "task-7").reply("", call("task-7/c2", cmd="rm -rf build"), task="task-7")
    script.ask("task-7/c2", "may run what is banned", "task-7")
    for number in range(live + 1, count - waiting + 1):
        state = (TaskState.finished, TaskState.finished, TaskState.failed, TaskState.cancelled)[number % 4]
        error = "the model was not reached" if state is TaskState.failed else ""
        queued(script, number).post(TaskEnded(state, str(state), error, number % 9, Usage(900, number)), f"task-{number}", after=0.01)
    for number in range(count - waiting + 1, count + 1):
        queued(script, number)
    return script

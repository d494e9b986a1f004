"""Scripted sessions with a task that is looked at closely: it works, asks, is told something, pauses, ends."""

from __future__ import annotations

from pygent_engine.events import (
    ApprovalSettled,
    ChangesFound,
    MessageSent,
    Steered,
    StepStarted,
    TaskCreated,
    TaskLimited,
    TaskPausing,
    TaskRetried,
    TaskStateChanged,
    Told,
    TurnStarted,
)
from pygent_engine.task_values import TaskState
from pygent_engine.values import ROOT_TASK, Limits, Persona

from .support.script import Script, call

DOCS, CACHE, LINT = "task-1", "task-2", "task-3"
_READ = ((25, "index"), (50, "api"), (75, "cli"), (100, "why"))
_SPHINX = "".join(f"reading sources... [{percent:3}%] {name}\n" for percent, name in _READ)


def _begin(script: Script, task: str, prompt: str, persona: str = "", limits: Limits | None = None) -> None:
    who = Persona(persona) if persona else None
    asked = TaskCreated(prompt.partition(":")[0], prompt, who, "qwen3-coder", ROOT_TASK, "docker", (".",), limits or Limits())
    script.post(asked, task).post(TaskStateChanged(TaskState.starting, workspace=f"/tmp/{task}"), task)
    script.post(TaskStateChanged(TaskState.running, f"4f1c9a2b7d3{task[-1]}"), task)
    script.post(TurnStarted(prompt), task).post(StepStarted(1), task)


def working() -> Script:
    """One works and was told something, one is over; nothing asks."""
    return docs(lint(Script(model="qwen3-coder").turn("write the docs, and lint the tests meanwhile")))


def three() -> Script:
    """One works and was told something, one asks for a yes, one is over."""
    script = Script(model="qwen3-coder").turn("write the docs, and make the cache faster meanwhile")
    script.reply("I have both done beside each other.")
    docs(script)
    cache(script)
    return lint(script)


def lint(script: Script) -> Script:
    """All of a task, which the model was told of."""
    _begin(script, LINT, "Lint the tests: fix what is safe")
    script.reply("All clean: 14 findings fixed, none left.", task=LINT)
    script.post(ChangesFound(2, ("tests/test_api.py", "tests/test_cli.py")), LINT).done(LINT)
    return script.post(Told("task-3 finished: All clean: 14 findings fixed, none left."))


def docs(script: Script) -> Script:
    """Two steps, a message that was read and one that waits, output that still comes."""
    _begin(script, DOCS, "Write the docs: every command, with an example", "writer", Limits(steps=20, tokens=200_000))
    script.reply("I look at what there is.", call("task-1/c1", cmd="ls docs"), task=DOCS).start("task-1/c1", DOCS)
    script.output("task-1/c1", "index.rst\nold.rst\n", DOCS).end("task-1/c1", "index.rst\nold.rst", task=DOCS, duration_s=0.2)
    script.post(MessageSent("leave old.rst as it is", "model"), DOCS).next_step(2, DOCS).post(Steered("leave old.rst as it is"), DOCS)
    script.reply("I leave `old.rst` alone, and build what I wrote:", call("task-1/c2", cmd="sphinx-build docs out"), task=DOCS)
    script.start("task-1/c2", DOCS).output("task-1/c2", _SPHINX, DOCS)
    return script.post(MessageSent("and name the exit codes"), DOCS)


def cache(script: Script) -> Script:
    _begin(script, CACHE, "Make the cache faster: measure first", limits=Limits(steps=20))
    script.reply("I need a library for this.", call("task-2/c1", cmd="pip install lru-dict"), task=CACHE)
    return script.ask("task-2/c1", "asks for the network", CACHE, ("network",))


def asking() -> Script:
    """A task asks a question with options."""
    script = Script().turn("tidy the docs")
    _begin(script, DOCS, "Write the docs: every command")
    script.reply("One thing first.", call("task-1/c1", "ask_user", prompt="Which format?"), task=DOCS)
    return script.question("task-1/c1", "Which format?", "Markdown", "reStructuredText", task=DOCS)


def paused() -> Script:
    script = Script().turn("write the docs")
    docs(script)
    script.post(TaskPausing(), DOCS).end("task-1/c2", _SPHINX, task=DOCS)
    script.post(TaskStateChanged(TaskState.paused, "4f1c9a2b7d31", "the limit of 2 steps is reached"), DOCS)
    return script.post(TaskLimited(Limits(steps=40)), DOCS)


def retried() -> Script:
    script = Script().turn("write the docs")
    docs(script).end("task-1/c2", _SPHINX, task=DOCS).done(DOCS, TaskState.failed, "the model was not reached")
    script.post(TaskRetried("Go on where you stopped.", None, "big", Limits(steps=40)), DOCS)
    script.post(TaskStateChanged(TaskState.starting), DOCS).post(TaskStateChanged(TaskState.running, "5a1c9a2b7d31"), DOCS)
    return script.turn("Go on where you stopped.", DOCS).stream("I go on with the exit", DOCS)


def queued() -> Script:
    script = Script().turn("write the docs")
    return script.post(TaskCreated("Write the docs", "Write the docs: every command", None, "demo", ROOT_TASK, "docker"), DOCS)


def hostile() -> Script:
    """A task whose every text would do harm if it were taken for markup or sequences."""
    evil = "[/] [bold red]x[/bold red] [@click=app.quit]click[/] \x1b]52;c;aGk=\x07\x1b[2J\u202e"
    script = Script().turn("try it")
    script.post(TaskCreated(f"Title {evil}", f"Prompt {evil}", Persona(f"who {evil}"), f"model {evil}", ROOT_TASK, "docker"), DOCS)
    script.post(TaskStateChanged(TaskState.running, f"c {evil}"), DOCS).turn(f"Prompt {evil}", DOCS)
    script.reply(f"A reply {evil}", call("task-1/c1", cmd=f"printf '{evil}'"), task=DOCS)
    script.ask("task-1/c1", f"reason {evil}", DOCS).post(ApprovalSettled("task-1/c1", "once"), DOCS).start("task-1/c1", DOCS)
    script.output("task-1/c1", f"out {evil}\n", DOCS).post(MessageSent(f"message {evil}"), DOCS)
    return script.post(TaskStateChanged(TaskState.paused, "c", f"why {evil}"), DOCS)

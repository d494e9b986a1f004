"""One session with delegated tasks from beginning to end: three are delegated; one asks and is answered, one is told something, one is
cancelled; the changes of one are applied, and those of another conflict with them. Each part goes on where the one before it ended.
"""

from __future__ import annotations

from pygent_engine.events import (
    ApprovalSettled,
    ChangesApplied,
    ChangesFound,
    ChangesListed,
    MessageSent,
    Steered,
    StepEnded,
    TaskCreated,
    TaskEnded,
    TaskStateChanged,
    Told,
    TurnEnded,
)
from pygent_engine.task_values import ApplyReport, FileChange, TaskState
from pygent_engine.values import ROOT_TASK, FileDiff, Limits, Persona, Usage

from .support.script import Script, call
from .work_scripts import CHANGES, CONFLICT

CACHE, PORT, DOCS = "task-1", "task-2", "task-3"
PROMPT = "Make the cache faster, port the command line to argparse, and write the docs: all three at once."
TOLD = "leave old.rst as it is, and name the exit codes"
_SPENT = Usage(2400, 360)
_LIMITS = Limits(steps=20, tokens=200_000)
_CODER, _WRITER = Persona("coder", "You write code."), Persona("writer", "You write prose.")
_TASKS = (
    (CACHE, "Make the cache faster", "Make the cache faster; keep the tests green. Measure it before and after.", _CODER, "8c1f0a2b7d31"),
    (
        PORT,
        "Port the command line to argparse",
        "Replace click by argparse in src/cli; the options stay as they are.",
        _CODER,
        "1be40a9d72c2",
    ),
    (DOCS, "Write the docs", "Write the docs: every command, with an example.", _WRITER, "d40c77ae15f3"),
)
_COMMANDS = (
    (CACHE, "python measure.py --entries 10 100 1000 10000"),
    (DOCS, "sphinx-build docs out"),
    (PORT, "pip install pytest-console-scripts"),
)
_MEASURED = "".join(f"{entries:6,} entries   {ms:6.2f} ms\n" for entries, ms in ((10, 0.04), (100, 0.41), (1000, 4.12), (10_000, 41.3)))
_BUILT = "".join(f"reading sources... [{percent:3}%] {name}\n" for percent, name in ((33, "index"), (66, "api"), (100, "commands")))
_PORTED = """\
@@ -1,5 +1,5 @@
-import click
+import argparse
\x20
\x20
-@click.command()
-def main() -> None:
+def main(argv: list[str] | None = None) -> int:
+    arguments = parser().parse_args(argv)
"""
_PORT_CHANGES = (
    FileChange("src/cli/main.py", "modified", diff=FileDiff("src/cli/main.py", "modified", _PORTED, 3, 3)),
    FileChange("src/cache.py", "modified", diff=CHANGES[0].diff),
)


def delegated() -> Script:
    """Three tasks are at work, and one of them asks for the network."""
    script = Script(model="qwen3-coder").turn(PROMPT)
    asked = [call(f"c{number}", "delegate_task", prompt=prompt, title=title) for number, (_, title, prompt, _, _) in enumerate(_TASKS, 1)]
    script.reply("Three pieces that do not need each other: each gets a container and a copy of the workspace of its own.", *asked)
    for number, (task, title, prompt, persona, container) in enumerate(_TASKS, 1):
        script.start(f"c{number}").post(TaskCreated(title, prompt, persona, "qwen3-coder", ROOT_TASK, "docker", (".",), _LIMITS), task)
        script.end(f"c{number}", f"Started task {task}. Ask for it with task_status.", None, duration_s=0.1)
        script.post(TaskStateChanged(TaskState.starting, workspace=f"/tmp/{task}"), task)
        script.post(TaskStateChanged(TaskState.running, container), task).turn(prompt, task)
    script.next_step(2).reply("They are at work; I am told when one ends.").end_turn(step=2)
    measure, build, install = (call(f"{task}/c1", cmd=cmd) for task, cmd in _COMMANDS)
    script.reply("I measure it first.", measure, task=CACHE).start(measure.id, CACHE).output(measure.id, _MEASURED, CACHE)
    script.end(measure.id, _MEASURED, task=CACHE).next_step(2, CACHE).post(ChangesFound(1, ("src/cache.py",)), CACHE)
    script.reply("I look at what there is, and build it:", build, task=DOCS).start(build.id, DOCS).output(build.id, _BUILT, DOCS)
    script.reply("The tests of the command line need a package.", install, task=PORT)
    return script.ask(install.id, "wants the network, which is off", PORT, ("network",))


def told() -> Script:
    """The one that asked was answered; another was told something, which it has read."""
    script = delegated().post(ApprovalSettled(f"{PORT}/c1", "once"), PORT).start(f"{PORT}/c1", PORT)
    script.end(f"{PORT}/c1", "Successfully installed pytest-console-scripts-1.4.1", task=PORT).next_step(2, PORT)
    script.post(MessageSent(TOLD), DOCS).end(f"{DOCS}/c1", _BUILT, task=DOCS).next_step(2, DOCS).post(Steered(TOLD), DOCS)
    script.reply(
        "I leave `old.rst` alone, and give each command its exit codes:", call(f"{DOCS}/c2", cmd="grep -rn 'sys.exit' src"), task=DOCS
    )
    return script.start(f"{DOCS}/c2", DOCS).output(
        f"{DOCS}/c2", "src/cli/main.py:41:    sys.exit(2)\nsrc/cli/main.py:77:    sys.exit(0)\n", DOCS
    )


def merged() -> Script:
    """That one was cancelled, the other two are over; what they changed was looked at, and that of the first was applied."""
    script = told().end(f"{DOCS}/c2", "[cancelled]", None, task=DOCS)
    script.post(StepEnded(2), DOCS).post(TurnEnded("interrupted", 2, _SPENT), DOCS)
    script.post(TaskEnded(TaskState.cancelled, "cancelled", "", 2, _SPENT), DOCS)
    for task, words, changes in (
        (CACHE, "The key is made once now, and all 14 tests pass: 1,000 entries take 0.8 ms in place of 4.1 ms.", CHANGES),
        (PORT, "The command line is argparse's now; its 31 tests pass.", _PORT_CHANGES),
    ):
        script.reply(words, task=task).post(StepEnded(2), task).post(TurnEnded("finished", 2, _SPENT), task)
        script.post(ChangesFound(len(changes), tuple(change.path for change in changes)), task)
        script.post(TaskEnded(TaskState.finished, "finished", "", 2, _SPENT), task).post(ChangesListed(changes), task)
    return script.post(Told(f"{CACHE} finished: The key is made once now."))


def applied() -> Script:
    """The changes of the first were applied."""
    return merged().post(ChangesApplied(ApplyReport(("src/cache.py", "tests/test_cache.py", "cache.toml", "docs/cache.png"))), CACHE)


def conflict(script: Script) -> Script:
    """Those of the second met them."""
    return script.post(ChangesApplied(CONFLICT), PORT)

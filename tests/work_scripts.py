"""Scripted sessions around the work of delegated tasks: what they changed, copies of one prompt, caps that are reached."""

from __future__ import annotations

from pygent_engine.events import (
    ChangesApplied,
    ChangesCompared,
    ChangesFound,
    ChangesListed,
    StepEnded,
    TaskCreated,
    TaskStateChanged,
    Tuned,
)
from pygent_engine.task_values import ApplyReport, FileChange, TaskState
from pygent_engine.values import ROOT_TASK, FileDiff, Limits, Tuning

from .support.script import Script

_CACHE = """\
@@ -1,6 +1,7 @@
 import json
+from functools import lru_cache
\x20
\x20
-def key(request):
-    return json.dumps(request, sort_keys=True)
+@lru_cache(maxsize=1024)
+def key(request: Request) -> str:
+    return request.fingerprint
"""
_TESTS = """\
@@ -0,0 +1,4 @@
+def test_the_key_is_made_once() -> None:
+    request = Request("GET", "/")
+    assert key(request) is key(request)
+
"""
_GONE = _TESTS.replace("\n+", "\n-").replace("-0,0 +1,4", "-1,4 +0,0")
_OLD = "@@ -1,2 +0,0 @@\n-[tool.cache]\n-size = 100\n"
_CLASH = """\
@@ -4,4 +4,8 @@
\x20
+<<<<<<< workspace
 def key(request):
-    return json.dumps(request, sort_keys=True)
+    return hash(request)
+=======
+def key(request: Request) -> str:
+    return request.fingerprint
+>>>>>>> task-1
"""

CHANGES = (
    FileChange("src/cache.py", "modified", diff=FileDiff("src/cache.py", "modified", _CACHE, 4, 2), also=("task-2",)),
    FileChange("tests/test_cache.py", "added", diff=FileDiff("tests/test_cache.py", "added", _TESTS, 4, 0)),
    FileChange("cache.toml", "deleted", diff=FileDiff("cache.toml", "deleted", _OLD, 0, 2)),
    FileChange("docs/cache.png", "added"),
    FileChange(".venv/", "added", ignored=True, files=812),
)
_BETWEEN = """\
@@ -1,7 +1,6 @@
 import json
-from functools import lru_cache
\x20
\x20
-@lru_cache(maxsize=1024)
 def key(request: Request) -> str:
-    return request.fingerprint
+    return hash(request)
"""
APART = (
    FileChange("cache.toml", "added", diff=FileDiff("cache.toml", "added", "@@ -0,0 +1,2 @@\n+[tool.cache]\n+size = 100\n", 2, 0)),
    FileChange("docs/cache.png", "modified"),
    FileChange("src/cache.py", "modified", diff=FileDiff("src/cache.py", "modified", _BETWEEN, 1, 3)),
    FileChange("tests/test_cache.py", "deleted", diff=FileDiff("tests/test_cache.py", "deleted", _GONE, 0, 4)),
)
CONFLICT = ApplyReport(conflicts=("src/cache.py",), clashes=(FileDiff("src/cache.py", "modified", _CLASH, 6, 1),))
APPLIED = ApplyReport(("src/cache.py", "tests/test_cache.py", "cache.toml", "docs/cache.png"))
COPIES_WRITTEN = (
    *"Make the cache faster.",
    "tab",
    "full_stop",
    "tab",
    "right",
    "tab",
    *"qwen3-coder, gpt-5-mini",
    "tab",
    *"3",
    "tab",
    *"20",
)
TUNING = Tuning("demo", personas=("Pygent", "researcher", "tester"))


def worked() -> Script:
    """Three tasks: one is over and changed files, one that changed one of them too, one that runs."""
    script = Script().post(Tuned(TUNING)).turn("make the cache faster, in three ways")
    for number, title in enumerate(("Cache the key in memory", "Hash requests faster", "Measure on disk"), 1):
        script.task(f"task-{number}", title, prompt=f"{title}; keep the tests green.", persona="researcher" if number == 1 else "")
        script.run(f"task-{number}")
    script.reply("The key is made once now, and all 14 tests pass.", task="task-1")
    found = [change.path for change in CHANGES]
    script.post(ChangesFound(len(found), tuple(found)), "task-1").done("task-1")
    script.reply("Requests hash themselves.", task="task-2").post(ChangesFound(1, ("src/cache.py",)), "task-2")
    return script.done("task-2")


def listed() -> Script:
    """What the first of them changed was looked at."""
    return worked().post(ChangesListed(CHANGES), "task-1")


def capped() -> Script:
    """A task that its cap of 3 steps has paused, and one that failed."""
    script = Script().post(Tuned(TUNING)).turn("find out why it is slow")
    script.post(
        TaskCreated("Profile the service", "Profile the service.", None, "demo", ROOT_TASK, "docker", (), Limits(3, 200_000)), "task-1"
    )
    script.run("task-1")
    for step in (2, 3):
        script.reply("I look further.", task="task-1").next_step(step, "task-1")
    script.reply("I need more room.", task="task-1").post(StepEnded(3), "task-1")
    script.post(TaskStateChanged(TaskState.paused, "pygent-task-1", "the limit of 3 steps is reached"), "task-1")
    script.task("task-2", "Read the logs").run("task-2")
    return script.done("task-2", TaskState.failed, "the model was not reached")


def copies(number: int = 3) -> Script:
    """Copies of one prompt by several models: the first ones are over, the last one runs."""
    script = Script().post(Tuned(TUNING)).turn("…")
    models = ("qwen3-coder", "gpt-5-mini", "devstral")
    answers = (
        "The key is made once now, and all 14 tests pass. Getting 1000 entries takes 0.8 ms in place of 4.1 ms.",
        "I replaced the JSON key by a hash of the request. One test that compared keys had to be changed.",
        "",
    )
    for at in range(number):
        task_id, model = f"task-{at + 1}", models[at % 3]
        title = f"Make the cache faster · {at + 1}/{number} · {model}"
        prompt = "Make the cache faster; keep the tests green.\nMeasure it before and after."
        script.post(TaskCreated(title, prompt, None, model, ROOT_TASK, "docker", (".",), Limits(20), group="copies-1"), task_id)
        script.run(task_id)
    for at in range(number - 1):
        task_id = f"task-{at + 1}"
        changed = (CHANGES[:3], CHANGES[:1])[at % 2]
        script.reply(answers[at % 2], task=task_id).post(ChangesFound(len(changed), tuple(change.path for change in changed)), task_id)
        script.done(task_id).post(ChangesListed(changed), task_id)
    return script


def compared(script: Script) -> Script:
    """How what the second copy made differs from what the first one made."""
    return script.post(ChangesCompared("task-2", APART), "task-1")


def conflict(script: Script) -> Script:
    return script.post(ChangesApplied(CONFLICT), "task-1")

"""The scripted sessions that many tests share: prompts, calls, asks, tasks, pulls. Deterministic: fixed texts, fixed times."""

from __future__ import annotations

import os
from pathlib import Path

from pygent_engine.approvals import Policy
from pygent_engine.events import CallEnded, ContainerReplaced, ImagePullEnded, ImagePullProgress, ImagePullStarted, Warned
from pygent_engine.task_values import TaskState
from pygent_engine.values import ToolResult

from .support.script import Script, call

FULL_OUTPUT = Path(__file__).with_name("support") / "full_output.txt"
_ANSWER = """\
The test failed because `median` sorted a *copy* and read the original. I fixed it and ran the tests again:

| file | change |
|---|---|
| `stats.py` | read the sorted list |
| `test_stats.py` | one case for even lengths |

```python
def median(values: list[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle]
```

1. All **14 tests** pass.
2. Nothing else was changed.
"""
_FINDING = """\
`task-1` is done: **0.8 ms** for 1000 gets in memory. The slow part is the key:

```python
key = json.dumps(request, sort_keys=True)   # 71 % of the time
```

A frozen dataclass hashes itself. I change that and run the tests.
"""
_PYTEST = "".join(
    f"tests/test_{name}.py \x1b[32m{'.' * count}\x1b[0m{' ' * (20 - len(name) - count)}\x1b[36m[{percent:3}%]\x1b[0m\n"
    for name, count, percent in (("api", 12, 14), ("cache", 9, 25), ("cli", 14, 42), ("config", 6, 49), ("jobs", 11, 62), ("limits", 8, 71))
)
_TITLES = ("An LRU cache in memory", "A cache on disk", "A shared cache server")
_DELEGATED = [call(f"d{number}", "delegate_task", prompt=title, title=title) for number, title in enumerate(_TITLES, 1)]
_WHY_LOCAL = Policy().needs("bash", "local")[0].reason


def start() -> Script:
    return Script()


def answer() -> Script:
    script = Script().turn("the tests of stats.py fail, please find out why and mend it")
    script.reply("I look at the test first.", call("c1", cmd="python -m pytest -q tests/test_stats.py"))
    script.start("c1").output("c1", "F............\n1 failed, 12 passed in 0.08s\n").end("c1", "1 failed, 12 passed", 1)
    return script.next_step(2).reply(_ANSWER).end_turn(step=2)


def delegate(script: Script, persona: str = "") -> Script:
    """The calls of _DELEGATED, with the answers that the engine gives them."""
    for number, wanted in enumerate(_DELEGATED, 1):
        script.start(wanted.id).task(f"task-{number}", _TITLES[number - 1], persona=persona)
        script.end(wanted.id, f"Started task task-{number}. Ask for it with task_status.", None, duration_s=0.0)
    return script


def overview() -> Script:
    """A bit of everything, for the first picture of the README."""
    script = Script(model="qwen3-coder").turn("make the cache faster: measure three ways, and keep the tests green")
    script.reply("I have three ways measured in parallel, and look at the code meanwhile.", *_DELEGATED)
    delegate(script).run("task-1").run("task-2")
    script.reply("I measure.", call("task-1/c1", cmd="python bench.py --cache lru"), task="task-1").start("task-1/c1", "task-1")
    script.output("task-1/c1", "1000 gets: 0.8 ms\n", "task-1").end("task-1/c1", "1000 gets: 0.8 ms", task="task-1").done("task-1")
    script.reply("I measure.", call("task-2/c1", cmd="python bench.py --cache disk"), task="task-2").start("task-2/c1", "task-2").run(
        "task-3"
    )
    script.next_step(2).reply(_FINDING, call("c1", cmd="python -m pytest tests"))
    return script.start("c1").output("c1", _PYTEST)


def running() -> Script:
    script = Script().turn("run the whole test suite")
    script.reply("I run all tests; it takes a while.", call("c1", cmd="python -m pytest tests"))
    return script.start("c1").output("c1", _PYTEST)


def full_output() -> Script:
    """A result that was cut, with all of it in a file."""
    script = Script().turn("which of the tests are slow?")
    script.reply("I time each of them.", call("c1", cmd="python -m pytest tests --durations=0")).start("c1")
    text = FULL_OUTPUT.read_text(encoding="utf-8")
    return script.output("c1", text).end("c1", "… [cut] …", 1, full_output=os.path.relpath(FULL_OUTPUT))


def three_calls() -> Script:
    """A call that ended, one of a task that failed, and one that runs."""
    script = Script().turn("make it faster, and keep the tests green")
    script.reply("I look first.", call("c1", cmd="ls -l")).start("c1").output("c1", "total 8\n-rw-r--r-- 1 user user 4096 cache.py\n")
    script.end("c1", "total 8", 0).next_step(2).reply("A task measures meanwhile.", _DELEGATED[0]).start("d1")
    script.task("task-1", _TITLES[0]).end("d1", "Started task task-1.", None, duration_s=0.0).run("task-1")
    script.reply("I measure.", call("task-1/c1", cmd="python bench.py --cache lru"), task="task-1").start("task-1/c1", "task-1")
    script.output("task-1/c1", "warm-up …\nTraceback: no such cache\n", "task-1").end("task-1/c1", "no such cache", 1, task="task-1")
    return script.next_step(3).reply("I run the tests.", call("c2", cmd="python -m pytest tests")).start("c2").output("c2", _PYTEST)


def wide_output() -> Script:
    """Lines that are wider than any pane: plain, in colours, in Chinese, with tabs."""
    script = Script().turn("what does the log say?").reply("", call("c1", cmd="tail -n 5 service.log")).start("c1")
    lines = (
        "12:00:01 \x1b[32mINFO\x1b[0m  GET /api/v1/cache/entries?limit=100&sort=size&order=desc took 0.8 ms, most of it in the database",
        "12:00:02 \x1b[33mWARN  the connection pool is almost used up: 19 of 20 connections are taken, and 7 requests wait for one",
        "              (still yellow, for the colour was not taken back)\x1b[0m",
        "12:00:03 \x1b[31mERROR\x1b[0m 数据库连接失败：服务器没有在规定的时间内响应，请检查网络设置和防火墙规则，然后重新启动服务再试一次",
        "size\tname\tage\tsize\tname\tage\tsize\tname\tage\tsize\tname\tage\tsize\tname\tage",
        "short",
    )
    return script.output("c1", "".join(f"{line}\n" for line in lines)).end("c1", "…", 0)


def approval() -> Script:
    script = Script("local", fallback="Docker does not answer").turn("clean the build folder")
    command = "rm -rf build dist\nfind . -name '__pycache__' -type d -prune -exec rm -rf {} +\ngit status --short"
    script.reply("I remove what the build left behind.", call("c1", cmd=command))
    return script.ask("c1", _WHY_LOCAL)


def network_approval() -> Script:
    """A command in a container that wants the network, while a background job runs there, and whose name is not plain."""
    script = Script().turn("install what the project needs")
    script.reply("I fetch the packages.", call("c1", cmd="$PIP install -r requirements.txt", network=True))
    doubt = "may run what is banned: what it runs depends on $PIP, which is known only when it runs"
    wants = "wants the network, which is off; what still runs there gets it too: python -m http.server 8000"
    return script.ask("c1", f"{doubt}; it {wants}", permissions=("ban", "network"))


def task_approval() -> Script:
    script = tasks(Script("local")).next_step(2, "task-1").next_step(2, "task-2")
    script.reply("I run its tests.", call("task-1/c2", cmd="python -m pytest tests/test_lru.py"), task="task-1")
    script.ask("task-1/c2", _WHY_LOCAL, "task-1")
    script.reply("I clear it first.", call("task-2/c2", cmd="rm -rf .cache"), task="task-2")
    return script.ask("task-2/c2", _WHY_LOCAL, "task-2")


def question() -> Script:
    script = Script().turn("set up a database for the project").reply("", call("c1", "ask_user", prompt="Which one?"))
    script.start("c1")
    return script.question("c1", "Which database should the project use?", "SQLite, in one file", "PostgreSQL, in a container")


def free_question() -> Script:
    script = Script().turn("rename the package").reply("", call("c1", "ask_user", prompt="To what?"))
    return script.start("c1").question("c1", "What should the package be called?")


def tasks(script: Script | None = None) -> Script:
    script = (script or Script()).turn("compare three ways to cache, in parallel")
    script.reply("I delegate three studies.", *_DELEGATED)
    delegate(script, persona="researcher").run("task-1").run("task-2")
    script.reply("I measure.", call("task-1/c1", cmd="python bench.py --cache lru"), task="task-1").start("task-1/c1", "task-1")
    script.output("task-1/c1", "warm-up …\n1000 gets: 0.8 ms\n", "task-1").end("task-1/c1", "1000 gets: 0.8 ms", task="task-1")
    script.reply("I measure.", call("task-2/c1", cmd="python bench.py --cache disk"), task="task-2").start("task-2/c1", "task-2")
    return script.output("task-2/c1", "1000 gets: \x1b[33m41 ms\x1b[0m\n", "task-2").end("task-2/c1", "41 ms", task="task-2")


def ended_tasks() -> Script:
    script = tasks().done("task-1").done("task-2", TaskState.failed, "the model was not reached")
    return script.run("task-3")


def failed_turn() -> Script:
    script = Script().turn("explain this repository").stream("The repository holds a small")
    return script.post(Warned("The model's stream broke off.")).cut().end_turn("failed", "the model was not reached: timed out")


def fallback() -> Script:
    return Script("local", fallback="Docker does not answer (is its daemon running?)")


IMAGE = "python:3.12-slim"
_MB = 1_000_000


def pulling() -> Script:
    return Script().post(ImagePullStarted(IMAGE))


def half_pulled() -> Script:
    script = pulling().post(ImagePullProgress(IMAGE, 0, 5, 1 * _MB, 31 * _MB))
    return script.post(ImagePullProgress(IMAGE, 2, 5, 18 * _MB, 48 * _MB))


def pulled() -> Script:
    return half_pulled().post(ImagePullProgress(IMAGE, 5, 5, 48 * _MB, 48 * _MB)).post(ImagePullEnded(IMAGE))


def failed_pull() -> Script:
    reason = f"Docker image {IMAGE} could not be pulled: no such host; run: docker pull {IMAGE}"
    return half_pulled().post(ImagePullEnded(IMAGE, reason))


def replaced() -> Script:
    why, lost = "its memory limit of 2048 MB was reached", "what was in /tmp and in the home folder, and background jobs, are lost"
    script = Script().turn("load the whole file")
    script.reply("I load it.", call("c1", cmd="python load.py --all")).start("c1")
    script.post(CallEnded(ToolResult("c1", f"The container is gone: {why}; the workspace is still there.", "error", duration_s=2.5)))
    script.next_step(2).reply("I load it in parts.", call("c2", cmd="python load.py --parts 8")).start("c2")
    reason = f"The container was replaced, for {why}; {lost}, the workspace is kept."
    return script.post(ContainerReplaced("1f0c9a2b7d3e", reason)).end("c2", "8 parts, 2,400,000 rows")


def hostile() -> Script:
    """Text that would do harm if any of it were taken for markup or for terminal sequences."""
    evil = "[/] [bold red]x[/bold red] [@click=app.quit]click[/] \\x1b]52;c;aGk=\\x07"
    script = Script().turn(f"look at {evil}")
    script.task("task-1", f"Title {evil}")
    script.reply(f"A reply {evil}\n\n- `{evil}`\n", call("c1", cmd=f"printf '{evil}\u202e\x1b[2J\x1b]52;c;aGk=\x07'"))
    return script.ask("c1", f"a reason {evil}")


def long() -> Script:
    script = Script()
    for number in range(1, 41):
        script.turn(f"question {number}").reply(f"Answer {number}, with a `name` and **weight**.").end_turn()
    return script

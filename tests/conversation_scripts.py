"""Sessions that show what the conversation draws: diffs, cards of every kind, odd text."""

from __future__ import annotations

from difflib import unified_diff

from pygent_engine.approvals import Policy
from pygent_engine.events import ApprovalAsked, ApprovalSettled, CallEnded, CallStarted, FilesChanged, TaskCreated, TaskEnded, Warned
from pygent_engine.task_values import TaskState
from pygent_engine.values import ApprovalRequest, FileDiff, ToolResult, Usage

from .support.script import Script, call

_WHY = Policy().needs("bash", "local")[0].reason
_BEFORE = """\
\"\"\"Statistics of a list of numbers.\"\"\"

from collections.abc import Sequence


def median(values: Sequence[float]) -> float:
    sorted(values)
    middle = len(values) // 2
    return values[middle]


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
"""
_AFTER = """\
\"\"\"Statistics of a list of numbers.\"\"\"

from collections.abc import Sequence


def median(values: Sequence[float]) -> float:
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle]


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
"""
_TEST = """\
from stats import median


def test_the_median_of_an_odd_count() -> None:
    assert median([3.0, 1.0, 2.0]) == 2.0


def test_the_median_does_not_change_its_argument() -> None:
    values = [3.0, 1.0, 2.0]
    median(values)
    assert values == [3.0, 1.0, 2.0]


def test_the_median_of_one_is_it() -> None:
    assert median([7.5]) == 7.5


def test_a_long_line() -> None:
    assert median([float(number) for number in range(1001)]) == 500.0, "the middle of a thousand and one numbers, in order or not"
"""


def changed(path: str, before: str, after: str) -> FilesChanged:
    """The event of a file that was written, as the engine tells it."""
    lines = list(unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True)))[2:]
    added, removed = (sum(line.startswith(sign) for line in lines) for sign in "+-")
    return FilesChanged((path,), (FileDiff(path, "modified" if before else "added", "".join(lines), added, removed),))


def diffs() -> Script:
    script = Script().turn("median() is wrong, mend it and test it")
    edit = call("c1", "edit_file", path="stats.py", old="    sorted(values)", new="    ordered = sorted(values)")
    write = call("c2", "write_file", path="tests/test_stats.py", content=_TEST)
    script.reply("`median` throws its sorted list away. I keep it, and test it.", edit, write)
    script.post(CallStarted(edit, "stats.py")).post(changed("stats.py", _BEFORE, _AFTER))
    script.end("c1", "Edited stats.py.", None, duration_s=0.0)
    script.post(CallStarted(write, "tests/test_stats.py (19 lines)")).post(changed("tests/test_stats.py", "", _TEST))
    return (
        script.end("c2", "Wrote 602 bytes to tests/test_stats.py.", None, duration_s=0.0)
        .next_step(2)
        .reply("Both are written.")
        .end_turn(step=2)
    )


def cards() -> Script:
    """Who said and did what: the user, the model, a tool, a task, the system."""
    script = Script("local", fallback="Docker does not answer")
    own = call("u1", cmd="git status --short")
    script.post(CallStarted(own, "git status --short", "user")).post(CallEnded(ToolResult("u1", " M stats.py\n?? notes.txt", exit_code=0)))
    script.turn("run the tests, then look for what is slow")
    run, drop, study = call("c1", cmd="python -m pytest -q"), call("c2", cmd="rm -rf .cache"), call("c3", "read_file", path="stats.py")
    script.reply("I run them first.", run, drop, study)
    script.ask("c1", _WHY).post(ApprovalSettled("c1", "prefix")).start("c1")
    script.end("c1", "".join(f"tests/test_{name}.py ....\n" for name in ("a", "b", "c", "d", "e", "f")) + "1 failed, 23 passed", 1)
    script.ask("c2", _WHY).post(ApprovalSettled("c2", "deny", "keep the cache, it took an hour"))
    script.post(CallEnded(ToolResult("c2", "The user did not allow this call.", "denied")))
    script.post(CallStarted(study, "stats.py")).end("c3", "     1\tdef median(values):\n     2\t    ...", None, duration_s=0.0)
    script.post(TaskCreated("Find what is slow", "find it", None, "demo", "main", "local"), "task-1")
    script.post(Warned("The workspace is nearly full."))
    script.post(TaskEnded(TaskState.finished, "finished", "", 3, Usage()), "task-1")
    sleep = call("c4", cmd="python -m pytest --durations=5")
    return script.next_step(2).reply("Now the slow ones.", sleep).start("c4")


def prefix_asked() -> Script:
    script = Script("local").turn("run the tests")
    script.reply("", call("c1", cmd="python -m pytest"))
    return script.post(ApprovalAsked(ApprovalRequest("c1", "main", "bash", "{}", "python -m pytest", _WHY, ("local",), "python -m pytest")))


_ODD = """\
A line without a blank: https://example.invalid/{path}

| eins | zwei | drei | vier | fünf |
|---|---|---|---|---|
| 日本語のとても長い文字列 | 👩‍👩‍👧‍👦 family | e\u0301tude | a word that is wide | שלום עולם |

> one
> > two
> > > three
> > > > four

- a
  - b
    - c
      - d
        1. e
        2. f

A fence that is never closed:

```python
print("日本語", "🎉", 'e\u0301')
{long}
"""


def odd() -> Script:
    script = Script().turn("show me 日本語, 🎉, e\u0301 and a long line: " + "x" * 150)
    return script.reply(_ODD.format(path="a/" * 60, long="y = '" + "z" * 160 + "'")).end_turn()

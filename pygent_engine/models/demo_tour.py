"""The tour of the demo: explores, writes and runs a program, watches a slow command, delegates two tasks, reports.

Every number in its answer was read from the result of a tool; what was refused or failed is said, and left out.
"""

from __future__ import annotations

import re
from collections.abc import Generator

from ..frozen import frozen
from .demo_script import Act, Scene, Turn, act, bash, problem, quoted, read_file, write_file

HONEST = "This is Pygent's offline demo model: scripted, no language model behind it."
CONNECT = """\
**To connect a real model**, set `OPENAI_API_KEY`, or `OPENAI_BASE_URL` for any other OpenAI-compatible host \
(a local one needs no key), and start with `--model NAME`."""

_FOLDER = "pygent-demo"
_LIMIT = 1000
_POLLS = 12
_ENDED = ("finished", "failed", "cancelled", "timeout", "lost")

_PYTHON = '''\
"""Prints how many primes there are below a number, the largest of them, and their sum."""

import sys


def primes_below(limit):
    found = []
    for number in range(2, limit):
        if all(number % prime for prime in found if prime * prime <= number):
            found.append(number)
    return found


limit = int(sys.argv[1])
primes = primes_below(limit)
print(f"primes below {limit}: {len(primes)}, largest {primes[-1]}, sum {sum(primes)}")
'''

_SHELL = """\
# Prints how many primes there are below a number, the largest of them, and their sum.
limit=$1 count=0 largest=0 sum=0 number=2
while [ "$number" -lt "$limit" ]; do
    divisor=2
    while [ $((divisor * divisor)) -le "$number" ] && [ $((number % divisor)) -ne 0 ]; do
        divisor=$((divisor + 1))
    done
    if [ $((divisor * divisor)) -gt "$number" ]; then
        count=$((count + 1)) largest=$number sum=$((sum + number))
    fi
    number=$((number + 1))
done
echo "primes below $limit: $count, largest $largest, sum $sum"
"""


@frozen
class _Program:
    """The program of the tour: where it lies, and how it is run."""

    path: str
    run: str
    source: str


_IN_PYTHON = _Program(f"{_FOLDER}/primes.py", f"python3 {_FOLDER}/primes.py", _PYTHON)
_IN_SHELL = _Program(f"{_FOLDER}/primes.sh", f"sh {_FOLDER}/primes.sh", _SHELL)


class _Findings:
    """What the tour found, row by row, and what did not work."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str]] = []
        self.troubles: list[str] = []
        self.output = ""

    def found(self, what: str, value: str) -> None:
        self.rows.append((what, value))

    def trouble(self, what: str, why: str) -> None:
        self.troubles.append(f"{what}: {why}")


Part = Generator[Act, list[str], None]


def tour(turn: Turn, why: str = "") -> Scene:
    """The whole tour; a part whose tools are not offered is left out. `why` it was given opens the answer."""
    findings = _Findings()
    program = yield from _explore(turn, findings)
    if turn.can("bash", "write_file"):
        works = yield from _write_and_run(program, findings)
        if works:
            yield from _watch(program, findings)
    if turn.can("delegate_task", "task_status", "collect_file", "read_file") and findings.output:
        yield from _delegate(turn, program, findings)
    return _report(program, findings, why)


def _explore(turn: Turn, findings: _Findings) -> Generator[Act, list[str], _Program]:
    if not turn.can("bash"):
        findings.trouble("commands", "this agent was not given the tool `bash`")
        return _IN_PYTHON
    look = 'ls -la | head -n 20; echo "entries: $(ls -A | wc -l)"; command -v python3 || echo "no python3 here"'
    [result] = yield act(f"{HONEST} The tools are real, though. First, a look at the workspace.", bash(look))
    entries = re.search(r"^entries:\s*(\d+)", result, re.M)
    if entries is None:
        findings.trouble("the look at the workspace", problem(result) or "it said nothing")
    else:
        findings.found("entries in the workspace", entries[1])
    return _IN_PYTHON if re.search(r"^/\S*python3", result, re.M) else _IN_SHELL


def _write_and_run(program: _Program, findings: _Findings) -> Generator[Act, list[str], bool]:
    """Whether the program was written and works."""
    [written, ran] = yield act(
        f"Now a small program, `{program.path}`, and a run of it.",
        write_file(program.path, program.source),
        bash(f"{program.run} {_LIMIT}"),
    )
    if trouble := problem(written):
        findings.trouble(f"writing `{program.path}`", trouble)
    numbers = re.search(rf"primes below {_LIMIT}: (\d+), largest (\d+), sum (\d+)", ran)
    if numbers is None:
        findings.trouble(f"running `{program.path}`", problem(ran) or "its output was not what it prints")
        return False
    findings.output = ran
    for what, value in zip((f"primes below {_LIMIT}", "the largest of them", "their sum"), numbers.groups(), strict=True):
        findings.found(what, value)
    return True


def _watch(program: _Program, findings: _Findings) -> Part:
    loop = f"for n in 100 200 300 400 500 600 700 800; do {program.run} $n; sleep 0.5; done"
    [result] = yield act("It works. Now a slow command: its output streams while it runs.", bash(loop))
    lines = result.count("primes below")
    if trouble := problem(result):
        findings.trouble("the slow command", trouble)
    if lines:
        findings.found("lines streamed by the slow command", str(lines))


@frozen
class _Errand:
    """A task of the tour: what it is told, and the file that it leaves."""

    title: str
    prompt: str
    left: str


def _errands(program: _Program) -> tuple[_Errand, ...]:
    return (
        _Errand("Count the program", f"Count the lines, words and bytes of {program.path} and write a report to report.md.", "report.md"),
        _Errand("Checksum of the program", f"Compute the checksum of {program.path} and write it to checksum.txt.", "checksum.txt"),
    )


def _delegate(turn: Turn, program: _Program, findings: _Findings) -> Part:
    errands = _errands(program)
    orders = [("delegate_task", {"prompt": errand.prompt, "files": [program.path], "title": errand.title}) for errand in errands]
    started = yield act("Two tasks for two more agents, each in a workspace of its own. See the board.", *orders)
    statuses = yield from waited_for(turn, started)
    for errand, said in zip(errands, started, strict=True):
        status = statuses.get(started_id(said) or "")
        if status is None:
            findings.trouble(f"the task “{errand.title}”", said)
        elif not status.startswith("finished"):
            findings.trouble(f"the task “{errand.title}”", f"it stands at {status}")
    finished = [
        (started_id(said) or "", errand)
        for errand, said in zip(errands, started, strict=True)
        if statuses.get(started_id(said) or "", "").startswith("finished")
    ]
    if finished:
        yield from _collect(finished, findings)


def _collect(finished: list[tuple[str, _Errand]], findings: _Findings) -> Part:
    fetch = [
        call
        for task_id, errand in finished
        for call in (
            ("collect_file", {"task_id": task_id, "path": errand.left, "dest": f"{_FOLDER}/{errand.left}"}),
            read_file(f"{_FOLDER}/{errand.left}"),
        )
    ]
    results = yield act("Done. Their files come back here.", *fetch)
    for at, (task_id, errand) in enumerate(finished):
        collected, content = results[2 * at], results[2 * at + 1]
        if trouble := problem(collected) or problem(content):
            findings.trouble(f"`{errand.left}` of {task_id}", trouble)
        else:
            _read_left(task_id, errand, content, findings)


def _read_left(task_id: str, errand: _Errand, content: str, findings: _Findings) -> None:
    counted = re.search(r"\| (\d+) \| (\d+) \| (\d+) \|", content)
    summed = re.findall(r"\d+", content)
    if errand.left == "report.md" and counted is not None:
        findings.found(f"the program, counted by {task_id}", f"{counted[1]} lines, {counted[2]} words, {counted[3]} bytes")
    elif errand.left == "checksum.txt" and summed:
        findings.found(f"its checksum, by {task_id}", summed[-1])
    else:
        findings.trouble(f"`{errand.left}` of {task_id}", "it does not hold what was asked for")


def started_id(said: str) -> str | None:
    """The id in the result of delegate_task; None when no task was started."""
    found = re.match(r"Started task (\S+?)[.,;]?(?:\s|\Z)", said)
    return found[1] if found else None


def waited_for(turn: Turn, started: list[str]) -> Generator[Act, list[str], dict[str, str]]:
    """Look after the tasks that `started` (results of delegate_task) names, a bounded number of times; id to last status."""
    statuses = {task_id: "" for said in started if (task_id := started_id(said)) is not None}
    for poll in range(_POLLS):
        waiting = [task_id for task_id, status in statuses.items() if not status.startswith(_ENDED)]
        if not waiting:
            break
        pause = [bash("echo 'The tasks are at work; the board shows how far.'; sleep 1")] if poll and turn.can("bash") else []
        asked = [("task_status", {"task_id": task_id}) for task_id in waiting]
        results = yield act("" if poll else "How do they stand?", *pause, *asked)
        for task_id, said in zip(waiting, results[len(pause) :], strict=True):
            statuses[task_id] = said.removeprefix(f"{task_id}: ").partition(" (")[0]
        if pause and problem(results[0]):
            break
    return statuses


def _report(program: _Program, findings: _Findings, why: str) -> str:
    parts = ["# The demo's tour"]
    if why:
        parts.append(why)
    if findings.rows:
        rows = "\n".join(f"| {what} | {value} |" for what, value in findings.rows)
        parts.append(f"## What came out\n\n| what | value |\n|---|---|\n{rows}")
    if findings.output:
        parts.append(f"## The program\n\n`{program.run} {_LIMIT}` printed:\n\n{quoted(findings.output)}\n\nIts files are in `{_FOLDER}/`.")
    if findings.troubles:
        told = "\n".join(f"- {trouble}" for trouble in findings.troubles)
        parts.append(f"## What did not work\n\n{told}")
    parts.append(f"## What this was\n\n{HONEST} The commands, files and tasks were real. Type `help` for what else it knows.\n\n{CONNECT}")
    return "\n\n".join(parts)

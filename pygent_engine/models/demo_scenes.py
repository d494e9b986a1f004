"""The short scenes of the demo, and the table that chooses one by what the user typed. Everything else is the tour."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable

from .demo_script import Scene, Turn, act, bash, problem, quoted, read_file, write_file
from .demo_tour import CONNECT, HONEST, tour, waited_for

_HELP = f"""\
{HONEST} It reads what you type by a handful of patterns and answers from scripts; every command, file and task in it is real.

Try:

- `!date` or `run date`: a command
- `read FILE`: a file with line numbers
- `files`: what is in the workspace
- `ask`: a question to you, with options
- `delegate run date`: a task of its own, on the board
- `show me around`, or anything else: the full tour, about a quarter of a minute

{CONNECT}"""

Match = re.Match[str]
_Scene = Callable[[Turn, Match], Scene]


def scene_for(turn: Turn) -> Scene:
    """The scene that the prompt of `turn` asks for, at its start."""
    for pattern, needed, scene in _TABLE:
        found = pattern.fullmatch(turn.prompt)
        if found is not None:
            return scene(turn, found) if turn.can(*needed) else _without(needed)
    return tour(turn, "The demo has no script for this prompt, so it gave its tour.")


def _told(text: str) -> Scene:
    """A scene that only says `text`."""
    yield from ()
    return text


def _without(needed: tuple[str, ...]) -> Scene:
    return _told(f"{HONEST} For that it needs {' and '.join(needed)}, which this agent was not given.")


def _help(turn: Turn, found: Match) -> Scene:
    return _told(_HELP)


def _run(turn: Turn, found: Match) -> Scene:
    cmd = found["cmd"].strip().strip("`")
    [result] = yield act("The demo model runs it as it stands.", bash(cmd))
    trouble = problem(result)
    ending = f"It did not end well: {trouble}." if trouble else "It ended without an error."
    return f"{ending} What came of `{_one_line(cmd)}`:\n\n{quoted(result)}\n\n{HONEST}"


def _read(turn: Turn, found: Match) -> Scene:
    path = found["path"].strip("`'\"")
    [result] = yield act(f"Reading {path}.", read_file(path))
    return f"What the tool said of `{path}`:\n\n{quoted(result)}\n\n{HONEST}"


def _list(turn: Turn, found: Match) -> Scene:
    [result] = yield act("A look at the workspace.", bash("ls -la"))
    return f"The workspace:\n\n{quoted(result)}\n\n{HONEST}"


def _tour(turn: Turn, found: Match) -> Scene:
    return tour(turn)


def _ask(turn: Turn, found: Match) -> Scene:
    options = ["Take the tour", "List the files", "Nothing, thanks"]
    [answer] = yield act("A question, then.", ("ask_user", {"prompt": "What should the demo do next?", "options": options}))
    match answer.strip():
        case "Take the tour":
            return (yield from tour(turn))
        case "List the files" if turn.can("bash"):
            return (yield from _list(turn, found))
        case other:
            return f"The answer was: {other or '(none)'}. The demo leaves it at that.\n\n{HONEST}"


def _delegate(turn: Turn, found: Match) -> Scene:
    prompt = (found["prompt"] or "").strip() or "run date"
    [started] = yield act("One task, in a workspace of its own.", ("delegate_task", {"prompt": prompt, "title": prompt[:40]}))
    statuses = yield from waited_for(turn, [started])
    told = "\n".join(f"- `{task_id}`: {status}" for task_id, status in statuses.items()) or f"- not started: {started}"
    return f"The task was given the prompt `{_one_line(prompt)}`. How it stands:\n\n{told}\n\nIts transcript is its own.\n\n{HONEST}"


def _count(turn: Turn, found: Match) -> Scene:
    """A piece of work that the tour delegates: counts a file into a report."""
    path, report = found["path"], found["report"]
    [counted] = yield act("Counting, after a second's pause so that the board can be watched.", bash(f"sleep 1; {_in(path, 'wc')}"))
    numbers = re.search(r"(\d+)\s+(\d+)\s+(\d+)", counted)
    if numbers is None:
        return f"`{path}` could not be counted: {problem(counted) or counted.strip() or 'no output'}."
    lines, words, size = numbers.groups()
    table = f"# Report\n\n| lines | words | bytes |\n|---|---|---|\n| {lines} | {words} | {size} |\n"
    [written] = yield act(f"{lines} lines, {words} words. Writing the report.", write_file(report, table))
    return f"`{report}`: {problem(written) or f'{lines} lines, {words} words and {size} bytes in {path}'}."


def _checksum(turn: Turn, found: Match) -> Scene:
    """The other piece of work that the tour delegates: the checksum of a file."""
    path, report = found["path"], found["report"]
    [summed] = yield act("Computing, after a second's pause so that the board can be watched.", bash(f"sleep 1; {_in(path, 'cksum')}"))
    number = re.search(r"(\d+)\s+(\d+)", summed)
    if number is None:
        return f"`{path}` has no checksum: {problem(summed) or summed.strip() or 'no output'}."
    [written] = yield act("Writing it down.", write_file(report, f"{number[1]}\n"))
    return f"`{report}`: {problem(written) or f'the POSIX checksum of {path} is {number[1]}'}."


def _stop(turn: Turn, found: Match) -> Scene:
    yield act(f"Ending the run. {HONEST}", ("stop", {}))
    return "The run is over."


def _in(path: str, program: str) -> str:
    """`program` on the file, which may lie beside the workspace's root when it was handed over by its name alone."""
    return f'f={shlex.quote(path)}; [ -f "$f" ] || f=${{f##*/}}; {program} "$f"'


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("`", "'")


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.I | re.S)


_WORK = ("bash", "write_file")

# The first pattern that matches the whole prompt decides, when the tools that its scene needs are offered.
_TABLE: tuple[tuple[re.Pattern[str], tuple[str, ...], _Scene], ...] = (
    (_pattern(r"(?:hi|hello|hey|help|\?|thanks|thank you|(?:who|what) are you|what can you do)[\s!.?]*"), (), _help),
    (_pattern(r"(?:!|\$\s)\s*(?P<cmd>\S.*)"), ("bash",), _run),
    (_pattern(r"run:?\s+(?!(?:the|an?|all|your|my|some|demo|tour|it|this|that)\b)(?P<cmd>\S.*)"), ("bash",), _run),
    (_pattern(r"(?:(?:take|give|show)\s+(?:me\s+)?)?(?:the\s+|a\s+|full\s+)*(?:tour|demo|around)[\s.!]*"), (), _tour),
    (_pattern(r"(?:ls|dir|list|(?:(?:list|show)\s+)?(?:me\s+)?(?:the\s+|all\s+)*files)[\s.!?]*"), ("bash",), _list),
    (
        _pattern(r"(?:read|show|cat|open)\s+(?:the\s+)?(?:file\s+)?(?!(?:me|us|it|this|that|all|everything)\b)(?P<path>\S+)\s*"),
        ("read_file",),
        _read,
    ),
    (_pattern(r"ask\b.*"), ("ask_user",), _ask),
    (_pattern(r"delegate\b:?\s*(?P<prompt>.*)"), ("delegate_task", "task_status"), _delegate),
    (
        _pattern(r"count the lines, words and bytes of (?P<path>\S+) and write a report to (?P<report>\S+?)\.?"),
        ("bash", "write_file"),
        _count,
    ),
    (_pattern(r"compute the checksum of (?P<path>\S+) and write it to (?P<report>\S+?)\.?"), ("bash", "write_file"), _checksum),
    (_pattern(r"(?:stop|bye|goodbye|quit|exit)[\s.!]*"), ("stop",), _stop),
)

"""What `pygent tasks --help` tells, and `pygent tasks COMMAND --help` of each command. Text only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, get_args

from .tasks_arguments import Verb

_TEXT = """\
The delegated tasks of a session that runs in another terminal of yours: how
they stand, and what is to become of them. ID is a task's, as task-1 or 1."""
_USAGE = """\
pygent tasks [--json] [--session ID]
       pygent tasks start PROMPT [flags]
       pygent tasks COMMAND ID [...] [flags]"""
_NOTES = """\
commands:
  start PROMPT          start one, and print its id
  show ID               all that is known of a task
  cancel ID             end it
  message ID TEXT       say something to its agent, read before its next step
  pause ID              have it stop before its next step
  resume ID             have it go on
  retry ID              start one that is over again, where it stopped
  limits ID             change what it may spend in all, as --steps 40, or none
  diff ID [PATH...]     what it changed
  apply ID [PATH...]    merge that into the workspace; on a conflict, nothing
  unapply ID            take back what was applied last
  remove ID             forget one that is over, and delete its files

pygent tasks COMMAND --help says more of a command.

"""
_EXIT_CODES = """\
exit codes:
  0 done          1 refused, a conflict, or no answer came
  2 wrong usage, or there is no such session or task
"""


class _Page(NamedTuple):
    """How the command is written, what it does, and one example."""

    usage: str
    text: str
    example: str


_PAGES: dict[Verb, _Page] = {
    "list": _Page(
        "list [flags]",
        "List the tasks: how each stands, what it has spent, how many files it changed,\n"
        "and what it did last. The same as pygent tasks without a command.",
        "pygent tasks list --json",
    ),
    "show": _Page(
        "show ID [flags]",
        "All that is known of a task: its prompt, its limits, what it did last, what it\nchanged, and its answer.",
        "pygent tasks show 1",
    ),
    "start": _Page(
        "start PROMPT [flags]",
        "Start a task, and print its id. PROMPT is one text in quotes; the task knows\n"
        "nothing else of the conversation, and of the workspace what --files gives it.",
        "pygent tasks start 'review the tests' --files tests src/app.py --steps 40",
    ),
    "cancel": _Page(
        "cancel ID [flags]",
        "End a task, whatever it does. What it changed stays, to be applied or removed.",
        "pygent tasks cancel 1",
    ),
    "message": _Page(
        "message ID TEXT [flags]",
        "Say something to a task's agent, which reads it before its next step. TEXT is\none text in quotes.",
        "pygent tasks message 1 'leave the docs alone'",
    ),
    "pause": _Page(
        "pause ID [flags]",
        "Have a task stop before its next step. It keeps its history, its files and its\ncontainer, and its time stands still.",
        "pygent tasks pause 1",
    ),
    "resume": _Page(
        "resume ID [flags]",
        "Have a task go on that is paused, or is about to be.",
        "pygent tasks resume 1",
    ),
    "retry": _Page(
        "retry ID [flags]",
        "Queue a task again that is over. It goes on where it stopped, with its history\nand its files, or begins anew with --clean.",
        "pygent tasks retry 1 --prompt 'now without the cache' --model big",
    ),
    "limits": _Page(
        "limits ID [--steps N] [--tokens N] [--seconds N] [flags]",
        "Change what a task may spend in all. A limit that is not named stays as it is,\n"
        "and none lifts one. A task that a limit has paused goes on with\n"
        "pygent tasks resume ID.",
        "pygent tasks limits 1 --steps 40 --seconds none",
    ),
    "diff": _Page(
        "diff ID [PATH...] [flags]",
        "What a task changed, by whatever means, as a unified diff: all of it, or the\n"
        "PATHs that are named. What git ignores is one line for each folder.",
        "pygent tasks diff 1 src/app.py",
    ),
    "apply": _Page(
        "apply ID [PATH...] [flags]",
        "Merge what a task changed into the workspace: all of it but what git ignores, or\n"
        "the PATHs that are named. On a conflict nothing is changed, and both sides are\n"
        "printed.",
        "pygent tasks apply 1",
    ),
    "unapply": _Page(
        "unapply ID [flags]",
        "Take back what was applied last of a task. Where it was changed since, nothing\nis taken back.",
        "pygent tasks unapply 1",
    ),
    "remove": _Page(
        "remove ID [--yes] [flags]",
        "Forget a task that is over, and delete its files. What it changed and nobody\n"
        "applied is lost with it: that is asked first, and refused where nobody can be\n"
        "asked.",
        "pygent tasks remove 1",
    ),
}


def asked_for(words: Sequence[str]) -> Verb | None:
    """The command that a line names, None when it names none."""
    known: Sequence[Verb] = get_args(Verb)
    return next((verb for word in words for verb in known if word == verb), None)


def page(verb: Verb | None) -> tuple[str, str, str, str]:
    """The program's name, its text, its notes and its usage: of one command, or of all of them."""
    if verb is None:
        return "pygent tasks", _TEXT, f"{_NOTES}{_EXIT_CODES}", _USAGE
    usage, text, example = _PAGES[verb]
    return f"pygent tasks {verb}", text, f"example:\n  {example}\n\n{_EXIT_CODES}", f"pygent tasks {usage}"

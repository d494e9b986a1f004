"""How a headless session is printed: as JSON lines, or as the answer on stdout and notes on stderr. Folds nothing, keeps nothing."""

from __future__ import annotations

from typing import Protocol, assert_never

from ..events import (
    ApprovalAsked,
    ApprovalSettled,
    CallEnded,
    CallStarted,
    ChangesApplied,
    ChangesCompared,
    ChangesFound,
    ChangesListed,
    ChangesTakenBack,
    ContainerReplaced,
    ContainerStarted,
    Envelope,
    FileCollected,
    FilesChanged,
    ImagePullEnded,
    ImagePullProgress,
    ImagePullStarted,
    MessageSent,
    OutputDelta,
    PromptQueued,
    PromptTaken,
    PromptWithdrawn,
    QuestionAnswered,
    QuestionAsked,
    ReasoningDelta,
    ReplyCompleted,
    RetryScheduled,
    SessionClosed,
    SessionOpened,
    StartedOver,
    Steered,
    StepEnded,
    StepStarted,
    TaskCreated,
    TaskEnded,
    TaskLimited,
    TaskPausing,
    TaskRemoved,
    TaskRetried,
    TaskStateChanged,
    TextDelta,
    Told,
    Tuned,
    TurnEnded,
    TurnStarted,
    Warned,
)
from ..untrusted import clean, clean_line
from ..values import ROOT_TASK, ToolResult
from ..wire import encode_line
from .outlet import Outlet
from .pulling import PullNotes


class Printer(Protocol):
    """Prints each envelope of a session, in order."""

    def show(self, envelope: Envelope) -> None: ...


class JsonLines:
    """Every envelope is one line of JSON."""

    def __init__(self, out: Outlet) -> None:
        self._out = out

    def show(self, envelope: Envelope) -> None:
        self._out.write(encode_line(envelope))


class PlainText:
    """The root agent's words go to `out` as they come; what it and its tasks do is noted on `notes`, a line each.

    `columns` is the width of the terminal that shows the notes, 0 when none does.
    """

    def __init__(self, out: Outlet, notes: Outlet, *, dim: bool, columns: int = 0) -> None:
        self._out = out
        self._notes = notes
        self._dim = dim
        self._pulls = PullNotes(notes, columns)
        self._in_line = False

    def show(self, envelope: Envelope) -> None:  # noqa: C901 - one flat match over the whole vocabulary
        task = "" if envelope.task_id == ROOT_TASK else f"[{envelope.task_id}] "
        match envelope.event:
            case TextDelta(text=text):
                self._say(text, task)
            case ReplyCompleted() | TurnEnded():
                self._end_line(task)
            case SessionOpened(workspace=workspace, mode=mode, model=model, fallback_reason=reason):
                self._note(f"{mode.upper()} {workspace} · {model}{f' ({reason})' if reason else ''}")
            case Warned(text=text):
                self._note(f"{task}warning: {text}")
            case TaskCreated(title=title):
                self._note(f"{task}task created: {title}")
            case TaskEnded(status=status):
                self._note(f"{task}{status}")
            case ImagePullStarted() | ImagePullProgress() | ImagePullEnded() as pull:
                self._pulls.show(pull)
            case ContainerReplaced(reason=reason):
                self._note(f"{task}{reason}")
            case CallStarted(call=call, summary=summary):
                self._note(f"{task}{call.name}: {summary}".rstrip(": "))
            case CallEnded(result=result):
                self._note_failure(result, task)
            case RetryScheduled(delay_s=delay, reason=reason):
                self._note(f"{task}the model was not reached ({reason}); next try in {delay:.1f} s")
            case (
                FilesChanged()
                | ContainerStarted()
                | OutputDelta()
                | ReasoningDelta()
                | SessionClosed()
                | Steered()
                | StepEnded()
                | StepStarted()
                | TurnStarted()
                | Tuned()
                | StartedOver()
                | PromptQueued()
                | PromptTaken()
                | PromptWithdrawn()
            ):
                pass
            case ApprovalAsked() | ApprovalSettled() | QuestionAsked() | QuestionAnswered() | Told() | MessageSent():
                pass
            case TaskStateChanged() | TaskPausing() | TaskLimited() | TaskRetried() | TaskRemoved():
                pass
            case ChangesFound() | ChangesListed() | ChangesCompared() | ChangesApplied() | ChangesTakenBack() | FileCollected():
                pass
            case _:
                assert_never(envelope.event)

    def _say(self, text: str, task: str) -> None:
        if text and not task:
            self._out.write(clean(text).encode(errors="replace"))
            self._in_line = not text.endswith("\n")

    def _end_line(self, task: str) -> None:
        if self._in_line and not task:
            self._out.write(b"\n")
            self._in_line = False

    def _note_failure(self, result: ToolResult, task: str) -> None:
        if result.status != "ok":
            self._note(f"{task}  {result.status}: {result.content}")
        elif result.exit_code:
            self._note(f"{task}  {_ending(result.content) or f'exit code {result.exit_code}'}")

    def _note(self, line: str) -> None:
        shown = clean_line(line)
        self._notes.write((f"\x1b[2m{shown}\x1b[22m\n" if self._dim else f"{shown}\n").encode(errors="replace"))


def _ending(content: str) -> str:
    """How a command ended, as its result says in its last line: with more than the code where that is known."""
    last = content.rpartition("\n")[2]
    return last[1:-1] if last.startswith("[exit code ") and last.endswith("]") else ""

"""Transcripts, and what a conversation pane shows of them."""

from __future__ import annotations

from functools import reduce

from pygent_engine.events import (
    ApprovalAsked,
    CallEnded,
    CallStarted,
    Event,
    FilesChanged,
    QuestionAsked,
    ReplyCompleted,
    RetryScheduled,
    SessionOpened,
    TaskCreated,
    TextDelta,
    TurnEnded,
    TurnStarted,
    Warned,
)
from pygent_engine.values import ApprovalRequest, FileDiff, Message, Question, ToolCall, ToolResult, Usage
from pygent_tui.views.transcript import EMPTY, Transcript, fold
from pygent_tui.widgets.conversation.conversation import Conversation
from tests.support.envelopes import stream

from .. import stage

HOSTILE = "x\x1b]52;c;eA==\x07\x1b[2J\x9b31m\u202e [/] [bold] [@click=app.betray]press[/] \x1b]8;;http://evil\x07link\x1b]8;;\x07 y"


def folded(*events: Event | tuple[str, Event], start: Transcript = EMPTY) -> Transcript:
    return reduce(fold, stream(events), start)


def reply(text: str, finish: str = "stop") -> ReplyCompleted:
    return ReplyCompleted(Message("assistant", text, finish_reason=finish), None)


def screen_lines(pane: Conversation) -> list[str]:
    """What the pane shows, but for its cursor."""
    return [line.replace("❯", " ").rstrip() for line in stage.screen_lines(pane)]


def numbered(count: int) -> Transcript:
    return folded(*(Warned(f"note {number}") for number in range(count)))


def hostile_session() -> Transcript:
    call = ToolCall("c", HOSTILE, HOSTILE)
    return folded(
        SessionOpened("s", HOSTILE, "local", HOSTILE, HOSTILE),
        TurnStarted(HOSTILE),
        Warned(HOSTILE),
        ReplyCompleted(
            Message("assistant", f"{HOSTILE}\n\n```{HOSTILE}\n{HOSTILE}\n```\n\n[a](http://{HOSTILE})", reasoning=HOSTILE), None
        ),
        CallStarted(call, HOSTILE),
        FilesChanged((HOSTILE, "x.py"), (FileDiff(HOSTILE, "modified", f"@@ -1,1 +1,1 @@\n-{HOSTILE}\n+{HOSTILE}!\n", 1, 1),)),
        CallEnded(ToolResult("c", HOSTILE, "error")),
        ApprovalAsked(ApprovalRequest("d", "main", HOSTILE, HOSTILE, HOSTILE, HOSTILE)),
        QuestionAsked(Question("q", "main", HOSTILE, (HOSTILE,))),
        ("t1", TaskCreated(HOSTILE, HOSTILE, None, HOSTILE, "main", "local")),
        TurnEnded("failed", 1, Usage(), HOSTILE),
        TextDelta(HOSTILE),
        RetryScheduled(1.0, HOSTILE, 1),
    )

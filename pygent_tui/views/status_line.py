"""The words of the status bar: mode, model, what happens now, and the notes at the right end. Pure."""

from __future__ import annotations

from pygent_engine.frozen import frozen
from pygent_engine.untrusted import clean_line
from pygent_engine.values import ApprovalMode

from .asks import Asks
from .status import Status

Part = tuple[str, str]

NO_NOTE: Part = ("", "")
CANNOT_START: Part = ("cannot start", "$text-error")
IMAGE_MISSING: Part = ("waiting for you: image missing", "bold $text-warning")
_QUIET = "$text-muted"


@frozen
class StatusLine:
    """`left` are pieces of text with their styles; `notes` the most important first; `aside` what can be cut."""

    left: tuple[Part, ...]
    notes: tuple[str, ...]
    aside: str = ""


def status_line(
    status: Status, asks: Asks, model: str, now: float, note: Part = NO_NOTE, approvals: ApprovalMode = "auto", confirm_bash: bool = True
) -> StatusLine:
    """The session as it stands at `now`; a `note` says instead why there is none, `model` what it would ask."""
    return StatusLine(
        (
            *_badge(status),
            *_policy(status, approvals, confirm_bash),
            (f" {status.opened.model if status.opened else model} ", "$foreground"),
            _state(status, asks, now, note),
        ),
        _notes(status),
        _why(status),
    )


def elapsed(seconds: float) -> str:
    """`seconds` as a person says it: 7s, 2m05s, 1h02m."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m"


def compact(count: int) -> str:
    """`count` in at most four figures: 812, 1.2k, 48k, 1.3M."""
    if count < 1000:
        return str(count)
    if count < 1_000_000:
        return f"{count / 1000:.1f}k" if count < 10_000 else f"{count // 1000}k"
    return f"{count / 1_000_000:.1f}M"


def _badge(status: Status) -> tuple[Part, ...]:
    if status.opened is None:
        return ()
    if status.opened.mode == "docker":
        return ((" DOCKER ", "bold $text-success on $success-muted"),)
    return ((" LOCAL ", "bold $text-warning on $warning-muted"),)


def _policy(status: Status, approvals: ApprovalMode, confirm_bash: bool) -> tuple[Part, ...]:
    """What asks, where that is not what a session begins with."""
    if status.opened is None:
        return ()
    match approvals:
        case "ask":
            return ((" ASKS FOR ALL ", "bold $text-primary on $primary-muted"),)
        case "never-write":
            return ((" NO WRITES ", "bold $text-primary on $primary-muted"),)
    off = status.opened.mode == "local" and not confirm_bash
    return ((" ASKS OFF ", "bold $text-error on $error-muted"),) if off else ()


def _why(status: Status) -> str:
    """Why the mode is local although Docker was not ruled out, while there is room for it."""
    if status.opened is None or status.turn_since is not None or not status.opened.fallback_reason:
        return ""
    return f" · local because {status.opened.fallback_reason}"


def _state(status: Status, asks: Asks, now: float, note: Part) -> Part:
    waiting = len(asks.pending)
    if note != NO_NOTE:
        return (f"· {note[0]}", note[1])
    if status.closed is not None:
        return ("· closed", "$text-error")
    if waiting:
        return (f"· waiting for you{f' ({waiting})' if waiting > 1 else ''}", "bold $text-warning")
    return (f"· {_doing(status)}{_tasks(status)}{_time(status, now)}", "$text-primary" if status.busy else _QUIET)


def _doing(status: Status) -> str:
    if status.opened is None:
        return "starting"
    if status.pull is not None:
        return f"pulling {status.pull.percent}"
    if status.retry and status.turn_since is not None:
        return status.retry
    if status.running:
        return f"running: {clean_line(status.running[-1][1], 40)}"
    return "ready" if status.turn_since is None else "thinking"


def _tasks(status: Status) -> str:
    count = len(status.live_tasks)
    return f" · {count} task{'s' if count > 1 else ''}" if count else ""


def _time(status: Status, now: float) -> str:
    since = status.turn_since if status.turn_since is not None else status.live_since
    return "" if since is None else f" · {elapsed(now - since)}"


def _notes(status: Status) -> tuple[str, ...]:
    total = status.usage.total
    return (f"{compact(total)} tokens",) if total else ()

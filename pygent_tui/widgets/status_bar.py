"""One line at the bottom: where commands run, the model, what happens now, tokens, and the keys that matter."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from ..views.asks import Asks
from ..views.status import Status

Part = tuple[str, str]

_GAP = 2


class StatusBar(Static):
    """Drawn anew only when what it says changes."""

    DEFAULT_CSS = """
    StatusBar { height: 1; padding: 0 1; background: $panel; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, model: str, *, id: str | None = None) -> None:
        super().__init__("", id=id)
        self._model = model
        self._status = Status()
        self._asks = Asks()
        self._now = 0.0
        self._note = ""

    def show(self, status: Status, asks: Asks, now: float, note: str = "") -> None:
        """Show the session as it stands; `note` replaces the state when the session could not be opened."""
        self._status, self._asks, self._now, self._note = status, asks, now, note
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        content = self._line(max(20, self.size.width - 2))
        if content != self.content:
            self.update(content)

    def _line(self, width: int) -> Content:
        left = self._left()
        room = width - _width(left) - _GAP
        right: list[Part] = []
        for part in self._notes():  # what matters most comes first, and stands at the right end
            cost = cell_len(part[0]) + (_GAP if right else 0)
            if cost <= room:
                right.insert(0, part)
                room -= cost
        pad = " " * max(_GAP, width - _width(left) - _width(right, _GAP))
        return Content.assemble(*left, pad, *_joined(right, " " * _GAP))

    def _left(self) -> list[Part]:
        badge, reason = badge_of(self._status)
        opened = self._status.opened
        parts: list[Part] = [badge] if badge[0] else []
        parts.append((f" {opened.model if opened else self._model} ", "$foreground"))
        parts.append(self._state())
        if reason and self._status.turn_since is None:
            parts.append((f" · local because {reason}", "$foreground 65%"))
        return parts

    def _notes(self) -> list[Part]:
        total = self._status.usage.total
        notes = ["Ctrl+Q quit", "F1 help"]
        if self._status.turn_since is not None:
            notes.append("Esc interrupt")
        if total:
            notes.append(f"{compact(total)} tokens")
        return [(note, "") for note in notes]

    def _state(self) -> Part:
        status, waiting = self._status, len(self._asks.pending)
        if self._note:
            return (f"· {self._note}", "$text-error")
        if status.closed is not None:
            return ("· closed", "$text-error")
        if waiting:
            return (f"· waiting for you{f' ({waiting})' if waiting > 1 else ''}", "bold $text-warning")
        doing = _doing(status)
        tasks = len(status.live_tasks)
        if tasks:
            doing += f" · {tasks} task{'s' if tasks > 1 else ''}"
        since = status.turn_since if status.turn_since is not None else status.live_since
        if since is not None:
            doing += f" · {elapsed(self._now - since)}"
        return (f"· {doing}", "$text-primary" if status.busy else "$foreground 65%")


def badge_of(status: Status) -> tuple[Part, str]:
    """The mode as a badge, and why it is local although Docker was not ruled out."""
    if status.opened is None:
        return ("", ""), ""
    if status.opened.mode == "docker":
        return (" DOCKER ", "bold $text-success on $success-muted"), ""
    return (" LOCAL ", "bold $text-warning on $warning-muted"), status.opened.fallback_reason


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


def _doing(status: Status) -> str:
    if status.opened is None:
        return "starting"
    if status.turn_since is None:
        return "ready"
    if status.retry:
        return status.retry
    return f"running: {status.running[-1][1][:40]}" if status.running else "thinking"


def _width(parts: list[Part], gap: int = 0) -> int:
    return sum(cell_len(text) for text, _ in parts) + gap * max(0, len(parts) - 1)


def _joined(parts: list[Part], gap: str) -> list[Part]:
    return [piece for index, part in enumerate(parts) for piece in ((gap if index else "", ""), part) if piece[0]]

"""What both panels share that take the composer's place: a guard for early keys, the way back for typed text, and their room."""

from __future__ import annotations

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from pygent_engine.untrusted import clean, clean_line
from pygent_engine.values import ROOT_TASK

from ...bound import key_of
from ...views import naming
from ...views.exact import Line
from ..keys import Key, Keys
from ..request import Request
from .ask_body import AskBody
from .ask_list import AskList
from .guard import KeyGuard

_LEAST = 9  # lines of a small screen that a panel may take


class AskPanel(Widget, can_focus=True):
    """A panel that waits for keys. Keys typed before it could be read are not answers. However little room there is, what
    stands in `.answers` is seen, and the body scrolls.

    Text that the user was typing when the panel came is posted as `Typed`, so that it reaches the draft.
    """

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("tab,right", "other(1)", "The next one that waits", id="asks.next", show=False),
        Binding("shift+tab,left", "other(-1)", "The one before it", id="asks.previous", show=False),
        Binding("up", "move(-1)", "Up", id="asks.up", show=False),
        Binding("down", "move(1)", "Down", id="asks.down", show=False),
        Binding("pageup", "page(-1)", "A page up", id="asks.page-up", show=False),
        Binding("pagedown", "page(1)", "A page down", id="asks.page-down", show=False),
    ]

    SCOPED_CSS = False  # the screen's classes count
    DEFAULT_CSS = """
    AskPanel {
        layout: vertical;
        height: auto;
        border: round $warning;
        background: $background;
        padding: 0 1;
        border-title-color: $text-warning;
        border-subtitle-color: $text-muted;
    }
    AskPanel .answers { dock: bottom; height: auto; }
    AskPanel .reason, AskPanel .note { margin-top: 1; }
    .-short AskPanel Keys, .-short AskPanel .reason { margin-top: 0; }
    AskPanel .note { height: auto; color: $text-muted; }
    .-short AskPanel .note { display: none; }
    """

    class Typed(Request):
        """Text that belongs to the prompt that was being written."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Chosen(Request):
        """The user wants to see the ask that stands at `at`; nothing is answered."""

        def __init__(self, at: int) -> None:
            super().__init__()
            self.at = at

    def __init__(self, call_id: str, title: str, quiet_s: float, typed_at: float) -> None:
        super().__init__()
        self.call_id = call_id
        self.guard = KeyGuard(quiet_s)
        self.keys = Keys()
        self.waiting = AskList()
        self.body = AskBody(self.room)
        self._title = title
        self._quiet_s = quiet_s
        self._typed_at = typed_at
        self.alone = False
        """It has the screen for itself, but for the last line."""
        self._answered = False
        self._at, self._count = 0, 1
        self.border_title = Content(title)

    # ------------------------------------------------------------ what it shows

    def show_waiting(self, rows: tuple[str, ...], at: int, waits: tuple[str, ...] = (), *, listed: bool = True) -> None:
        """Tell who waits, this one at `at` among them, and how long; the list itself only where it is not `listed` elsewhere."""
        many = len(rows) > 1
        if (at, len(rows)) != (self._at, self._count):
            self._at, self._count = at, len(rows)
            self.refresh_keys()
        self.waiting.show(rows if listed else (), at, waits)
        waited = f" · waits {waits[at]}" if waits and waits[at] else ""
        self.border_title = Content(f"{f'{at + 1} of {len(rows)} wait · ' if many else ''}{self._title}{waited}")

    @property
    def seen_whole(self) -> bool:
        """Whether all of its text is on the screen, and has been for as long as a key must wait to be an answer."""
        drawn_at = self.guard.drawn_at
        return drawn_at is not None and Message().time - drawn_at >= self._quiet_s and self.body.shows(self.matter)

    def answers(self) -> tuple[Key, ...]:
        """The keys that answer now."""
        raise NotImplementedError

    @property
    def help_rows(self) -> tuple[tuple[str, str], ...]:
        """The keys that answer, for the help."""
        return tuple((key[0], key[1]) for key in self.answers())

    @property
    def matter(self) -> int:
        """How many lines of the body are what is asked; what follows them is said besides."""
        raise NotImplementedError

    def size_note(self) -> str:
        """How much there is to read; empty when it is little."""
        return ""

    @property
    def key_labels(self) -> dict[str, str]:
        """What keys do just now, by the ids of their bindings."""
        return {"asks.up": "scroll" if self.body.max_scroll_y else ""}

    @property
    def answered(self) -> bool:
        """Whether its one answer was given."""
        return self._answered

    def refresh_keys(self) -> None:
        """Say which keys answer; from elsewhere, how to get here."""
        others: tuple[Key, ...] = ((key_of(self, "asks.next"), "the next one", "next"),) if self._count > 1 else ()
        self.keys.show(*((*self.answers(), *others) if self.has_focus_within else ((self._way_here, "answer"),)))

    @property
    def _way_here(self) -> str:
        """The key that comes to what asks, which each screen has under a name of its own."""
        own = {binding.id for _, binding in self.screen._bindings}
        return key_of(self, next((name for name in ("task.answer", "peek.answer") if name in own), "asks.go"))

    def room(self, container: Size, viewport: Size, width: int) -> int:
        """The lines that the answers leave to the body."""
        most = viewport.height - 1 if self.alone else max(viewport.height * 3 // 4, min(viewport.height - 2, _LEAST))
        most -= self.styles.border.spacing.height
        parts = [part for part in (self.waiting, *self.query(".answers > *").results(Widget)) if part.display]
        return max(1, most - sum(_height(part, container, viewport, width) for part in parts))

    def on_mount(self) -> None:
        self.refresh_keys()
        self.watch(self.body, "scroll_y", self._tell_rest, init=False)
        self.watch(self.body, "virtual_size", self._tell_rest, init=False)
        self.call_after_refresh(self._drawn)

    def on_resize(self) -> None:
        self.call_after_refresh(self._tell_rest)

    def on_descendant_focus(self) -> None:
        self.refresh_keys()

    def on_descendant_blur(self) -> None:
        self.refresh_keys()

    def on_focus(self) -> None:
        self.refresh_keys()

    def on_blur(self) -> None:
        self.refresh_keys()

    def uncovered(self) -> None:
        """The panel can be read again: the silence begins anew."""
        self.call_after_refresh(self._drawn)

    def _drawn(self) -> None:
        # Messages and keys carry times of the same clock.
        self.guard.drawn(max(Message().time, self._typed_at))

    def _tell_rest(self) -> None:
        hidden = self.body.hidden
        rest = f"↓ {hidden} more row{'s' if hidden > 1 else ''}" if hidden else ""
        self.border_subtitle = Content(" · ".join(filter(None, (rest, self.size_note()))))
        self.refresh_bindings()  # the last line says whether there is anything to scroll

    # ------------------------------------------------------------ keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        return action != "other" or self._count > 1

    def action_other(self, step: int) -> None:
        """Show another one that waits."""
        self.show_other((self._at + step) % self._count)

    def show_other(self, at: int) -> None:
        """Show the one that stands at `at`. What was typed for that one answers nothing here, however late it comes to be shown."""
        self.guard.shut()
        self.post_message(self.Chosen(at))
        self.uncovered()

    def action_move(self, step: int) -> None:
        self.body.scroll_relative(y=step, animate=False)

    def action_page(self, step: int) -> None:
        self.body.scroll_relative(y=step * max(1, self.body.size.height - 1), animate=False)

    def on_ask_list_clicked(self, event: AskList.Clicked) -> None:
        event.stop()
        self.show_other(event.at)

    def on_ask_list_stepped(self, event: AskList.Stepped) -> None:
        event.stop()
        self.action_other(event.step)

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted is no answer; it belongs to the prompt."""
        event.stop()
        self.post_message(self.Typed(clean(event.text.replace("\r\n", "\n").replace("\r", "\n"))))

    async def run_bound(self, event: events.Key) -> bool:
        """Do at once what a binding of the panel has `event` do; by itself it would come after the key that was typed next, which
        might be an answer."""
        active = self.screen.active_bindings.get(event.key)
        if active is None or active.node is not self:
            return False
        event.stop()
        event.prevent_default()
        await self.run_action(active.binding.action)
        return True

    def answer_with(self, answer: Message) -> None:
        """Post the one answer; keys that come before the panel is gone give no other."""
        if not self._answered:
            self._answered = True
            self.post_message(answer)

    def admits(self, event: events.Key, *, alone: bool = False) -> bool:
        """Whether `event` may answer (`alone`: not in the middle of other typing); text of a prompt in the making goes back to it."""
        if self.guard.admits(event.time, alone=alone):
            return True
        if event.time - self._typed_at < self._quiet_s:
            self.keep(event)
        return False

    def keep(self, event: events.Key) -> None:
        """Take a key that is no answer for the prompt in the making."""
        if event.character is not None and event.is_printable:
            self._typed_at = event.time
            self.post_message(self.Typed(event.character))


def story(recent: tuple[str, ...]) -> tuple[Line, ...]:
    """What a task did before it asked, a line each, oldest first."""
    if not recent:
        return ()
    did = (Line(((clean_line(action, 300), False),), "  ", "  ", "muted") for action in recent)
    return (Line(()), Line((("What it did before:", False),), role="muted"), *did)


def whose(task_id: str, task_title: str) -> str:
    """What a panel's title adds to tell which delegated task asks; empty for the root agent."""
    if task_id == ROOT_TASK:
        return ""
    return f" · {naming.titled(task_id, task_title, 40)}"


def _height(part: Widget, container: Size, viewport: Size, width: int) -> int:
    """The lines that `part` takes with its margin."""
    lines = part.get_content_height(container, viewport, width)
    most = part.styles.max_height
    if most is not None and most.cells is not None:
        lines = min(lines, most.cells)
    return max(1, lines) + part.styles.margin.height

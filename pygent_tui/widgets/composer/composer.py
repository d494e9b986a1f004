"""Where prompts are written: grows with the text, Enter sends, a paste never does. A list above it takes some of its keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events
from textual.binding import Binding
from textual.document._document import EditResult
from textual.document._edit import Edit
from textual.message import Message

from ..request import Request
from .chip_area import ChipArea
from .history import History

if TYPE_CHECKING:
    from ..popup import Choice, Popup
    from .queue_list import QueueList, Waiting

SHELL = "!"

_PLACEHOLDER = "Ask Pygent to do something, or type /help"
_SEARCHING = "Type a few letters of an earlier prompt"


class Composer(ChipArea):
    """A text area that posts `Submitted` and is empty then; a refused text is given back.

    Keys are acted upon here, in the order in which they were typed, and not after a tour through the screen.
    """

    SCOPED_CSS = False  # a rule looks at the screen around it
    DEFAULT_CSS = """
    Composer {
        height: auto;
        min-height: 3;
        max-height: 12;
        min-width: 8;  /* without a cell to wrap in, a text area raises */
        border: round $border-blurred;
        background: $background;
        padding: 0 1;
        border-title-color: $text-muted;
        border-subtitle-color: $text-muted;
        scrollbar-size-vertical: 1;
    }
    Composer:focus { border: round $primary; border-title-color: $text-primary; }
    Composer.-shell, Composer.-shell:focus { border: round $warning; border-title-color: $text-warning; }
    .-short Composer { max-height: 5; }
    """

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("enter", "send", "Send, or take what is marked", id="composer.send", show=False),
        Binding("shift+enter,ctrl+j,alt+enter,ctrl+enter", "break_line", "Break the line", id="composer.newline", show=False),
        Binding("up", "cursor_up", "Line up, or an earlier prompt", id="composer.up", show=False),
        Binding("down", "cursor_down", "Line down, or a later prompt", id="composer.down", show=False),
        Binding("tab", "complete", "Complete", id="composer.complete", show=False),
        Binding("escape", "leave", "Close the list", id="composer.leave", show=False),
        Binding("delete,ctrl+d", "delete_right", "Delete, or remove the marked prompt", id="composer.delete", show=False),
        Binding("ctrl+underscore,ctrl+z", "undo", "Undo", id="composer.undo", show=False),
        Binding("ctrl+y", "redo", "Redo", id="composer.redo", show=False),
        Binding("ctrl+r", "search", "Search earlier prompts", id="composer.search", show=False),
        Binding("ctrl+s", "steer", "Steer the running turn", id="composer.steer", show=False),
        Binding("ctrl+g", "open_editor", "Write in the editor", id="composer.editor", show=False),
        Binding("ctrl+o", "expand", "Put a paste in its place", id="composer.expand", show=False),
        Binding("ctrl+up", "choose(-1)", "Mark a queued prompt", id="queue.previous", show=False),
        Binding("ctrl+down", "choose(1)", "Mark the next queued prompt", id="queue.next", show=False),
    ]

    @dataclass
    class Submitted(Request):
        """The user sent `text`; `written` is how it stood here."""

        text: str
        written: str = ""

    @dataclass
    class Steered(Submitted):
        """The user wants the running turn to hear `text`."""

    class Touched(Request):
        """Text or cursor changed."""

    class SearchAsked(Request):
        """The user wants to search earlier prompts."""

    class EditorAsked(Request):
        """The user wants to write in the editor."""

    @dataclass
    class QueueAsked(Request):
        """The user wants a waiting text back, to edit it or (`remove`) to be rid of it."""

        item: Waiting
        remove: bool

    @dataclass
    class Refused(Request):
        """Something cannot be done here; the sentence says why."""

        sentence: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, placeholder=_PLACEHOLDER)
        self.cursor_blink = False
        self.border_title = "Prompt"
        self.history_of_prompts = History()
        self.popup: Popup | None = None
        self.queue: QueueList | None = None
        self.typed_at = 0.0
        self._put_by: str | None = None
        self._taking: bool | None = None

    # ------------------------------------------------------------ what stands here

    @property
    def draft(self) -> str:
        """What was written and not sent, every paste in its place."""
        return self.chips.expand(self.text if self._put_by is None else self._put_by)

    def write(self, text: str) -> None:
        """Put `text` here in place of what stands here; one that is very long as a chip."""
        self.replace(self.label(text), (0, 0), self.document.end)
        self.move_cursor(self.document.end)

    def give_back(self, written: str) -> None:
        """Put what stood here before back, ahead of what was written since."""
        since = self.text
        self.insert(f"{written}\n" if since else written, (0, 0))
        if not since:
            self.move_cursor(self.document.end)

    def sent(self, text: str) -> None:
        """A text was accepted: remember it."""
        self.history_of_prompts.add(text)
        self.chips.keep(f"{self.text}{self._put_by or ''}")

    # ------------------------------------------------------------ keys

    async def _on_key(self, event: events.Key) -> None:
        self.typed_at = event.time
        if event.is_printable:
            return
        bound = self.screen.active_bindings.get(event.key)
        if bound is not None and bound.node is self and not bound.binding.priority:
            event.stop()
            event.prevent_default()
            await self.run_action(bound.binding.action)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "complete":
                return self._is_choosing
            case "leave":
                return self._is_choosing or self._marked is not None or self._put_by is not None
            case "choose":
                return self.queue is not None and bool(self.queue.items)
        return True

    def action_send(self) -> None:
        if self._marked is not None:
            self._ask_queue(remove=False)
        elif self.popup is not None and self.popup.chosen is not None:
            self._take(self.popup.chosen, whole=True)
        elif self._put_by is None and self.text.strip():
            self._post(self.Submitted)

    def action_steer(self) -> None:
        if self._put_by is None and self.text.strip():
            self._post(self.Steered)

    def action_break_line(self) -> None:
        self.replace("\n", *self.selection, maintain_selection_offset=False)

    def action_complete(self) -> None:
        if self.popup is not None and self.popup.first is not None:
            self._take(self.popup.first, whole=False)

    def action_leave(self) -> None:
        if self._marked is not None and self.queue is not None:
            self.queue.leave()
        elif self._put_by is not None:
            self.end_search()
        elif self.popup is not None:
            self.popup.leave()
        self.refresh_bindings()

    def action_cursor_up(self, select: bool = False) -> None:
        if select or not self._walk(-1):
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        if select or not self._walk(1):
            super().action_cursor_down(select)

    def action_delete_right(self) -> None:
        if self._marked is not None:
            self._ask_queue(remove=True)
        else:
            super().action_delete_right()

    def action_search(self) -> None:
        if self._put_by is not None and self.popup is not None and self.popup.is_open:
            self.popup.move(1)
        elif self._put_by is None:
            self.post_message(self.SearchAsked())

    def action_open_editor(self) -> None:
        if self._put_by is None:
            self.post_message(self.EditorAsked())

    def action_choose(self, step: int) -> None:
        if self.queue is not None:
            self.queue.move(step)
            self.refresh_bindings()

    def action_expand(self) -> None:
        """Put the text of the chip at the cursor in the place of its label."""
        if problem := self.expand_chip():
            self.post_message(self.Refused(problem))

    @property
    def key_labels(self) -> dict[str, str]:
        """What keys do just now, by the ids of their bindings."""
        if self._marked is not None:
            return {"composer.send": "edit", "composer.delete": "remove", "composer.leave": "back"}
        return {"composer.send": "take"} if self._is_choosing or self.searching else {}

    # ------------------------------------------------------------ the lists above

    @property
    def _is_choosing(self) -> bool:
        return self.popup is not None and self.popup.is_open

    @property
    def _marked(self) -> Waiting | None:
        return self.queue.chosen if self.queue is not None else None

    @property
    def before(self) -> str:
        """The cursor's line, up to the cursor."""
        row, column = self.cursor_location
        return self.document.get_line(row)[:column]

    @property
    def searching(self) -> bool:
        """Whether what is written here is what is sought in earlier prompts."""
        return self._put_by is not None

    def begin_search(self) -> None:
        """Put the draft by, and take what is written for what is sought."""
        self._put_by, self.placeholder, self.border_title = self.text, _SEARCHING, "Search earlier prompts"
        self.text = ""

    def end_search(self) -> None:
        """Give the draft back."""
        written, self._put_by, self.placeholder = self._put_by or "", None, _PLACEHOLDER
        self.text = written
        self.move_cursor(self.document.end)
        if self.popup is not None:
            self.popup.close()

    def offered(self) -> None:
        """The list was filled for what stands here now; a key that was waiting for that takes its choice."""
        taking, self._taking = self._taking, None
        if taking:
            self.action_send()
        elif taking is not None:
            self.action_complete()

    def _take(self, choice: Choice, whole: bool) -> None:
        """Put a choice in its place: at once, or when the list has caught up with what was typed."""
        assert self.popup is not None
        if self.popup.asked != self.before:
            self._taking = whole
            return
        if self._put_by is not None:
            self.end_search()
            self.write(choice.text)
            return
        row, _ = self.cursor_location
        end = choice.after_enter if whole else choice.after_tab
        self.popup.close()
        self.replace(choice.text + end, (row, choice.start), self.cursor_location, maintain_selection_offset=False)
        if choice.sends and whole:
            self._post(self.Submitted)

    def _ask_queue(self, remove: bool) -> None:
        if self._marked is not None:
            self.post_message(self.QueueAsked(self._marked, remove))

    # ------------------------------------------------------------ text

    def on_text_area_changed(self) -> None:
        shell = self.text.startswith(SHELL) and self._put_by is None
        self.set_class(shell, "-shell")
        if self._put_by is None:
            self.border_title = "Shell · runs in the workspace" if shell else "Prompt"
        self.post_message(self.Touched())

    def on_text_area_selection_changed(self) -> None:
        self.post_message(self.Touched())

    def edit(self, edit: Edit) -> EditResult:
        """What is written ends what was asked of the lists above."""
        self._taking = None
        if self.popup is not None:
            self.popup.written()
        if self._marked is not None and self.queue is not None:
            self.queue.leave()
        return super().edit(edit)

    def _post(self, kind: type[Submitted]) -> None:
        """What stands here goes out; whoever takes it gives it back when it cannot be done."""
        written = self.text.strip("\n")
        self.text = ""
        self.typed_at = max(self.typed_at, Message().time)
        self.post_message(kind(self.chips.expand(written), written))

    def _walk(self, step: int) -> bool:
        """Up and Down move in the list above; on the first and the last row they show the neighbours in the history."""
        if self._is_choosing and self.popup is not None:
            self.popup.move(step)
            return True
        row = self.wrapped_document.location_to_offset(self.cursor_location).y
        if self._put_by is not None or row != (0 if step < 0 else self.wrapped_document.height - 1):
            return False
        text = self.history_of_prompts.older(self.text) if step < 0 else self.history_of_prompts.newer()
        if text is not None:
            self.write(text)
        return True

"""One delegated task on the whole screen: its conversation, the live output of its calls, and a field to write to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.screen import Screen
from textual.widget import Widget

from pygent_engine.task_values import TaskState, TaskView

from ..views.board_keys import valid
from ..views.output import EMPTY, Outputs, select
from ..views.transcript import Transcript
from ..widgets.asks.ask_panel import AskPanel
from ..widgets.asks.message_field import MessageField
from ..widgets.board.bindings import ASKED
from ..widgets.board.task_head import TaskHead
from ..widgets.conversation.conversation import Conversation
from ..widgets.key_line import KeyLine
from ..widgets.output.output_pane import OutputPane
from ..widgets.output.task_output import TaskOutput
from ..widgets.request import OutputAsked, Request


class TaskScreen(Screen[None]):
    """Shows what it is given of the task `task_id`; `draft` is what was written to it before. A panel takes the field's place."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("escape", "leave", "Back", id="task.leave", show=False),
        Binding("f7", "neighbour(-1)", "Task before", id="task.previous", show=False, priority=True),
        Binding("f8", "neighbour(1)", "Next task", id="task.next", show=False, priority=True),
        Binding("left_square_bracket", "neighbour(-1)", "Task before", id="task.previous-here", show=False),
        Binding("right_square_bracket", "neighbour(1)", "Next task", id="task.next-here", show=False),
        Binding("f6", "go(1)", "Next part", id="task.part-next", show=False, priority=True),
        Binding("shift+f6", "go(-1)", "Part before", id="task.part-before", show=False, priority=True),
        Binding("tab", "go(1)", "Next part", id="task.part-next-tab", show=False),
        Binding("shift+tab", "go(-1)", "Part before", id="task.part-before-tab", show=False),
        Binding("i", "write", "Write to it", id="task.write", show=False),
        Binding("alt+a", "write", "Go to what it asks", id="task.answer", show=False, priority=True),
        Binding("x", "ask('cancel')", "Cancel it", id="task.cancel", show=False),
        Binding("P", "ask('pause')", "Pause, or go on", id="task.pause", show=False),
        Binding("r", "ask('retry')", "Try again", id="task.retry", show=False),
        Binding("L", "ask('limits')", "Change its limits", id="task.limits", show=False),
        Binding("D", "ask('diff')", "See what it changed", id="task.diff", show=False),
        Binding("A", "ask('apply')", "Apply its changes", id="task.apply", show=False),
        Binding("E", "ask('shell')", "A shell where it works", id="task.shell", show=False),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - as above
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall")]  # noqa: RUF012 - as above
    AUTO_FOCUS = "MessageField"

    DEFAULT_CSS = """
    TaskScreen { layout: vertical; background: $background; }
    TaskScreen #task-parts { height: 1fr; layout: horizontal; }
    TaskScreen.-narrow #task-parts { layout: vertical; }
    TaskScreen #task-talk, TaskScreen #task-output { width: 3fr; height: 1fr; }
    TaskScreen #task-output { width: 2fr; }
    TaskScreen.-narrow #task-talk, TaskScreen.-narrow #task-output { width: 1fr; }
    TaskScreen.-narrow #task-talk { height: 2fr; }
    TaskScreen.-short #task-output, TaskScreen.-short.-output #task-talk { display: none; }
    TaskScreen.-short.-output #task-output { display: block; }
    TaskScreen.-short KeyLine { display: none; }
    """

    @dataclass
    class Neighbour(Request):
        """See the task that stands `by` places further on the board."""

        task_id: str
        by: int

    @dataclass
    class Said(Request):
        """Tell the task `text`; what cannot be sent is given back to `field`."""

        task_id: str
        text: str
        field: MessageField

    class Shown(Request):
        """The screen is the one that is seen, again."""

    class Left(Request):
        """The screen is gone; `draft` was written to the task `task_id` and not sent."""

        def __init__(self, task_id: str, draft: str) -> None:
            super().__init__()
            self.task_id = task_id
            self.draft = draft

    def __init__(self, task_id: str, draft: str = "") -> None:
        super().__init__()
        self.task_id = task_id
        self.head = TaskHead(id="task-head")
        self.talk = Conversation(id="task-talk", classes="framed")
        self.output = TaskOutput(id="task-output", classes="framed")
        self.field = MessageField(draft, id="task-field")
        self.outputs: Outputs = EMPTY
        """What the output shows, with the call that was chosen."""
        self._view: TaskView | None = None
        self._panel: AskPanel | None = None
        self._keys = KeyLine(id="keys")
        self._keys.labels = self._key_labels

    def compose(self) -> ComposeResult:
        self.talk.border_title, self.output.border_title = "Conversation", "Output"
        yield self.head
        with Container(id="task-parts"):
            yield self.talk
            yield self.output
        yield self.field
        yield self._keys

    # ------------------------------------------------------------ attributes down

    def show_task(self, view: TaskView, now: float, note: str) -> None:
        """The task as it stands at `now` (Unix seconds); `note` says what else waits."""
        before = self._key_labels() if self._view is not None else None
        fresh = self._view is None or valid(view) != valid(self._view)
        self._view = view
        fresh |= self._key_labels() != before
        self.head.show(view, now, note)
        self.field.say(view)
        if fresh:
            self.refresh_bindings()

    def show_talk(self, talk: Transcript) -> None:
        self.talk.show(talk)

    def show_output(self, outputs: Outputs) -> None:
        self.outputs = outputs
        self.output.show(outputs)

    def tick(self, now: float) -> None:
        self.talk.tick(now)

    def ask(self, panel: AskPanel | None) -> None:
        """Let `panel` take the field's place, and its focus; without one the field has both back."""
        below = self.focused is None or self.focused is self.field or self._panel in self.focused.ancestors_with_self
        if self._panel is not None:
            self._panel.remove()
        self._panel = panel
        self.field.display = panel is None
        if panel is not None:
            self.mount(panel, before=self._keys)
        if below:
            (panel or self.field).focus()

    @property
    def panel(self) -> AskPanel | None:
        """What is asked here."""
        return self._panel

    # ------------------------------------------------------------ keys

    def _key_labels(self) -> Mapping[str, str]:
        """What keys do just now."""
        view = self._view
        return {"task.pause": "go on" if view is not None and (view.state is TaskState.paused or view.pausing) else "pause"}

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("ask", "leave") and self._panel is not None and self._panel.has_focus_within:
            return False  # its answers come first: Esc is a no
        return action != "ask" or (self._view is not None and parameters[0] in valid(self._view))

    def action_ask(self, what: str) -> None:
        self.post_message(ASKED[what](self.task_id))

    def action_leave(self) -> None:
        self.dismiss()

    def action_neighbour(self, by: int) -> None:
        self.post_message(self.Neighbour(self.task_id, by))

    def action_write(self) -> None:
        (self._panel or self.field).focus()

    def action_go(self, step: int) -> None:
        """Focus the next of the three parts, or the one before."""
        parts: list[Widget] = [self.talk, self.output, self._panel or self.field]
        here = next((place for place, part in enumerate(parts) if self.focused and part in self.focused.ancestors_with_self), 2)
        part = parts[(here + step) % len(parts)]
        self.set_class(part is self.output, "-output")
        part.focus()

    def on_key(self, event: events.Key) -> None:
        """What is typed in a pane and is none of its keys is written to the task."""
        if event.is_printable and event.character and self._panel is None and event.key not in self.active_bindings:
            event.stop()
            self.field.focus()
            self.field.insert(event.character)

    def on_paste(self, event: events.Paste) -> None:
        if self._panel is None:
            event.stop()
            self.field.focus()
            self.field.take(event.text)

    # ------------------------------------------------------------ messages up

    @on(MessageField.Submitted)
    def _said(self, event: MessageField.Submitted) -> None:
        event.stop()
        if event.text:
            self.field.text = ""
            self.post_message(self.Said(self.task_id, event.text, self.field))

    @on(OutputPane.Chosen)
    def _chosen(self, event: OutputPane.Chosen) -> None:
        event.stop()
        self.show_output(select(self.outputs, event.call_id))

    @on(OutputAsked)
    def _output_of(self, event: OutputAsked) -> None:
        """The call of the card under the cursor, when there is something to see of it."""
        event.stop()
        if self.outputs.of(event.call_id) is not None:
            self.show_output(select(self.outputs, event.call_id))
            self.set_class(True, "-output")
            self.output.focus()

    @on(AskPanel.Typed)
    def _typed(self, event: AskPanel.Typed) -> None:
        """What was being written when something was asked goes on where it was written."""
        event.stop()
        self.field.insert(event.text)

    def on_mount(self) -> None:
        self.post_message(self.Shown())

    def on_screen_resume(self) -> None:
        self.post_message(self.Shown())

    def on_unmount(self) -> None:
        self.app.post_message(self.Left(self.task_id, self.field.text))

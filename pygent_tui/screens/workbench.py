"""The main screen: conversation, live output and task board; below them the composer, or the panel of what is asked."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

from pygent_engine.events import AnswerApproval, AnswerQuestion, CancelTask, Interrupt, Op, SubmitPrompt
from pygent_engine.untrusted import clean_line
from pygent_engine.values import ApprovalRequest

from .. import commands
from ..ports import LaunchPort
from ..views.app_state import AppState
from ..views.asks import Ask
from ..views.status import Status
from ..widgets.approval_panel import ApprovalPanel
from ..widgets.ask_panel import AskPanel
from ..widgets.composer import Composer
from ..widgets.conversation import Conversation
from ..widgets.output_pane import OutputPane
from ..widgets.question_panel import QuestionPanel
from ..widgets.status_bar import StatusBar
from ..widgets.task_table import TaskTable
from .confirm import Confirm
from .help import Help

Panel = ApprovalPanel | QuestionPanel

_PANES = ("conversation", "output", "board")


class Workbench(Screen[None]):
    """Shows an AppState; posts `Asked` for what the user wants of the session, and `Inspected` for a task to look at."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("escape", "interrupt", "Interrupt", show=False),
        Binding("f6", "app.focus_next", "Next pane", show=False, priority=True),
        Binding("shift+f6", "app.focus_previous", "Previous pane", show=False, priority=True),
        Binding("f3", "zoom", "Zoom the pane", show=False, priority=True),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - as above
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall")]  # noqa: RUF012 - as above

    class Asked(Message):
        """The user asks `op` of the session."""

        def __init__(self, op: Op) -> None:
            super().__init__()
            self.op = op

    class Inspected(Message):
        """The user wants to see what `task_id` does; None: whatever runs."""

        def __init__(self, task_id: str | None) -> None:
            super().__init__()
            self.task_id = task_id

    class QuitAsked(Message):
        """The user wants to leave."""

    def __init__(self, launch: LaunchPort, quiet_s: float) -> None:
        super().__init__()
        self._launch = launch
        self._quiet_s = quiet_s
        self._state = AppState()
        self._panel: Panel | None = None
        # Held, not queried for: the last envelopes may come while the screen is being taken down.
        self._conversation = Conversation(id="conversation")
        self._output = OutputPane(id="output")
        self._board = TaskTable(id="board")
        self._composer = Composer(id="composer")
        self._bar = StatusBar(clean_line(launch.model, 40), id="status")

    def compose(self) -> ComposeResult:
        with Horizontal(id="panes"):
            yield self._conversation
            with Vertical(id="side"):
                yield self._output
                yield self._board
        yield self._composer
        yield self._bar

    def on_mount(self) -> None:
        for name, title in zip(_PANES, ("Conversation", "Output", "Tasks"), strict=True):
            self.query_one(f"#{name}").border_title = title
        self._conversation.welcome = welcome(self._launch)
        self.set_class(True, "-no-output", "-no-tasks")
        self._composer.focus()

    # ------------------------------------------------------------ attributes down

    def show(self, state: AppState, now: float, note: str = "") -> None:
        """Show `state` as it is at `now` (Unix seconds)."""
        if not self._composer.is_attached:
            return  # the screen is being taken down
        old, self._state = self._state, state
        if state.transcript is not old.transcript:
            self._conversation.show(state.transcript)
        if state.output is not old.output:
            self._output.show(state.output)
            self.set_class(state.output.current is None, "-no-output")
        if state.board is not old.board:
            self._board.show(state.board)
            self.set_class(not state.board.rows, "-no-tasks")
        self._composer.show_queued(state.status.queued)
        self._show_ask()
        self.tick(now, note)

    def tick(self, now: float, note: str = "") -> None:
        """Show the times as they are at `now`."""
        self._bar.show(self._state.status, self._state.asks, now, note)
        self._board.tick(now)

    def _show_ask(self) -> None:
        """The oldest ask takes the composer's place, and gives it back when it is settled."""
        ask = self._state.asks.first
        if self._panel is not None and (ask is None or ask.call_id != self._panel.call_id):
            self._panel.remove()
            self._panel = None
        if ask is None:
            self._show_composer()
            return
        if self._panel is None:
            self._panel = self._panel_for(ask)
            self._composer.display = False
            self.mount(self._panel, before=self._bar)
            self._panel.focus()
        self._panel.show_others(len(self._state.asks.pending) - 1)

    def _show_composer(self) -> None:
        if not self._composer.display:
            self._composer.display = True
            self._composer.focus()

    def _panel_for(self, ask: Ask) -> Panel:
        title, typed_at = self._state.asks.title(ask.task_id), self._composer.typed_at
        if isinstance(ask, ApprovalRequest):
            return ApprovalPanel(ask, title, self._quiet_s, typed_at)
        return QuestionPanel(ask, title, self._quiet_s, typed_at)

    def on_screen_resume(self) -> None:
        """A dialog that lay over the panel is gone; keys meant for it are no answers."""
        if self._panel is not None:
            self._panel.uncovered()

    # ------------------------------------------------------------ messages up

    def on_composer_submitted(self, event: Composer.Submitted) -> None:
        try:
            found = commands.find(event.text)
        except commands.CommandError as error:
            self.refuse(str(error))
            return
        if found is None and self._state.status.closed is not None:
            self.refuse("The session is closed; Ctrl+Q leaves.")
            return
        self._composer.sent()
        if found is None:
            self.ask(SubmitPrompt(event.text))
        else:
            command, argument = found
            command.run(self, argument)

    def on_ask_panel_typed(self, event: AskPanel.Typed) -> None:
        self._composer.insert(event.character)

    def on_approval_panel_answered(self, event: ApprovalPanel.Answered) -> None:
        self.ask(AnswerApproval(event.call_id, event.decision, event.note))

    def on_question_panel_answered(self, event: QuestionPanel.Answered) -> None:
        self.ask(AnswerQuestion(event.call_id, event.text))

    def on_task_table_selected(self, event: TaskTable.Selected) -> None:
        self.post_message(self.Inspected(event.task_id))

    def on_task_table_cancel_asked(self, event: TaskTable.CancelAsked) -> None:
        self.cancel_task(event.task_id)

    def action_interrupt(self) -> None:
        """Interrupt what runs; with nothing running, go back to the prompt and to the newest output."""
        if self._state.status.turn_since is not None:
            self.ask(Interrupt())
        else:
            self.post_message(self.Inspected(None))
            (self._panel or self._composer).focus()

    def action_zoom(self) -> None:
        """Let the focused pane fill the screen, and back."""
        zoomed = next((name for name in _PANES if self.has_class(f"-zoom-{name}")), None)
        focused = self.focused.id if self.focused is not None else None
        self.remove_class(*(f"-zoom-{name}" for name in _PANES))
        if zoomed is None:
            self.add_class(f"-zoom-{focused if focused in _PANES else _PANES[0]}")

    # ------------------------------------------------------------ what commands may do

    def ask(self, op: Op) -> None:
        self.post_message(self.Asked(op))

    def refuse(self, sentence: str) -> None:
        self.notify(sentence, severity="warning", markup=False)

    def open_help(self) -> None:
        self.app.push_screen(Help())

    def focus_pane(self, name: str) -> None:
        self.query_one(f"#{name}", Widget).focus()

    def cancel_task(self, task_id: str) -> None:
        if task_id not in self._state.status.live_tasks:
            self.refuse(f"There is no running task {clean_line(task_id, 40)!r}.")
            return
        title = self._state.asks.title(task_id)
        body = f"{clean_line(task_id, 40)} “{clean_line(title, 80)}” ends now; its files are kept."
        dialog = Confirm("Cancel this task?", body, "cancel the task", "let it run")
        self._confirm(dialog, lambda: self.ask(CancelTask(task_id)))

    def toggle_theme(self) -> None:
        self.app.theme = "pygent-light" if self.app.current_theme.dark else "pygent-dark"

    def quit(self) -> None:
        self.post_message(self.QuitAsked())

    def _confirm(self, dialog: Confirm, then: Callable[[], None]) -> None:
        self.app.push_screen(dialog, lambda yes: then() if yes else None)


def welcome(launch: LaunchPort) -> tuple[str, ...]:
    """What an empty conversation says."""
    lines = ("Welcome to Pygent", "", "Say what you want done; Enter sends it.", "F1 shows the keys and the commands.")
    notice = ("", *launch.notice.splitlines()) if launch.notice else ()
    return (*lines, *notice)


def quit_body(status: Status) -> str:
    """What quitting now would end."""
    tasks = len(status.live_tasks)
    running = ["the turn"] * (status.turn_since is not None)
    if tasks:
        running.append(f"{tasks} delegated task{'s' if tasks > 1 else ''}")
    verb = "runs" if len(running) == 1 and tasks < 2 else "run"
    return f"{' and '.join(running).capitalize()} still {verb}. Quitting stops all of it."

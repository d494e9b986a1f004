"""Conducts the session's screen: folds what comes, shows what changed, sends what is asked. Loaded after the first paint."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pygent_engine.events import AnswerApproval, AnswerQuestion, CancelTask, Interrupt, Op, SubmitPrompt
from pygent_engine.untrusted import clean_line
from pygent_engine.values import ApprovalRequest

from . import commands
from .connection import Connection, Failed, News
from .screens.cannot_start import CannotStart, Way
from .screens.confirm import Confirm
from .screens.full_output import FullOutput
from .screens.help import Help
from .screens.workbench import Workbench
from .text_file import TextFile
from .theme import DARK, LIGHT
from .views import app_state
from .views.app_state import AppState
from .views.asks import Ask
from .views.status_line import status_line
from .widgets.approval_panel import ApprovalPanel
from .widgets.conversation import Conversation
from .widgets.output_pane import OutputPane
from .widgets.question_panel import QuestionPanel
from .widgets.task_table import TaskTable

if TYPE_CHECKING:
    from textual.timer import Timer

    from .app import PygentApp
    from .ports import LaunchPort


class Conductor:
    """Lives on the UI's thread; `connection` is the only way to the others. `state` is what the screen shows."""

    def __init__(self, app: PygentApp, bench: Workbench, launch: LaunchPort) -> None:
        self.state = AppState()
        self.connection = Connection(launch, app.deliver)
        self._app = app
        self._bench = bench
        self._model = launch.model
        self._conversation = Conversation(id="conversation")
        self._conversation.welcome = welcome(launch)
        self._output = OutputPane(id="output")
        self._board = TaskTable(id="board")
        self._panel: ApprovalPanel | QuestionPanel | None = None
        self._ticker: Timer | None = None

    async def begin(self) -> None:
        """Put the panes on the screen, and begin to open the session."""
        await self._bench.furnish(self._conversation, self._output, self._board)
        self.connection.open()

    # ------------------------------------------------------------ from the session

    def arrived(self, news: News) -> None:
        """Something came from the connection's threads."""
        if isinstance(news, Failed):
            self._cannot_start(news)
            return
        self._show(app_state.fold(self.state, news))
        self.connection.taken()

    def _show(self, state: AppState) -> None:
        """Show `state`: each widget only what changed."""
        if not self._bench.bar.is_attached:
            return  # the screen is being taken down
        old, self.state = self.state, state
        if state.transcript is not old.transcript:
            self._conversation.show(state.transcript)
        if state.output is not old.output:
            self._output.show(state.output)
            self._bench.set_class(state.output.current is None, "-no-output")
        if state.board is not old.board:
            self._board.show(state.board)
            self._bench.set_class(not state.board.rows, "-no-tasks")
        self._bench.composer.show_queued(state.status.queued)
        self._show_ask(state.asks.first)
        self._tick()
        self._tick_while(state.status.busy)

    def _tick(self) -> None:
        now = self._app.clock()
        note = "cannot start" if self._app.failure else ""
        line = status_line(self.state.status, self.state.asks, self._model, now, note)
        self._bench.bar.show(line.left, line.notes, line.aside)
        self._board.tick(now)

    def _tick_while(self, busy: bool) -> None:
        """Elapsed times move once a second, and only while something runs."""
        if busy and self._ticker is None:
            self._ticker = self._app.set_interval(1.0, self._tick)
        elif not busy and self._ticker is not None:
            self._ticker.stop()
            self._ticker = None

    @property
    def ticking(self) -> bool:
        return self._ticker is not None

    def _show_ask(self, ask: Ask | None) -> None:
        """The oldest ask takes the composer's place, and gives it back when it is settled."""
        if ask is None:
            self._panel = None
            self._bench.compose_again()
            return
        if self._panel is None or self._panel.call_id != ask.call_id:
            self._panel = self._panel_for(ask)
            self._bench.ask(self._panel)
        self._panel.show_others(len(self.state.asks.pending) - 1)

    def _panel_for(self, ask: Ask) -> ApprovalPanel | QuestionPanel:
        title, typed_at, quiet_s = self.state.asks.title(ask.task_id), self._bench.composer.typed_at, self._app.quiet_s
        if isinstance(ask, ApprovalRequest):
            return ApprovalPanel(ask, title, quiet_s, typed_at)
        return QuestionPanel(ask, title, quiet_s, typed_at)

    def uncovered(self) -> None:
        """A dialog that lay over the panel is gone; keys meant for it are no answers."""
        if self._panel is not None:
            self._panel.uncovered()

    def _cannot_start(self, failed: Failed) -> None:
        self._app.failure = failed.reason
        self._tick()
        self._app.push_screen(CannotStart(failed.reason, failed.image, self._app.quiet_s), self._go)

    def _go(self, way: Way | None) -> None:
        if way == "quit" or way is None:
            self._app.leave(1)
            return
        self._app.failure = ""
        self._tick()
        self.connection.open(False if way == "local" else None, pull=way == "pull")

    # ------------------------------------------------------------ from the user

    def submit(self, text: str) -> None:
        """Run a command, or send a prompt; what is refused stays in the composer."""
        try:
            found = commands.find(text)
        except commands.CommandError as error:
            self.refuse(str(error))
            return
        if found is None and self.state.status.closed is not None:
            self.refuse("The session is closed; Ctrl+Q leaves.")
            return
        self._bench.composer.sent()
        if found is None:
            self.ask(SubmitPrompt(text))
        else:
            command, argument = found
            command.run(self, argument)

    def ask(self, op: Op) -> None:
        """Send `op`, and show at once what is sure to come of it."""
        self.connection.send(op)
        match op:
            case SubmitPrompt(text):
                self._show(app_state.submitted(self.state, text))
            case AnswerApproval(call_id) | AnswerQuestion(call_id):
                self._show(app_state.settled(self.state, call_id))
            case _:
                pass

    def approve(self, event: ApprovalPanel.Answered) -> None:
        self.ask(AnswerApproval(event.call_id, event.decision, event.note))

    def answer(self, event: QuestionPanel.Answered) -> None:
        self.ask(AnswerQuestion(event.call_id, event.text))

    def interrupt(self) -> bool:
        """Interrupt the running turn, or the pull before it; False when there is neither."""
        if not self.state.status.interruptible:
            return False
        self.ask(Interrupt())
        return True

    def escape(self) -> None:
        """Interrupt what runs; with nothing running, go back to the prompt and to the newest output."""
        if not self.interrupt():
            self.inspect(None)
            self._bench.focus_below()

    def inspect(self, task_id: str | None) -> None:
        """Show the output of a task, or (None) of whatever runs."""
        self._show(app_state.inspected(self.state, task_id))

    def refuse(self, sentence: str) -> None:
        self._app.notify(sentence, severity="warning", markup=False)

    def open_help(self) -> None:
        if isinstance(self._app.screen, Workbench):
            self._app.push_screen(Help())

    def open_full(self, path: str) -> None:
        """Show the full output of a call, from its file."""
        try:
            file = TextFile(path)
        except (OSError, ValueError):
            self.refuse("The full output is not there any more; it is kept for the last calls of a session.")
            return
        self._app.push_screen(FullOutput(file, path))

    def focus_pane(self, name: str) -> None:
        self._bench.focus_pane(name)

    def toggle_theme(self) -> None:
        self._app.theme = LIGHT if self._app.current_theme.dark else DARK

    def cancel_task(self, task_id: str) -> None:
        """Cancel a task, after a yes."""
        if task_id not in self.state.status.live_tasks:
            self.refuse(f"There is no running task {clean_line(task_id, 40)!r}.")
            return
        body = f"{clean_line(task_id, 40)} “{clean_line(self.state.asks.title(task_id), 80)}” ends now; its files are kept."
        self._confirm(Confirm("Cancel this task?", body, "cancel the task", "let it run"), lambda: self.ask(CancelTask(task_id)))

    def quit(self) -> None:
        """Leave, after a yes when something runs."""
        if self._app.failure:
            self._app.leave(1)
        elif not self.state.status.busy:
            self._app.leave(0)
        elif not isinstance(self._app.screen, Confirm):
            self._confirm(Confirm("Quit Pygent?", quit_body(self.state), "quit", "stay"), lambda: self._app.leave(0))

    def _confirm(self, dialog: Confirm, then: Callable[[], None]) -> None:
        self._app.push_screen(dialog, lambda yes: then() if yes else None)


def welcome(launch: LaunchPort) -> tuple[str, ...]:
    """What an empty conversation says."""
    lines = ("Welcome to Pygent", "", "Say what you want done; Enter sends it.", "F1 shows the keys and the commands.")
    return (*lines, "", *launch.notice.splitlines()) if launch.notice else lines


def quit_body(state: AppState) -> str:
    """What quitting now would end."""
    tasks = len(state.status.live_tasks)
    turn = ["the turn"] * (state.status.turn_since is not None)
    running = turn or ["the pull of the image"] * (state.status.pull is not None)
    if tasks:
        running = [*running, f"{tasks} delegated task{'s' if tasks > 1 else ''}"]
    verb = "runs" if len(running) == 1 and tasks < 2 else "run"
    return f"{' and '.join(running).capitalize()} still {verb}. Quitting stops all of it."

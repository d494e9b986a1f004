"""What one task changed, over the whole screen: paths with marks, diffs, and what comes of applying them or taking them back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Static

from pygent_engine.task_fold import applied_now
from pygent_engine.task_values import TaskView

from ..bound import named_at
from ..views import handing
from ..views.handing import Doing, Handing
from ..views.task_changes import TaskChanges
from ..widgets.board.change_list import ChangeList
from ..widgets.board.task_requests import MessageAsked
from ..widgets.conversation.task_changes_view import TaskChangesView
from ..widgets.key_line import KeyLine
from ..widgets.request import CopyAsked
from ..widgets.roles import drawn
from ..widgets.sanitise import one_line
from .confirm import Confirm

DEADLINE_S = 120.0

Ask = Callable[[Doing, tuple[str, ...]], int]
"""Asks the session for it, of these paths (none: all that is not ignored); the number of the last envelope before an answer."""


class TaskDiff(ModalScreen[None]):
    """Begins with a look at what there is, unless `state` is busy with something. `deadline_s`: after so long it is said that no
    answer came."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("A", "apply", "Apply what is marked, or all", id="task-diff.apply", show=False),
        Binding("U", "take_back", "Take back what was applied", id="task-diff.take-back", show=False),
        Binding("y", "copy", "Copy it as a patch", id="task-diff.copy", show=False),
        Binding("r", "look", "Look again", id="task-diff.again", show=False),
        Binding("m", "message", "Write to the task", id="task-diff.message", show=False),
        Binding("d", "diff_style", "Diffs side by side, or not", id="task-diff.style", show=False),
        Binding("escape,q", "leave", "Close", id="task-diff.close", show=False),
    ]

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - as above
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall")]  # noqa: RUF012 - as above

    DEFAULT_CSS = """
    TaskDiff { align: left top; background: $background; }
    TaskDiff #task-diff-note { height: auto; max-height: 3; padding: 0 2; background: $surface; }
    TaskDiff #task-diff-parts { width: 100%; height: 1fr; layout: horizontal; }
    TaskDiff ChangeList { width: 2fr; height: 100%; }
    TaskDiff TaskChangesView { width: 3fr; height: 100%; }
    TaskDiff.-narrow #task-diff-parts { layout: vertical; }
    TaskDiff.-narrow ChangeList { width: 100%; height: auto; min-height: 3; max-height: 40%; }
    TaskDiff.-narrow TaskChangesView { width: 100%; height: 1fr; }
    TaskDiff.-short #task-diff-note { max-height: 2; padding: 0 1; }
    TaskDiff.-narrow.-short ChangeList { max-height: 50%; }
    """

    def __init__(self, state: Handing, ask: Ask, *, deadline_s: float = DEADLINE_S) -> None:
        super().__init__()
        self.state = state
        self._ask = ask
        self._deadline_s = deadline_s
        self._timer: Timer | None = None
        self._note = Static(id="task-diff-note")
        self.list = ChangeList(self._mark, id="task-diff-list", classes="framed")
        self.diffs = TaskChangesView(id="task-diff-view", classes="framed")
        self._drawn: object = None
        self._stands = False

    def compose(self) -> ComposeResult:
        yield self._note
        with Container(id="task-diff-parts"):
            yield self.list
            yield self.diffs
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        self._stands = True
        self.list.focus()
        self.diffs.border_title = Content(one_line(self.state.view.title))
        if self.state.doing:
            self._wait()
            self._draw()
        else:
            self._begin("diff")

    # ------------------------------------------------------------ attributes down

    @property
    def task_id(self) -> str:
        return self.state.view.id

    def now(self, view: TaskView, known: TaskChanges) -> None:
        """The task stands at `view`; `known` is known of its changes."""
        if view is not self.state.view or known is not self.state.known:
            self._become(handing.came(self.state, view, known))

    def _become(self, state: Handing) -> None:
        self.state = state
        if not state.doing and self._timer is not None:
            self._timer.stop()
        if self._stands:
            self._draw()

    def _draw(self) -> None:
        state = self.state
        text, role = handing.headline(state, named_at(self.list))
        self._note.update(drawn([(one_line(text), role)]))
        clashed = state.known.report.conflicts if state.outcome == "conflict" else ()
        self.list.border_title = Content(one_line(handing.title(state)))
        self.list.show(state.changes, state.marked, tuple(applied_now(state.view)), clashed)
        cards = (state.known, state.outcome, applied_now(state.view))
        if cards != self._drawn:
            self._drawn = cards
            self.diffs.now(*handing.told(state))
        self.refresh_bindings()

    # ------------------------------------------------------------ what is asked for

    def _begin(self, doing: Doing, paths: tuple[str, ...] = ()) -> None:
        self._become(handing.began(self.state, doing, self._ask(doing, paths)))
        self._wait()

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(self._deadline_s, self._late)

    def _late(self) -> None:
        if self.state.doing:
            self._become(replace(self.state, late=True))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "apply":
                return self.state.due and not self.state.busy
            case "take_back":
                return bool(self.state.view.applied) and not self.state.busy
            case "copy":
                return handing.has_text(self.state)
            case "diff_style":
                return any(change.diff is not None and change.diff.text for change in self.state.changes)
            case _:
                return True

    def action_apply(self) -> None:
        """Apply what is marked, or all; first say which of it other tasks changed too."""
        shared = handing.shared_by(self.state)
        if not shared:
            self._apply()
            return
        others = ", ".join(sorted({other for also in shared.values() for other in also}))
        body = f"{others} changed {handing.names(list(shared))} too. What is applied later may then conflict with it."
        dialog = Confirm("Another task changed this too", one_line(body), "apply", "do not apply")
        self.app.push_screen(dialog, lambda yes: self._apply() if yes else None)

    def _apply(self) -> None:
        whole = not self.state.marked
        self._begin("apply", () if whole else tuple(change.path for change in self.state.chosen))

    def action_take_back(self) -> None:
        body = f"{handing.names(self.state.view.applied)} of {self.task_id}: the workspace is as if it had not been applied."
        dialog = Confirm("Take back what was applied?", one_line(body), "take it back", "keep it")
        self.app.push_screen(dialog, lambda yes: self._begin("unapply") if yes else None)

    def action_look(self) -> None:
        self._become(replace(self.state, outcome=""))
        self._begin("diff")

    def action_copy(self) -> None:
        self.post_message(CopyAsked(handing.patches(self.state), f"the patch of {self.task_id}"))

    def action_message(self) -> None:
        self.post_message(MessageAsked(self.task_id))

    def action_diff_style(self) -> None:
        self.diffs.action_diff_style()

    def action_leave(self) -> None:
        self.dismiss()

    # ------------------------------------------------------------ the list

    @on(ChangeList.Reached)
    def _reached(self, event: ChangeList.Reached) -> None:
        self.diffs.reach(event.path)
        if event.into:
            self.diffs.focus()

    def _mark(self, path: str | None) -> None:
        state = self.state
        self._become(handing.marked_all(state) if path is None else handing.marked(state, path))

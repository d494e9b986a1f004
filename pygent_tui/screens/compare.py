"""The copies of one prompt over the whole screen: what each made of it, and the changes of two of them beside each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.content import Content
from textual.screen import ModalScreen

from pygent_engine.task_values import TaskView

from ..views import comparing
from ..views.comparing import Comparing
from ..views.handing import Handing, told
from ..views.task_changes import TaskChanges, Work
from ..widgets.board.copies_view import CopiesView
from ..widgets.board.task_requests import ApplyAsked, DiffAsked, TaskOpened
from ..widgets.conversation.task_changes_view import TaskChangesView
from ..widgets.key_line import KeyLine
from ..widgets.request import CopyAsked
from ..widgets.sanitise import one_line

_DEADLINE_S = 120.0
_PLACES = ("left", "right")

LookAt = Callable[[Sequence[str]], object]
"""Asks the session what the tasks with these ids changed."""


class Compare(ModalScreen[None]):
    """Looks at what the copies changed as soon as it is shown."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        *(Binding(str(at), f"choose({at})", "Choose a copy", id=f"compare.choose-{at}", show=False) for at in range(1, 10)),
        Binding("A", "apply", "Apply the chosen one", id="compare.apply", show=False),
        Binding("D", "diff", "See all that it changed", id="compare.diff", show=False),
        Binding("enter", "open", "Open its conversation", id="compare.open", show=False),
        Binding("y", "copy", "Copy its answer", id="compare.copy", show=False),
        Binding("r", "look", "Look again", id="compare.again", show=False),
        Binding("d", "diff_style", "Diffs side by side, or not", id="compare.style", show=False),
        Binding("escape,q", "leave", "Close", id="compare.close", show=False),
    ]

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - as above
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012 - as above

    DEFAULT_CSS = """
    Compare { align: left top; background: $background; }
    Compare CopiesView { width: 100%; min-height: 5; max-height: 50%; }
    Compare #compare-diffs { width: 100%; height: 1fr; layout: horizontal; }
    Compare TaskChangesView { width: 1fr; height: 100%; }
    Compare.-narrow #compare-diffs { layout: vertical; }
    Compare.-narrow TaskChangesView { width: 100%; height: 1fr; }
    Compare.-narrow.-short #compare-right { display: none; }
    """

    def __init__(self, state: Comparing, look_at: LookAt, *, deadline_s: float = _DEADLINE_S) -> None:
        super().__init__()
        self.state = state
        self._look_at = look_at
        self._deadline_s = deadline_s
        self.copies = CopiesView(state, id="compare-copies", classes="framed")
        self.sides = tuple(TaskChangesView(id=f"compare-{place}", classes="framed") for place in _PLACES)
        self._drawn: list[tuple[str, TaskChanges] | None] = [None] * len(_PLACES)
        self._stands = False

    def compose(self) -> ComposeResult:
        yield self.copies
        with Container(id="compare-diffs"):
            yield from self.sides
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        self._stands = True
        self.copies.focus()
        self.action_look()

    # ------------------------------------------------------------ attributes down

    def now(self, copies: Sequence[TaskView], work: Work, now: float) -> None:
        """The copies stand so; when none is left there is nothing to compare."""
        if not copies:
            if self.is_active:
                self.dismiss()
            return
        self._become(comparing.became(self.state, copies, work, now))

    def tick(self, now: float) -> None:
        self._become(replace(self.state, now=now))

    def _become(self, state: Comparing) -> None:
        self.state = state
        if self._stands:
            self._draw()

    def _draw(self) -> None:
        state = self.state
        prompt = next(iter(state.choice.prompt.strip().splitlines()), "")
        self.copies.border_title = Content(one_line(f"{len(state.copies)} copies · {prompt}"))
        self.copies.show(state)
        for at, side in enumerate(self.sides):
            view = state.pair[at] if at < len(state.pair) else None
            side.border_title = Content(one_line(comparing.title(state, view)) if view is not None else "")
            known = state.work.of(view.id) if view is not None else TaskChanges()
            drawn = (view.id, known) if view is not None else None
            if drawn != self._drawn[at]:
                self._drawn[at] = drawn
                if view is not None:
                    side.now(*told(Handing(view, known)))

    # ------------------------------------------------------------ keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "choose":
            return isinstance(parameters[0], int) and parameters[0] <= len(self.state.copies)
        if action in ("apply", "diff"):
            return bool(self.state.choice.changes or self.state.work.of(self.state.choice.id).changes)
        return action != "copy" or bool(self.state.choice.answer)

    def action_choose(self, number: int) -> None:
        self._become(comparing.chose(self.state, number - 1))
        self.refresh_bindings()

    def action_step(self, step: int) -> None:
        self.action_choose((self.state.chosen + step) % len(self.state.copies) + 1)

    @on(CopiesView.Clicked)
    def _clicked(self, event: CopiesView.Clicked) -> None:
        self.action_choose(event.at + 1)

    def action_apply(self) -> None:
        self.post_message(ApplyAsked(self.state.choice.id))

    def action_diff(self) -> None:
        self.post_message(DiffAsked(self.state.choice.id))

    def action_open(self) -> None:
        self.post_message(TaskOpened(self.state.choice.id))

    def action_copy(self) -> None:
        self.post_message(CopyAsked(self.state.choice.answer, f"the answer of {self.state.choice.id}"))

    def action_look(self) -> None:
        """Ask what each of them changed."""
        self._look_at([view.id for view in self.state.copies])
        self._become(replace(self.state, late=False))
        self.set_timer(self._deadline_s, self._late)

    def _late(self) -> None:
        if self.state.missing:
            self._become(replace(self.state, late=True))

    def action_diff_style(self) -> None:
        for side in self.sides:
            side.action_diff_style()

    def action_leave(self) -> None:
        self.dismiss()

"""The copies of one prompt over the whole screen: what each made of it, the changes of two of them, and how these two differ."""

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

from ..bound import key_of
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
_BETWEEN = "compare.between"

LookAt = Callable[[Sequence[str]], object]
"""Asks the session what the tasks with these ids changed."""

Hold = Callable[[str, str], int]
"""Asks how what the second task made differs from what the first one made; the number of the last envelope before an answer."""


class Compare(ModalScreen[None]):
    """Looks at what the copies changed as soon as it is shown."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        *(Binding(str(at), f"choose({at})", "Choose a copy", id=f"compare.choose-{at}", show=False) for at in range(1, 10)),
        Binding("b", "between", "How the two differ from each other, or what each changed", id=_BETWEEN, show=False),
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
    Compare #compare-between { display: none; }
    Compare.-between #compare-between { display: block; }
    Compare.-between #compare-left, Compare.-between #compare-right { display: none; }
    Compare.-narrow #compare-diffs { layout: vertical; }
    Compare.-narrow TaskChangesView { width: 100%; height: 1fr; }
    Compare.-narrow.-short #compare-right { display: none; }
    """

    def __init__(self, state: Comparing, look_at: LookAt, hold: Hold, *, deadline_s: float = _DEADLINE_S) -> None:
        super().__init__()
        self.state = state
        self._look_at = look_at
        self._hold = hold
        self._deadline_s = deadline_s
        self.copies = CopiesView(state, id="compare-copies", classes="framed")
        self.sides = tuple(TaskChangesView(id=f"compare-{place}", classes="framed") for place in _PLACES)
        self.between = TaskChangesView(id="compare-between", classes="framed")
        self._keys = KeyLine(id="keys")
        self._keys.labels = lambda: {_BETWEEN: "what each changed" if self.state.between else "how they differ"}
        self._drawn_between: object = None
        self._can: object = None
        self._drawn: list[tuple[str, TaskChanges] | None] = [None] * len(_PLACES)
        self._stands = False

    def compose(self) -> ComposeResult:
        yield self.copies
        with Container(id="compare-diffs"):
            yield from self.sides
            yield self.between
        yield self._keys

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
        before, self.state = self.state, state
        if state.between and (not before.between or _ids(before) != _ids(state)):
            self._hold_against()
        if self._stands:
            self._draw()

    def _hold_against(self) -> None:
        """Ask how the two differ."""
        self.state = replace(self.state, since=self._hold(*_ids(self.state)), late=False)
        self.set_timer(self._deadline_s, self._late)

    def _draw(self) -> None:
        state = self.state
        can = (_ids(state), comparing.due(state), bool(state.choice.answer), bool(state.choice.changes))
        if can != self._can:
            self._can = can
            self.refresh_bindings()
        self.copies.border_title = Content(one_line(comparing.heading(state)))
        self.copies.show(state)
        self.set_class(state.between, "-between")
        if state.between:
            self._draw_between()
        for at, side in enumerate(self.sides):
            view = state.pair[at] if at < len(state.pair) else None
            side.border_title = Content(one_line(comparing.title(state, view, key_of(self, "compare.again"))) if view is not None else "")
            known = state.work.of(view.id) if view is not None else TaskChanges()
            drawn = (view.id, known) if view is not None else None
            if drawn != self._drawn[at]:
                self._drawn[at] = drawn
                if view is not None:
                    side.now(*told(Handing(view, known)))

    def _draw_between(self) -> None:
        state = self.state
        self.between.border_title = Content(one_line(comparing.between_title(state, key_of(self, "compare.again"))))
        drawn = (_ids(state), state.apart, state.refusal)
        if drawn != self._drawn_between:
            self._drawn_between = drawn
            self.between.now(*comparing.told_between(state))

    # ------------------------------------------------------------ keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "choose":
            return isinstance(parameters[0], int) and parameters[0] <= len(self.state.copies)
        if action == "between":
            return len(self.state.pair) > 1
        if action == "apply":
            return comparing.due(self.state)
        if action == "diff":
            return bool(self.state.choice.changes or self.state.work.of(self.state.choice.id).changes)
        return action != "copy" or bool(self.state.choice.answer)

    def action_choose(self, number: int) -> None:
        self._become(comparing.chose(self.state, number - 1))
        self.refresh_bindings()

    def action_between(self) -> None:
        """How the two differ in place of what each changed, or back; the focus stays below."""
        below = self.focused is not None and self.focused is not self.copies
        self._become(replace(self.state, between=not self.state.between))
        if below:
            (self.between if self.state.between else self.sides[0]).focus()
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
        if self.state.between:
            self._hold_against()
        self._become(replace(self.state, late=False))
        self.set_timer(self._deadline_s, self._late)

    def _late(self) -> None:
        if self.state.missing or (self.state.between and self.state.apart is None):
            self._become(replace(self.state, late=True))

    def action_diff_style(self) -> None:
        for side in (*self.sides, self.between):
            side.action_diff_style()

    def action_leave(self) -> None:
        self.dismiss()


def _ids(state: Comparing) -> list[str]:
    """Of the two that are held against each other."""
    return [view.id for view in state.pair]

"""The live output of one task's calls, beside its conversation."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding

from .output_pane import OutputPane


class TaskOutput(OutputPane):
    """As the output pane, but `[` and `]` are the screen's here, which go from task to task; `{` and `}` from call to call."""

    INVITATION: ClassVar[tuple[str, ...]] = ("It has run no command yet.", "", "What its commands print appears here while they run.")

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("left_square_bracket", "screen.neighbour(-1)", "Task before", id="task.previous-here", show=False),
        Binding("right_square_bracket", "screen.neighbour(1)", "Next task", id="task.next-here", show=False),
        Binding("left_curly_bracket", "choose(-1)", "Call before", id="task.call-before", show=False),
        Binding("right_curly_bracket", "choose(1)", "Next call", id="task.call-next", show=False),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "list":
            return False  # the list is that of all tasks
        return super().check_action(action, parameters)

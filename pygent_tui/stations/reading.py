"""What a user reads of the output of calls: which one is shown, how, on how much of the screen, and what is saved of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..files.text_file import TextFile
from ..screens.full_output import FullOutput, KeptView
from ..views import output
from ..views.app_state import AppState
from ..views.copies import command
from ..views.output import Buffer
from ..widgets.output.buffer_view import BufferView
from ..widgets.output.output_pane import OutputPane
from ..widgets.output.printed import WrapSet
from ..widgets.request import OutputAsked, Request
from .station import Station
from .writing import Text

if TYPE_CHECKING:
    from ..conductor import Conductor

_GONE = "There is no output of that to show: only what the last commands printed is kept."
_FULL_GONE = "The full output is not there any more; it is kept for the last calls of a session."


class Reading(Station):
    """Behind the output pane and the full output screen."""

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self._wrap = False

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {
            OutputAsked: lambda request: self.choose(request.call_id),
            OutputPane.Chosen: lambda request: self.choose(request.call_id),
            OutputPane.ListAsked: lambda _: self.pick(),
            OutputPane.FullAsked: lambda request: self.open_full(request.call_id),
            BufferView.SaveAsked: lambda request: self.ask_name(request.buffer),
            WrapSet: lambda request: self.set_wrap(request.on),
        }

    def show(self, old: AppState, new: AppState) -> None:
        screen = self.app.screen
        if new.output is not old.output and isinstance(screen, FullOutput) and screen.view.buffer is not None:
            buffer = new.output.of(screen.view.buffer.call_id)
            if buffer is not None:
                screen.show(buffer)

    # ------------------------------------------------------------ which call

    def choose(self, call_id: str | None) -> None:
        """Show the output of one call, or (None) of whatever runs."""
        state = self.conductor.state
        if call_id is not None and state.output.of(call_id) is None:
            self.conductor.refuse(_GONE)
            return
        self.conductor.show(replace(state, output=output.select(state.output, call_id)))

    def pick(self) -> None:
        """Let the user choose from all calls that are kept."""
        from ..screens.pick_call import PickCall  # noqa: PLC0415 - a list that few ask for

        outputs = self.conductor.state.output
        shown = self.conductor.panes.output.buffer
        dialog = PickCall(outputs.shown, shown.call_id if shown is not None else None, self.app.clock())
        self.app.push_screen(dialog, lambda call_id: self.choose(call_id) if call_id is not None else None)

    # ------------------------------------------------------------ how it is shown

    def set_wrap(self, on: bool) -> None:
        """Wrap lines, or not, wherever output is shown in this session."""
        self._wrap = self.conductor.panes.output.wrap = on

    def open_full(self, call_id: str) -> None:
        """Show the output of a call on the whole screen."""
        buffer = self.conductor.state.output.of(call_id)
        if buffer is None:
            self.conductor.refuse(_GONE)
            return
        path = _whole(buffer)
        if not path:
            self.app.push_screen(FullOutput(KeptView(buffer, self._wrap)))
            return
        try:
            file = TextFile(path)
        except (OSError, ValueError):
            self.conductor.refuse(_FULL_GONE)
            return
        from ..widgets.output.full_view import FullView  # noqa: PLC0415 - only for results that were cut

        self.app.push_screen(FullOutput(FullView(file, path, buffer, wrap=self._wrap, id="full-output")))

    # ------------------------------------------------------------ saving

    def ask_name(self, buffer: Buffer) -> None:
        """Ask where to save all that a call put out."""
        from ..screens.save_as import SaveAs  # noqa: PLC0415 - few save

        self.app.push_screen(SaveAs("the output", suggested(buffer)), lambda name: self.save(buffer, name) if name else None)

    def save(self, buffer: Buffer, name: str) -> None:
        """Save all that a call put out, with its colours only to a file called .ansi."""
        self.conductor.writing.write(Text(name, lambda: _pieces(buffer, name), "the output", private=False))


def suggested(buffer: Buffer) -> str:
    """A name for a file with the output of a call, after its command."""
    words = re.findall(r"[a-z0-9]+", command(buffer).lower())[:4]
    return "-".join((*words, "output"))[:60] + ".txt"


def _whole(buffer: Buffer) -> str:
    """The file with all that the call put out; "" when nothing was cut."""
    return buffer.result.full_output if buffer.result is not None else ""


def _pieces(buffer: Buffer, name: str) -> Iterable[str]:
    from ..files.saving import pieces_of, without_colours  # noqa: PLC0415 - few save

    whole = _whole(buffer)
    pieces: Iterable[str] = pieces_of(whole) if whole else (buffer.text,)
    return pieces if Path(name).suffix == ".ansi" else without_colours(pieces)

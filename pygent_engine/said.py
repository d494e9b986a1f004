"""What is said to an agent beside its prompts, until the model reads it; and the ids under which its calls are shown."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from queue import SimpleQueue

from .untrusted import clean_line
from .values import ROOT_TASK, ToolCall

MOST_TOLD = 20


class Said:
    """Steering messages for the next step, and what is told with the next prompt; put from any thread, taken by one."""

    def __init__(self) -> None:
        self._steers: SimpleQueue[str] = SimpleQueue()
        self._told: deque[str] = deque(maxlen=MOST_TOLD)

    @property
    def steers(self) -> bool:
        """Whether a steering message waits."""
        return not self._steers.empty()

    def steer(self, text: str) -> None:
        self._steers.put(text)

    def tell(self, text: str) -> None:
        """Of many, the last MOST_TOLD are kept."""
        self._told.append(text)

    def take_steers(self) -> list[str]:
        taken = []
        while not self._steers.empty():
            taken.append(self._steers.get())
        return taken

    def take_told(self) -> str:
        """All that was told, as one message; "" when there is nothing."""
        taken = []
        while self._told:
            taken.append(self._told.popleft())
        return "\n\n".join(taken)

    def clear(self) -> None:
        """Forget all that waits."""
        self.take_told()
        self.take_steers()


class CallIds:
    """Gives each call of an agent an id that no other call of the session has; models repeat theirs."""

    def __init__(self) -> None:
        self._times: dict[str, int] = {}

    def shown(self, call: ToolCall, task_id: str) -> ToolCall:
        """The call under its id; the history keeps the model's own."""
        own = clean_line(call.id)
        own = own.replace("/", "_") if task_id == ROOT_TASK else f"{task_id}/{own}"
        shown = own
        while shown in self._times:
            self._times[own] += 1
            shown = f"{own}#{self._times[own]}"
        self._times[shown] = 1
        return call if shown == call.id else replace(call, id=shown)

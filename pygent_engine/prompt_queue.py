"""The prompts that wait for their turn. Each is Queued, then Taken or Withdrawn, exactly once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from .events import PromptQueued, PromptTaken, PromptWithdrawn
from .frozen import frozen
from .outbox import Post
from .untrusted import clean_line, clean_text

_SETTLED_S = 5.0  # for whoever is just now telling of a prompt


@frozen
class Prompt:
    """What the user wrote, under the id that the events of it carry."""

    id: str
    text: str


Errand = Callable[[], None]


class PromptQueue:
    """Prompts in their order, and errands that must lie between two turns. One thread takes; any thread does the rest.

    Nothing is posted under the lock, for a receiver may call back: who takes a prompt out of the queue says so.
    """

    def __init__(self, post: Post) -> None:
        self._post = post
        self._changed = threading.Condition()  # guards the fields below
        self._waiting: deque[Prompt | Errand] = deque()
        self._announced: dict[str, bool] = {}  # those that are just being told of, and whether each was taken back meanwhile
        self._withdrawing = 0
        self._used: set[str] = set()
        self._at_work = False
        self._closed = False

    def put(self, text: str, prompt_id: str = "") -> None:
        """Queue a prompt; nothing happens once the queue is closed."""
        with self._changed:
            if self._closed:
                return
            prompt = Prompt(self._own_id(clean_line(prompt_id)), text)
            self._announced[prompt.id] = False
        try:
            self._post(PromptQueued(prompt.id, clean_text(text)))
        finally:
            self._enter(prompt)

    def _enter(self, prompt: Prompt) -> None:
        """Let a prompt that was told of wait, unless it was taken back meanwhile."""
        with self._changed:
            taken_back = self._announced.pop(prompt.id)
            if taken_back:
                self._withdrawing += 1
            else:
                self._waiting.append(prompt)
                self._changed.notify_all()
        if taken_back:
            self._tell_withdrawn(prompt.id)

    def put_errand(self, errand: Errand) -> bool:
        """Have `errand` done before the next turn; False when a turn runs or a prompt waits, or the queue is closed."""
        with self._changed:
            free = not (self._at_work or self._waiting or self._announced or self._closed)
            if free:
                self._waiting.append(errand)
                self._changed.notify_all()
            return free

    def take(self) -> Prompt | Errand | None:
        """The next one, waiting for it, None once the queue is closed. A prompt is at work until `done`."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if self._closed:
                return None
            taken = self._waiting.popleft()
            self._at_work = isinstance(taken, Prompt)
        if isinstance(taken, Prompt):
            self._post(PromptTaken(taken.id))
        return taken

    def done(self) -> None:
        """The turn of the prompt that was taken has ended."""
        with self._changed:
            self._at_work = False

    def while_at_work(self, action: Callable[[], None]) -> bool:
        """Do `action`, which must not block or post, if a prompt is at work; whether it is."""
        with self._changed:
            if self._at_work:
                action()
            return self._at_work

    def withdraw(self, prompt_id: str) -> None:
        """Take a prompt back; nothing happens when it does not wait any more."""
        with self._changed:
            if prompt_id in self._announced:
                self._announced[prompt_id] = True
                return
            found = next((prompt for prompt in self._prompts() if prompt.id == prompt_id), None)
            if found is None:
                return
            self._waiting.remove(found)
            self._withdrawing += 1
        self._tell_withdrawn(found.id)

    def _tell_withdrawn(self, prompt_id: str) -> None:
        self._post(PromptWithdrawn(prompt_id))
        with self._changed:
            self._withdrawing -= 1
            self._changed.notify_all()

    def close(self) -> None:
        """Accept and give out nothing more; what waits is withdrawn by `clear`."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def clear(self) -> None:
        """Withdraw all that waits in a closed queue."""
        with self._changed:
            self._changed.wait_for(lambda: not (self._announced or self._withdrawing), _SETTLED_S)
            left = self._prompts()
            self._waiting.clear()
        for prompt in left:
            self._post(PromptWithdrawn(prompt.id))

    def _prompts(self) -> list[Prompt]:
        return [waiting for waiting in self._waiting if isinstance(waiting, Prompt)]

    def _own_id(self, wanted: str) -> str:
        """An id that no other prompt had."""
        number, own = len(self._used), wanted
        while not own or own in self._used:
            number += 1
            own = f"{wanted or 'prompt'}-{number}"
        self._used.add(own)
        return own

"""A session that replays envelopes and remembers the ops it was sent: the app's stand-in for an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Event

from pygent_engine.errors import ImageMissing, RuntimeUnavailable
from pygent_engine.events import Envelope, Op, SubmitPrompt
from pygent_tui.ports import ShellPort

DEADLINE_S = 60.0


class SceneSubscription:
    """Gives what was played since the last drain."""

    def __init__(self) -> None:
        self._changed = Condition()  # guards the two below
        self._waiting: list[Envelope] = []
        self._closed = False

    @property
    def closed(self) -> bool:
        with self._changed:
            return self._closed

    def put(self, envelopes: Iterable[Envelope]) -> None:
        with self._changed:
            self._waiting.extend(envelopes)
            self._changed.notify_all()

    def drain(self, timeout: float | None) -> list[Envelope]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed, timeout)
            drained, self._waiting = self._waiting, []
            return drained

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class SceneSession:
    """Replays `envelopes` to its one reader; `play` adds more. `ops` is what was asked, in order; prompts without their
    ids, which differ each time and stand in `prompt_ids`.

    `played` is the number of the last envelope.
    """

    def __init__(self, envelopes: Iterable[Envelope] = ()) -> None:
        self._subscription = SceneSubscription()
        self.played = 0
        self.play(envelopes)
        self._sent = Condition()  # guards the two below
        self.ops: list[Op] = []
        self.prompt_ids: list[str] = []
        self.ended = Event()

    def subscribe(self) -> SceneSubscription:
        return self._subscription

    def play(self, envelopes: Iterable[Envelope]) -> None:
        more = list(envelopes)
        self.played = max((envelope.seq for envelope in more), default=self.played)
        self._subscription.put(more)

    def send(self, op: Op) -> None:
        with self._sent:
            if isinstance(op, SubmitPrompt):
                self.prompt_ids.append(op.prompt_id)
                op = SubmitPrompt(op.text)
            self.ops.append(op)
            self._sent.notify_all()

    def close(self, timeout: float = 10.0) -> None:
        self._subscription.close()
        self.ended.set()


def _no_shell(container: str, columns: int, rows: int, term: str) -> ShellPort:
    raise RuntimeUnavailable("The container is not there any more.")


@dataclass(frozen=True)
class SceneLaunch:
    """A Launch whose `open` gives `session`, or fails with `failure`; `gate`, when given, is waited for first.

    With `missing` it fails for want of that image, until it may be pulled.
    """

    session: SceneSession
    failure: str = ""
    notice: str = ""
    workspace: str = "/home/user/project"
    model: str = "demo"
    gate: Event | None = None
    redact: Callable[[str], str] = str
    missing: str = ""
    state_folder: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    diagnose: Callable[[], Iterable[str]] = tuple
    mouse: bool = True
    keys: tuple[tuple[str, str], ...] = ()
    notify: str = "off"
    attached: bool = False
    shell: Callable[[str, int, int, str], ShellPort] = _no_shell

    @property
    def is_demo(self) -> bool:
        return self.model == "demo"

    @property
    def open(self) -> Callable[[bool | None, bool], SceneSession]:
        return self._open

    def _open(self, use_docker: bool | None, pull: bool) -> SceneSession:
        if self.gate is not None and not self.gate.wait(DEADLINE_S):
            raise TimeoutError("the test never let the session open")
        if self.missing and use_docker is not False and not pull:
            raise ImageMissing(self.failure, self.missing)
        if self.failure and use_docker is not False and not self.missing:
            raise RuntimeUnavailable(self.failure)
        return self.session

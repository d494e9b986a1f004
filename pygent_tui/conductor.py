"""Conducts the session's screen: folds what comes, has each station show what changed, hands each request to its station.

Loaded after the first paint. What is done with a request stands in `stations`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pygent_engine.events import Interrupt, Op

from .bound import key_of
from .connection import Connection, Failed, News
from .screens.confirm import Confirm
from .screens.workbench import Workbench
from .stations.asking import Asking
from .stations.completing import Completing
from .stations.composing import Composing
from .stations.copying import Copying
from .stations.errands import Errands
from .stations.handing_over import HandingOver
from .stations.helping import Helping
from .stations.hinting import Hinting
from .stations.inbox import Inbox
from .stations.installed import Installed
from .stations.keeping import Keeping
from .stations.leaving import Leaving
from .stations.looks import Looks
from .stations.mouse import Mouse
from .stations.opening import Opening, welcome
from .stations.panes import Panes
from .stations.queueing import Queueing
from .stations.reading import Reading
from .stations.rebinding import Rebinding
from .stations.recalling import Recalling
from .stations.reports import Reports
from .stations.shell import Shell
from .stations.signalling import Signalling
from .stations.sources import Sources
from .stations.station import Station
from .stations.task_desk import TaskDesk
from .stations.task_work import TaskWork
from .stations.tasks import Tasks
from .stations.telling import Telling
from .stations.tuning import Tuning
from .stations.writing import Writing
from .views import app_state
from .views.app_state import AppState
from .widgets.request import CopyAsked, Request

if TYPE_CHECKING:
    from .app import PygentApp
    from .ports import LaunchPort


class Conductor:
    """Lives on the UI's thread; `connection` is the only way to the others. `state` is what the screen shows."""

    def __init__(self, app: PygentApp, bench: Workbench, launch: LaunchPort) -> None:
        self.state: AppState = AppState()
        self.app: PygentApp = app
        self.bench: Workbench = bench
        self.launch = launch
        self.connection = Connection(launch, app.deliver)
        # In the order in which they show what changed.
        self.panes: Panes = Panes(self)
        self.reading: Reading = Reading(self)
        self.composing: Composing = Composing(self)
        self.completing: Completing = Completing(self)
        self.recalling: Recalling = Recalling(self)
        self.queueing: Queueing = Queueing(self)
        self.keeping: Keeping = Keeping(self)
        self.copying: Copying = Copying(self)
        self.errands: Errands = Errands(self)
        self.tuning: Tuning = Tuning(self)
        self.sources: Sources = Sources(self)
        self.writing: Writing = Writing(self)
        self.reports: Reports = Reports(self)
        self.mouse: Mouse = Mouse(self)
        self.installed: Installed = Installed(self)
        self.asking: Asking = Asking(self)
        self.inbox: Inbox = Inbox(self)
        self.tasks: Tasks = Tasks(self)
        self.desk: TaskDesk = TaskDesk(self)
        self.work: TaskWork = TaskWork(self)
        self.handing: HandingOver = HandingOver(self)
        self.looks: Looks = Looks(self)
        self.leaving: Leaving = Leaving(self)
        self.telling: Telling = Telling(self)
        self.hinting: Hinting = Hinting(self)
        self.helping: Helping = Helping(self)
        self.signalling: Signalling = Signalling(self)
        self.shell: Shell = Shell(self)
        self.rebinding: Rebinding = Rebinding(self)
        self.opening: Opening = Opening(self)  # the last, for it begins the session
        self._stations = tuple(part for part in vars(self).values() if isinstance(part, Station))
        self._takers = {kind: take for station in self._stations for kind, take in station.requests().items()}

    async def begin(self) -> None:
        """Put the panes on the screen, and begin to open the session."""
        await self.panes.furnish(self.welcome)
        for station in self._stations:
            station.begin()

    @property
    def welcome(self) -> tuple[str, ...]:
        """What an empty conversation says."""
        return welcome(self.launch, key_of(self.bench.composer, "composer.send"), key_of(self.app, "app.help"))

    def end(self) -> None:
        """The app is about to leave."""
        for station in self._stations:
            station.end()

    # ------------------------------------------------------------ from the session

    def arrived(self, news: News) -> None:
        """Something came from the connection's threads."""
        if isinstance(news, Failed):
            self.opening.failed(news)
            return
        self.show(app_state.fold(self.state, news))
        self.connection.taken()

    def show(self, state: AppState) -> None:
        """Show `state`: each widget only what changed."""
        if not self.bench.bar.is_attached:
            return  # the screen is being taken down
        old, self.state = self.state, state
        for station in self._stations:
            station.show(old, state)

    def tick(self) -> None:
        """Show what depends on the time."""
        now = self.app.clock()
        for station in self._stations:
            station.tick(now)

    # ------------------------------------------------------------ from the user

    def take(self, request: Request) -> None:
        """Hand `request` to the station that takes it."""
        self._takers[type(request)](request)
        self.bench.keys.renew()

    def send(self, op: Op) -> None:
        """Ask the session for `op`."""
        self.connection.send(op)

    def interrupt(self) -> bool:
        """Interrupt the running turn, or the pull before it; False when there is neither."""
        if not self.state.status.interruptible:
            return False
        self.send(Interrupt())
        return True

    def refuse(self, sentence: str) -> None:
        """Say why something is not done, and what would be."""
        self.app.notify(sentence, severity="warning", markup=False)

    def say(self, sentence: str) -> None:
        """Say what was done."""
        self.app.notify(sentence, markup=False)

    def submit(self, text: str) -> None:
        """Do with `text` what the composer does with what is sent."""
        self.composing.submit(text)

    def copy(self, text: str, what: str) -> None:
        """Copy `text`, and say which way; `what` names it."""
        self.copying.copy(CopyAsked(text, what))

    def confirm(self, dialog: Confirm, then: Callable[[], None]) -> None:
        """Do `then` after a yes."""
        self.app.push_screen(dialog, lambda yes: then() if yes else None)

    def open_help(self) -> None:
        self.helping.open()

"""Runtime: the place where an agent's commands and files live. Chooses the backend once, and never changes it."""

from __future__ import annotations

import base64
import os
import stat
import threading
import weakref
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from ..errors import RuntimeLost, WorkspaceError
from ..scope import Need, current_scope
from ..settings import Settings
from ..untrusted import clean_line
from ..values import ExecResult, Flag, Mode, Resources
from .backend import Backend, Command
from .bans.bans import Bans
from .choice import choose, container_backend
from .files.giving import give
from .files.text_files import edit_text, read_range, read_text, write_text
from .files.workspace import Workspace, copy
from .lifeline import Lifeline, lifeline
from .local.backend import LocalBackend
from .output.spool import Spools
from .release import release
from .texts import as_text, unusable
from .workspace_check import check_workspace

_REFUSED = 126
_NO_NETWORK = "The network is off here; to have it on throughout, start with --network, or make the Runtime with network=True."


class Runtime:
    """Commands and files over one workspace folder, in a container or on this machine.

    `use_docker` None: as the settings say; when they do not, Docker if its engine answers, else local with a
    `fallback_reason`. True never runs locally. `image` None: the settings' image.
    `workspace` None: a temporary `base_dir` that `cleanup` removes; a given one is never removed.
    `pull`: an image that is missing is fetched when the container starts; else that raises ImageMissing.
    Raises RuntimeUnavailable when the Docker engine or the image is missing, WorkspaceError for a refused folder, and
    SettingsError when the settings are needed and cannot be used. The methods for files raise WorkspaceError for a path
    that is refused or missing, and for what the system refuses.
    """

    def __init__(
        self,
        use_docker: bool | None = None,
        *,
        image: str | None = None,
        workspace: str | os.PathLike[str] | None = None,
        network: bool = False,
        env: Mapping[str, str] | None = None,
        resources: Resources | None = None,
        banned_commands: Iterable[str] = (),
        banned_apps: Iterable[str] = (),
        pull: bool = False,
    ) -> None:
        settings = Settings() if use_docker is False or (image and use_docker) else Settings.load()
        self.task_id: str | None = None  # the delegated task that works here, set by its manager
        self.use_docker, self.fallback_reason = choose(settings.use_docker if use_docker is None else use_docker)
        self.mode: Mode = "docker" if self.use_docker else "local"
        self.image = image or settings.image
        self.network = network
        self.env = dict(env or {})
        self.resources = resources or Resources()
        self._asked = resources
        self._bans = Bans(banned_commands, banned_apps)
        self._making = threading.Lock()  # of _made, and of changes to the bans
        self._made: weakref.WeakSet[Runtime] = weakref.WeakSet()  # they ban what this one does
        self.pull = pull
        shared = lifeline()
        temporary = _temporary(shared) if workspace is None else None
        self.base_dir = temporary or check_workspace(os.fspath(workspace or ""))
        try:
            self._backend, alias = self._make_backend(shared)
        except BaseException:
            if temporary is not None:
                shared.remove_folder(temporary)
            raise
        self._files = Workspace(self.base_dir, alias)
        self._spools = Spools(self.base_dir, shared)
        # Also runs when the runtime is forgotten, or the interpreter ends.
        self._owner = os.getpid()
        self._release = weakref.finalize(self, release, self._owner, self._backend, self._spools, shared, temporary)

    @property
    def container_id(self) -> str | None:
        """The short id of the container, once one runs."""
        return self._backend.container_id

    @property
    def asked_resources(self) -> Resources | None:
        """What its commands may use, None where nothing was said."""
        return self._asked

    @property
    def banned_commands(self) -> tuple[str, ...]:
        return self._bans.commands

    @property
    def banned_apps(self) -> tuple[str, ...]:
        return self._bans.apps

    def ban(self, commands: Iterable[str], apps: Iterable[str]) -> None:
        """What is banned from the next command on, in place of what was; the runtimes that are made of this one ban it too."""
        with self._making:
            self._bans = Bans(commands, apps)  # replaced whole, so that no command meets half of it
            for made in tuple(self._made):
                made.ban(self.banned_commands, self.banned_apps)

    # ------------------------------------------------------------ commands

    def execute(
        self,
        cmd: str,
        timeout: float | None = 30,
        on_output: Callable[[str], None] | None = None,
        cancel: Flag | None = None,
        network: bool | None = None,
    ) -> ExecResult:
        """Run `cmd` in a shell to its end, for `timeout` seconds (None: no limit), or until `cancel` is set.

        The time is the command's own: in a container, where commands run one after the other, neither its start nor the wait
        for another thread's command counts; `cancel` ends these, too.
        `on_output` gets the text as it comes, not cleaned. `network` True connects a container to the network during this
        command alone. Inside a tool call, what the command `needs` is asked for; a program that calls this by itself
        grants the network, and is refused what cannot be told from a banned command. A failing command is a result, not
        an error. Raises RuntimeLost when the container goes away, RuntimeUnavailable when it cannot be started.
        """
        self._check_alive()
        if problem := unusable(cmd) or self._bans.judge(cmd).banned or self._refusal(cmd, network):
            return ExecResult(problem, _REFUSED)
        return self._backend.run(Command(cmd, timeout, on_output, cancel, network=self._connects(network), spool=self._spools.new()))

    def needs(self, cmd: str, network: bool | None = None) -> tuple[Need, ...]:
        """The permissions that `cmd` needs here before it runs."""
        return self._needs(cmd, network, named=True)

    def _needs(self, cmd: str, network: bool | None, *, named: bool) -> tuple[Need, ...]:
        """`named`: with what else would get the network. To find that out is a command of its own, for who asks a person."""
        needs = []
        if doubt := self._bans.judge(cmd).undecided:
            needs.append(Need("ban", f"may run what is banned: {doubt}", f"It may run what is banned: {doubt} Write it plainly."))
        if self._connects(network):
            jobs = self._backend.jobs() if named else ()
            needs.append(Need("network", "wants the network, which is off" + _still_running(jobs), _NO_NETWORK))
        return tuple(needs)

    def _connects(self, network: bool | None) -> bool:
        return bool(network) and self.use_docker and not self.network

    def _refusal(self, cmd: str, network: bool | None) -> str:
        scope = current_scope()
        if scope is None:
            return " ".join(need.remedy for need in self.needs(cmd))
        needs = self._needs(cmd, network, named="network" not in scope.granted)
        return scope.permit(needs, cmd) if needs else ""

    def bash(self, cmd: str, timeout: float | None = 30, on_output: Callable[[str], None] | None = None) -> str:
        """`execute`, as the text that a model reads."""
        return as_text(self.execute(cmd, timeout, on_output), timeout, self.resources)

    # ------------------------------------------------------------ files

    def read_file(self, path: str, binary: bool = False) -> str:
        """The whole text of a file of at most 1 MiB, base64 when `binary`."""
        if binary:
            return base64.b64encode(self._files.read(path)).decode("ascii")
        return read_text(self._files, path)[0]

    def read_encoded(self, path: str) -> tuple[str, str]:
        """The whole text of a file, and the name of its encoding where that is not plain UTF-8, else ""."""
        text, encoding = read_text(self._files, path)
        return text, "" if encoding.plain else encoding.name

    def read_range(self, path: str, offset: int = 1, limit: int = 2000) -> str:
        """Numbered lines, `limit` of them from line `offset` on; an encoding that is not plain UTF-8 is said first."""
        return read_range(self._files, path, offset, limit)

    def write_file(self, path: str, content: str) -> str:
        """Create or replace a text file, in UTF-8; says what was written."""
        return write_text(self._files, path, content)

    def edit_file(self, path: str, old: str, new: str) -> str:
        """Replace `old`, which must stand in a text file exactly once; says what was done. Encoding, line ends and all other
        bytes stay. Raises WorkspaceError when nothing was changed."""
        return edit_text(self._files, path, old, new)

    def relative(self, path: str) -> str:
        """`path` as seen from the workspace folder: relative, POSIX."""
        return "/".join(self._files.parts(path))

    def upload_file(self, src: str | os.PathLike[str], dest: str | None = None) -> str:
        """Copy a file or folder of this machine into the workspace; the relative path that it has there."""
        source = _resolved(src)
        return copy(Workspace(source.parent), f"./{source.name}", self._files, dest or None)

    def export_file(self, path: str, dest: str | os.PathLike[str]) -> str:
        """Copy a file or folder of the workspace to `dest` on this machine (into it, when it is a folder)."""
        target = Path(dest).expanduser()
        if target.is_dir() and stat.S_ISREG(self._files.kind(path)):
            target = target / self._files.parts(path)[-1]
        folder = _resolved(target.parent)
        copy(self._files, path, Workspace(folder), f"./{target.name}")
        return str(folder / target.name)

    def check_source(self, path: str) -> None:
        """Raise WorkspaceError when there is no file or folder at `path` that another runtime could take."""
        self._files.kind(path)

    def take(self, source: Runtime, path: str, dest: str | None = None) -> str:
        """Copy a file or folder from another runtime's workspace; the relative path that it has here."""
        return copy(source._files, path, self._files, dest)

    def take_given(self, source: Runtime, path: str, cancel: Flag | None = None) -> None:
        """As `take`, with links as links, and "." for all in the workspace that no .gitignore names; until `cancel` is set."""
        give(source._files, path, self._files, cancel)

    # ------------------------------------------------------------ life

    def spawn(self) -> Runtime:
        """A runtime of the same kind over a temporary workspace of its own. Never falls back to another mode."""
        return self._like(self.use_docker, None, self.pull)

    def twin(self, use_docker: bool, *, pull: bool = False) -> Runtime:
        """A runtime over the same workspace, in the mode that is asked for."""
        return self._like(use_docker, self.base_dir, pull)

    def _like(self, use_docker: bool, workspace: Path | None, pull: bool) -> Runtime:
        made = Runtime(
            use_docker,
            image=self.image,
            workspace=workspace,
            network=self.network,
            env=self.env,
            resources=self._asked,
            pull=pull,
        )
        with self._making:
            self._made.add(made)
            made.ban(self.banned_commands, self.banned_apps)
        return made

    def start(self, cancel: Flag | None = None) -> None:
        """Start the container now instead of with the first command, unless `cancel` is set before it runs."""
        self._check_alive()
        if self.use_docker:
            self._backend.run(Command(":", cancel=cancel))

    def stop(self) -> None:
        """End all processes and the container; the files stay, and a later command starts anew."""
        if self._release.alive and self._owner == os.getpid():
            self._backend.stop()

    def cleanup(self) -> None:
        """`stop`, and remove a temporary workspace."""
        self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.cleanup()

    def _check_alive(self) -> None:
        if not self._release.alive:
            raise RuntimeLost("This runtime was cleaned up; make a new one.")
        if self._owner != os.getpid():
            raise RuntimeLost("This runtime belongs to the process that made it; make a new one after a fork.")

    def _make_backend(self, shared: Lifeline) -> tuple[Backend, str | None]:
        if not self.use_docker:
            return LocalBackend(self.base_dir, self.env, self._asked, shared), None
        return container_backend(self.base_dir, self.env, self.resources, image=self.image, network=self.network, pull=self.pull)


def _temporary(lifeline: Lifeline) -> Path:
    try:
        return lifeline.make_folder("pygent-")
    except OSError as error:
        raise WorkspaceError(f"No temporary folder can be made for the workspace: {error.strerror}. Name a folder.") from error


def _still_running(jobs: tuple[str, ...]) -> str:
    if not jobs:
        return ""
    return f"; what still runs there gets it too: {', '.join(clean_line(job, 80) for job in jobs)}"


def _resolved(path: str | os.PathLike[str]) -> Path:
    try:
        return Path(path).expanduser().resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise WorkspaceError(f"{path} does not exist.") from error

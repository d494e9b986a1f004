"""Settings: flags > environment > user file > defaults. The only reader of the process environment.

Read when built, never at import. Nothing in a workspace is a setting. How one value is read stands in `options`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import SettingsError
from .frozen import frozen
from .options import OPTIONS, Option, unknown_key

if TYPE_CHECKING:
    from .values import ApprovalMode, Persona

DEFAULT_MODEL = "gpt-5-mini"
DEMO_MODEL = "demo"

# What a local command inherits; everything else, keys above all, stays out (secrets never enter a runtime). The last is the
# marker of the command that this program runs in, if it runs in one: what ends that command ends its commands too.
_INHERITED = ("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "PYGENT_RUN")
# Where the docker command looks for its engine, and for the files that name it.
_DOCKER = ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_CONFIG", "HOME")
_TERMINAL = ("TERM", "COLORTERM", "NO_COLOR")
# What a front end must know of the terminal it is in, and what the editor and the clipboard program of the user need.
_SCREEN = (
    *("TMUX", "STY", "SSH_TTY", "SSH_CONNECTION", "DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "XAUTHORITY", "WSL_DISTRO_NAME"),
    *("VISUAL", "EDITOR", "TERM_PROGRAM"),
)
# A shorter "key" is a placeholder for a local server ("none", "ollama"): hiding such a word would only garble texts.
_SECRET_LENGTH = 8


def without_key(text: str, key: str) -> str:
    """`text` with every occurrence of the API key `key` taken out."""
    return text.replace(key, "[api key]") if len(key) >= _SECRET_LENGTH else text


def inherited_environment() -> dict[str, str]:
    """The part of this process's environment that a local command may see."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}


def docker_environment() -> dict[str, str]:
    """The variables that say where the Docker engine is; a runtime never sees them."""
    return {name: os.environ[name] for name in _DOCKER if name in os.environ}


def terminal_environment() -> dict[str, str]:
    """What this process's environment says of the terminal."""
    return {name: os.environ[name] for name in _TERMINAL if name in os.environ}


def screen_environment() -> dict[str, str]:
    """What a front end may see, and hand to the editor and the clipboard program: no key is in it."""
    return {**inherited_environment(), **{name: os.environ[name] for name in (*_TERMINAL, *_SCREEN) if name in os.environ}}


def own_environment() -> dict[str, str]:
    """All of this process's environment, for another process of Pygent's own."""
    return dict(os.environ)


def user_file() -> Path:
    """Where the user's own configuration file is looked for."""
    from platformdirs import user_config_path  # noqa: PLC0415 - costs milliseconds that an embedding program may not need

    return user_config_path("pygent") / "pygent.toml"


def state_folder() -> Path:
    """Where a front end keeps what it remembers between runs; it may not be there yet."""
    from platformdirs import user_state_path  # noqa: PLC0415 - as above

    return user_state_path("pygent")


def journals_folder() -> Path:
    """Where it is noted what is being written into workspaces; there only while something is."""
    return state_folder() / "journals"


def runtime_folder() -> Path:
    """Where sockets are kept while a session runs; it may not be there yet. In the state folder where the system has none."""
    given = Path(os.environ.get("XDG_RUNTIME_DIR") or "none")
    try:
        usable = given.is_absolute() and given.stat().st_uid == os.getuid() and os.access(given, os.W_OK | os.X_OK)
    except OSError:
        usable = False
    return given / "pygent" if usable else state_folder() / "sessions"


@frozen
class Settings:
    """What a session is configured with. Timeouts in seconds; None: not set, and for limits: no limit.

    `network`: containers have the network throughout, and nothing asks for it. `resources`: pairs of a field of
    `values.Resources` and its number, for those that differ from the defaults.

    `warnings` are sentences for the user (unknown keys of the file); the front ends show them. `file` is
    the one that was read, or would have been had it been there.
    """

    model: str | None = None
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    image: str = "python:3.12-slim"
    use_docker: bool | None = None
    network: bool = False
    resources: tuple[tuple[str, float], ...] = ()
    workspace: str | None = None
    confirm_bash: bool = True
    approvals: ApprovalMode = "auto"
    mouse: bool = True
    keys: tuple[tuple[str, str], ...] = ()
    notify: str = "auto"
    banned_commands: tuple[str, ...] = ()
    banned_apps: tuple[str, ...] = ()
    max_tasks: int = 3
    step_timeout: float | None = None
    task_timeout: float | None = None
    persona_name: str | None = None
    persona: str | None = None
    task_personas: tuple[Persona, ...] = ()
    env: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    omit_tools: tuple[str, ...] = ()
    max_steps: int | None = None
    warnings: tuple[str, ...] = ()
    file: Path | None = field(default=None, compare=False, repr=False)

    @classmethod
    def load(
        cls,
        flags: Mapping[str, object] | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        config_file: Path | None = None,
    ) -> Settings:
        """The settings as all sources give them; `flags` maps field names to values, None meaning not given.

        A string among `flags` is read as text, as from a command line. `config_file` takes the place of the user's
        own file and must exist. Raises SettingsError, one sentence that names the source and what is accepted.
        """
        path = config_file or user_file()
        table = _read_table(path, required=config_file is not None)
        sources = (
            _file_values(table, path),
            _environment_values(os.environ if environ is None else environ),
            _flag_values(flags or {}),
        )
        values: dict[str, Any] = {}
        for source in sources:
            for option, value in source:
                known = values.get(option.name)
                values[option.name] = value if known is None or option.merge is None else option.merge(known, value)
        return cls(**values, warnings=_unknown_keys(table, path), file=path)

    @property
    def connected(self) -> bool:
        """Whether a model can be asked: a key, an endpoint, or the demo was given."""
        return bool(self.api_key or self.base_url) or self.model == DEMO_MODEL

    @property
    def model_name(self) -> str:
        """The name of the model to ask for."""
        return self.model or DEFAULT_MODEL

    def redact(self, text: str) -> str:
        """`text` without the key."""
        return without_key(text, self.api_key or "")


def _file_values(table: Mapping[str, object], path: Path) -> list[tuple[Option, object]]:
    return [
        (option, option.read(table[option.name], f"{option.name} in {path}", is_text=False)) for option in OPTIONS if option.name in table
    ]


def _environment_values(environ: Mapping[str, str]) -> list[tuple[Option, object]]:
    """A variable that is set but empty counts as not set, as shells have it."""
    return [
        (option, option.read(environ[option.variable], option.variable, is_text=True))
        for option in OPTIONS
        if option.variable and environ.get(option.variable)
    ]


def _flag_values(flags: Mapping[str, object]) -> list[tuple[Option, object]]:
    given = {name: value for name, value in flags.items() if value is not None}
    strange = sorted(given.keys() - {option.name for option in OPTIONS})
    if strange:
        raise SettingsError(f"There is no setting named {strange[0]!r}.")
    return [
        (option, option.read(given[option.name], option.flag or option.name, is_text=isinstance(given[option.name], str)))
        for option in OPTIONS
        if option.name in given
    ]


def _unknown_keys(table: Mapping[str, object], path: Path) -> tuple[str, ...]:
    names = {option.name for option in OPTIONS}
    return tuple(unknown_key(key, path) for key in table if key not in names)


def _read_table(path: Path, *, required: bool) -> Mapping[str, object]:
    try:
        if not required and not path.exists():
            return {}
        if not path.is_file():
            raise SettingsError(f"The configuration file {path} does not exist or is not a file; name another one with --config.")
        import tomllib  # noqa: PLC0415 - only a file that exists needs it

        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"The configuration file {path} cannot be read: {error.strerror}; name another one with --config.") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"The configuration file {path} is not valid TOML: {error}; correct it or name another one.") from error

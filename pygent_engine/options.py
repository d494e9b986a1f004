"""How each setting is called, one row an option. Takes values and text; knows no file, environment or command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from . import readers as read
from .errors import SettingsError
from .frozen import frozen
from .readers import Unfit
from .untrusted import clean_line


@frozen
class Option:
    """One setting: the field's name, its flag and variable, what is accepted, and how a value is read.

    `parse` takes a typed value (of a TOML file or a program), `parse_text` the text of a variable or flag; both raise
    ValueError for what is not `accepted`, Unfit where a sentence can say more. With `merge` a stronger source adds to a
    weaker one in place of hiding it.
    """

    name: str
    accepted: str
    parse: Callable[[object], object]
    parse_text: Callable[[str], object]
    flag: str | None = None
    variable: str | None = None
    merge: Callable[[Any, Any], object] | None = None
    secret: bool = False

    def read(self, value: object, where: str, *, is_text: bool) -> object:
        """The setting's value. Raises SettingsError naming `where` the value came from."""
        try:
            return self.parse_text(cast(str, value)) if is_text else self.parse(value)
        except Unfit as error:
            raise SettingsError(f"{where}: {error}") from error
        except ValueError as error:
            one = value[0] if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str) else value  # of a flag
            shown = "the value" if self.secret else clean_line(repr(one), 80)
            raise SettingsError(f"{where}: {shown} is not {self.accepted}.") from error


def unknown_key(key: str, path: Path) -> str:
    """The warning about a key of the file that no setting has."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a misspelt file pays for it

    near = get_close_matches(key, [option.name for option in OPTIONS], 1)
    advice = f"; did you mean {near[0]}?" if near else "."
    return f"{path}: the key {clean_line(repr(key), 60)} is unknown and was ignored{advice}"


_AMOUNTS = "limits like memory_mb=4096 cpus=4 (in a file: a table of numbers)"
_WORD = "a text that is not empty"
_KEY = "a key of printable ASCII characters without spaces"
_LIST = "a list of names"
_YES_NO = f"one of {', '.join(read.TRUE)} or {', '.join(read.FALSE)} (in a file: true or false)"
_WHOLE = "a whole number of at least 1"
_TIME = "a number of seconds above 0"

OPTIONS: tuple[Option, ...] = (
    Option("model", _WORD, read.text_of, read.text_of, "--model", "PYGENT_MODEL"),
    Option("base_url", "an http:// or https:// address", read.url_of, read.url_of, None, "OPENAI_BASE_URL"),
    Option("api_key", _KEY, read.secret_of, read.secret_of, None, "OPENAI_API_KEY", secret=True),
    Option("image", "the name of a Docker image", read.text_of, read.text_of, "--image", "PYGENT_IMAGE"),
    Option("use_docker", _YES_NO, read.switch_of, read.switch_in, "--docker", "PYGENT_USE_DOCKER"),
    Option("network", _YES_NO, read.switch_of, read.switch_in, "--network", "PYGENT_NETWORK"),
    Option("resources", _AMOUNTS, read.amounts_of, read.amounts_in, "--resources", "PYGENT_RESOURCES", read.overlaid),
    Option("workspace", "a folder", read.folder_of, read.folder_of, "--workspace", "PYGENT_WORKSPACE"),
    Option("confirm_bash", _YES_NO, read.switch_of, read.switch_in, "--confirm-bash", "PYGENT_CONFIRM_BASH"),
    Option("mouse", _YES_NO, read.switch_of, read.switch_in, "--mouse", None),
    Option("notify", f"one of {', '.join(read.NOTIFY)}", read.notify_of, read.notify_of, None, "PYGENT_NOTIFY"),
    Option("keys", 'a table like "output.wrap" = "f7, w"', read.keys_of, read.keys_in),
    Option("approvals", f"one of {', '.join(read.APPROVALS)}", read.approvals_of, read.approvals_of, "--approvals", "PYGENT_APPROVALS"),
    Option("banned_commands", _LIST, read.names_of, read.names_in, "--ban-cmd", "PYGENT_BANNED_COMMANDS", read.joined),
    Option("banned_apps", _LIST, read.names_of, read.names_in, None, "PYGENT_BANNED_APPS", read.joined),
    Option("max_tasks", _WHOLE, read.count_of, read.count_in, None, "PYGENT_MAX_TASKS"),
    Option("step_timeout", _TIME, read.seconds_of, read.seconds_in, None, "PYGENT_STEP_TIMEOUT"),
    Option("task_timeout", _TIME, read.seconds_of, read.seconds_in, None, "PYGENT_TASK_TIMEOUT"),
    Option("persona_name", _WORD, read.text_of, read.text_of, None, "PYGENT_PERSONA_NAME"),
    Option("persona", _WORD, read.text_of, read.text_of, None, "PYGENT_PERSONA"),
    Option(
        "task_personas",
        'a list of personas like [{"name": "tester", "description": "writes tests"}]',
        read.personas_of,
        read.personas_in,
        None,
        "PYGENT_TASK_PERSONAS_JSON",
    ),
    Option("env", "NAME=VALUE (in a file: a table of texts)", read.variables_of, read.variables_in, "-e", None, read.overlaid, secret=True),
    Option("omit_tools", _LIST, read.names_of, read.names_in, "--omit-tool", None, read.joined),
    Option("max_steps", _WHOLE, read.count_of, read.count_in, "--max-steps", None),
)

"""The command `pygent`: parses the line, runs the app or a subcommand, and lets no traceback reach the user.

Imports the engine late and no screen at all: the app is one more front end, handed in or found.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, assert_never

from ..version import __version__

if TYPE_CHECKING:
    from ..frontends import FrontEnd
    from ..settings import Settings
    from .arguments import Command


def main(argv: list[str] | None = None, *, open_app: FrontEnd | None = None) -> int:
    """Do what the command line says and return the exit code of the process.

    `open_app` is the front end that `pygent [PATH]` opens; without it an installed one is looked for.
    """
    arguments = sys.argv[1:] if argv is None else argv
    if arguments in (["--version"], ["-V"]):  # before anything else is imported: it costs no more than Python
        print(f"pygent {__version__}")  # noqa: T201 - it bears a closed stdout
        return 0
    from .border import guard  # noqa: PLC0415 - as everywhere here: each way through loads what it needs, and no more

    return guard(lambda: _dispatch(arguments, open_app))


def _dispatch(arguments: list[str], open_app: FrontEnd | None) -> int:
    from .arguments import Show, parse  # noqa: PLC0415 - as above

    command = parse(arguments)
    if isinstance(command, Show):
        print(command.text, end="", flush=True)  # noqa: T201 - it bears a closed stdout
        return 0
    return _with_settings(command, open_app)


def _with_settings(command: Command, open_app: FrontEnd | None) -> int:
    """From here on the key is known, so that whatever goes wrong is told without it."""
    from ..settings import Settings  # noqa: PLC0415 - as above
    from .border import guard  # noqa: PLC0415 - as above

    settings = Settings.load(command.flags, config_file=command.config_file)
    return guard(lambda: _run(command, settings, open_app), settings.redact)


def _run(command: Command, settings: Settings, open_app: FrontEnd | None) -> int:
    from .arguments import Attach, Diagnose, OpenApp, RunPrompt, Serve  # noqa: PLC0415 - as above
    from .tasks_arguments import Tasks  # noqa: PLC0415 - as above

    match command:
        case OpenApp():
            from .start import open_front_end  # noqa: PLC0415 - as above

            return open_front_end(command, settings, open_app)
        case RunPrompt():
            from .run import run_prompt  # noqa: PLC0415 - as above

            return run_prompt(command, settings)
        case Attach():
            from .attach import attach  # noqa: PLC0415 - as above

            return attach(command, settings, open_app)
        case Serve():
            from .serve import serve  # noqa: PLC0415 - as above

            return serve(command, settings)
        case Tasks():
            from .tasks import tasks  # noqa: PLC0415 - as above

            return tasks(command)
        case Diagnose():
            from .doctor import diagnose  # noqa: PLC0415 - as above

            return diagnose(settings)
        case _:
            assert_never(command)

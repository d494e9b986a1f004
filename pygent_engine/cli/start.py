"""From a command line to what a session is opened with: the model, the workspace. Imports no engine but the workspace check."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import SettingsError, WorkspaceError
from ..frontends import FrontEnd, ShellIn, find_front_end, launch_with
from ..settings import DEMO_MODEL, Settings
from .log import kept_log

if TYPE_CHECKING:
    from ..session import Session
    from .arguments import OpenApp

_TO_CONNECT = "set OPENAI_API_KEY, or OPENAI_BASE_URL for another OpenAI-compatible server"
DEMO_NOTICE = (
    "No model is connected: this is the offline demo.\n"
    "To connect one: export OPENAI_API_KEY=… (and OPENAI_BASE_URL=… for another OpenAI-compatible server), "
    "then start pygent again, with --model NAME to choose the model."
)


def open_front_end(command: OpenApp, settings: Settings, open_app: FrontEnd | None) -> int:
    """Open the app; the engine is loaded when it opens the session, after its first paint."""
    prepared = in_workspace(settings, command.path, scratch=command.scratch)
    prepared = with_model(prepared, named=command.flags.get("model") is not None)
    notices = list(settings.warnings) if settings.connected else [DEMO_NOTICE, *settings.warnings]

    def open_as(use_docker: bool | None, pull: bool) -> Session:
        from ..control import offer  # noqa: PLC0415 - the engine, after the app's first paint
        from ..session import open_session  # noqa: PLC0415 - as above

        session = open_session(prepared if use_docker is None else replace(prepared, use_docker=use_docker), pull=pull)
        offer(session)
        return session

    front_end = open_app or find_front_end()
    with kept_log(settings.redact):
        workspace = prepared.workspace or "a throwaway folder"
        launch = launch_with(
            settings,
            open=open_as,
            workspace=workspace,
            model=prepared.model_name,
            shell=shell_in,
            notice="\n".join(notices),
            diagnose=lambda: _report(prepared),
        )
        return front_end(launch)


def _report(settings: Settings) -> Iterator[str]:
    from .doctor import report  # noqa: PLC0415 - only who asks for it

    return report(settings)


def shell_in(container: str, columns: int, rows: int, term: str) -> ShellIn:
    """A shell for a person in a container of Pygent's. Raises RuntimeUnavailable."""
    from ..runtime import default  # noqa: PLC0415 - the engine, and few ask for a shell

    return default.shell_in(container, columns, rows, term)


def in_workspace(settings: Settings, named: str | None, *, scratch: bool) -> Settings:
    """`settings` with the folder to work in, None for a throwaway one.

    Raises WorkspaceError for a folder that is missing or refused, SettingsError for one beside --scratch.
    """
    if not scratch:
        return replace(settings, workspace=str(_checked(Path(named or settings.workspace or "."))))
    if named is not None:
        raise SettingsError("--scratch works in a throwaway folder, so no other folder can be named beside it.")
    return replace(settings, workspace=None)


def _checked(folder: Path) -> Path:
    from ..runtime.workspace_check import check_workspace  # noqa: PLC0415 - before the app's first paint, so no more of it

    if problem := _problem(folder):
        raise WorkspaceError(f"The workspace {folder} {problem}; name an existing folder, or use --scratch for a throwaway one.")
    try:
        return check_workspace(folder)
    except WorkspaceError as error:
        raise WorkspaceError(f"{str(error).rstrip('.')}, or use --scratch for a throwaway one.") from error


def _problem(folder: Path) -> str:
    """Why `folder` is none; what keeps one from being a workspace is told by its check."""
    try:
        return "" if stat.S_ISDIR(folder.stat().st_mode) else "is not a folder"
    except PermissionError:
        return ""
    except (OSError, ValueError):
        return "does not exist"


def require_model(settings: Settings) -> None:
    """Raises SettingsError unless there is a model to ask."""
    if not settings.connected:
        wanted = (
            f"The model {settings.model!r} cannot be reached without a key or an address" if settings.model else "No model is connected"
        )
        raise SettingsError(f"{wanted}: {_TO_CONNECT}, or use --model demo for the offline demo.")


def with_model(settings: Settings, *, named: bool) -> Settings:
    """The app opens on the demo when no model is connected, but never in place of one that was asked for."""
    if settings.connected:
        return settings
    if named:
        require_model(settings)
    return replace(settings, model=DEMO_MODEL)

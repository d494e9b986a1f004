"""Makes the runtime that the settings describe."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..settings import Settings, docker_environment
from ..values import Resources
from .runtime import Runtime

if TYPE_CHECKING:
    from ..frontends import ShellIn


def default_runtime(settings: Settings, workspace: Path | None = None, *, pull: bool = False) -> Runtime:
    """A runtime over `workspace`, else over the settings' own, else over a temporary one; with `pull` it gets an image that is missing.

    Raises RuntimeUnavailable when Docker was asked for and is not there, WorkspaceError for a folder that is refused.
    """
    return Runtime(
        settings.use_docker,
        image=settings.image,
        workspace=workspace or settings.workspace,
        network=settings.network,
        resources=resources_of(settings) if settings.resources else None,
        env=dict(settings.env),
        banned_commands=settings.banned_commands,
        banned_apps=settings.banned_apps,
        pull=pull,
    )


def resources_of(settings: Settings) -> Resources:
    """The limits of a runtime: the defaults, with those that the settings name in their place."""
    return replace(Resources(), **dict(settings.resources))  # type: ignore[arg-type] # options lets whole numbers through where they must be


def shell_in(container: str, columns: int, rows: int, term: str) -> ShellIn:
    """A shell for a person in a container of Pygent's, this process's or another's. Raises RuntimeUnavailable."""
    from .container.shell import ContainerShell  # noqa: PLC0415 - few open one
    from .engine.engine import Engine  # noqa: PLC0415 - docker, which may not be here

    engine = Engine(docker_environment())
    try:
        return ContainerShell(engine, container, columns, rows, term)
    except BaseException:
        engine.close()
        raise

"""`pygent doctor`: what is here, what is missing, and what to do about it. Looks only: asks no model, changes nothing."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from ..errors import PygentError
from ..frontends import find_front_end
from ..frozen import frozen
from ..settings import DEMO_MODEL, Settings, docker_environment, terminal_environment, user_file
from ..untrusted import clean_line
from ..version import __version__
from .isolation import Bound, of_container, of_this_machine

_LONGEST = 2000
_START_DOCKER = (
    "start its engine, or name another (DOCKER_HOST, docker context use), "
    "or go without: with --no-docker, commands run on this machine, without isolation."
)
_INSTALL_GIT = "install git; until then no changes of a delegated task can be shown, applied or taken back."
_ALIGNED = 19  # columns before the text


@frozen
class Finding:
    """One thing that was looked for; `remedy` says what to do when it is not `found`."""

    found: bool
    topic: str
    text: str
    remedy: str = ""


def diagnose(settings: Settings) -> int:
    """Print what is found. Nothing that is missing is an error: each has its remedy, or Pygent does without."""
    columns = _columns()
    for line in report(settings):
        print(_fitted(line, columns), flush=True)  # noqa: T201 - one at a time, as some take a while
    return 0


def report(settings: Settings) -> Iterator[str]:
    """The lines of the report, unbroken and without the key; some take a while."""
    yield f"Pygent {__version__}"
    yield ""
    for found in _found(settings):
        for line in _lines(found):
            yield settings.redact(line)


def _lines(found: Finding | Bound) -> Iterator[str]:
    yield f"{_mark(found):8} {found.topic:9} {clean_line(found.text, _LONGEST)}"
    if isinstance(found, Finding) and found.remedy:
        yield f"{'':{_ALIGNED}}to do: {clean_line(found.remedy, _LONGEST)}"


def _fitted(line: str, columns: int) -> str:
    """`line` broken between words where the terminal ends, and aligned; what reads it from a pipe gets it whole."""
    head, text = line[:_ALIGNED], line[_ALIGNED:]
    if columns <= 2 * _ALIGNED or len(line) <= columns:
        return line
    broken = textwrap.wrap(text, columns - _ALIGNED, break_long_words=False, break_on_hyphens=False)
    return head + f"\n{'':{_ALIGNED}}".join(broken)


def _columns() -> int:
    """The width of the terminal that shows the report, 0 where none does."""
    try:
        return os.get_terminal_size(1).columns
    except OSError:
        return 0


def _mark(found: Finding | Bound) -> str:
    if isinstance(found, Bound):
        return "holds" if found.holds else "open"
    return "ok" if found.found else "missing"


def _found(settings: Settings) -> Iterator[Finding | Bound]:
    yield from _surroundings(settings)
    yield from _place(settings)


def _surroundings(settings: Settings) -> Iterator[Finding]:
    yield Finding(True, "Python", f"{platform.python_version()} ({sys.executable})")
    yield _app()
    yield _model(settings)
    yield _git()
    yield _terminal()
    yield _configuration(settings)
    yield _folder("State", _state_folder())
    yield _folder("Temporary", Path(tempfile.gettempdir()))


def _app() -> Finding:
    try:
        find_front_end()
    except PygentError as error:
        return Finding(False, "App", str(error))
    return Finding(True, "App", "the full-screen app is installed")


def _model(settings: Settings) -> Finding:
    if settings.model == DEMO_MODEL:
        return Finding(True, "Model", "the offline demo, as configured")
    key = "key present" if settings.api_key else "no key"
    address = _without_credentials(settings.base_url) if settings.base_url else "OpenAI's own address"
    text = f"{settings.model_name} at {address}, {key}"
    if settings.connected:
        return Finding(True, "Model", text)
    remedy = "export OPENAI_API_KEY=…, or OPENAI_BASE_URL=… for another server; until then the app opens on the offline demo."
    return Finding(False, "Model", text, remedy)


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()


def _place(settings: Settings) -> Iterator[Finding | Bound]:
    """Where commands run as configured, and what holds there."""
    from ..runtime.engine.probe import docker_problem, engine_facts  # noqa: PLC0415 - loads the Docker client when it is needed

    if settings.use_docker is False:
        yield Finding(True, "Docker", "not used, as configured")
        yield Finding(True, "Commands", "run on this machine, as you, without isolation:")
        yield from of_this_machine(settings)
        return
    environment = docker_environment()
    problem = docker_problem(environment)
    if problem:
        yield Finding(False, "Docker", f"{problem[:1].upper()}{problem[1:]}.", _START_DOCKER)
        if settings.use_docker is None:
            yield Finding(True, "Commands", "run on this machine, as you, without isolation; for pygent run only with --no-docker:")
            yield from of_this_machine(settings)
        else:
            yield Finding(False, "Commands", "none can run, as Docker is asked for")
        return
    facts = engine_facts(environment, settings.image)
    where = ", taken to be on another machine" if facts.remote else ""
    yield Finding(True, "Docker", f"engine {facts.version} at {facts.address}{where}")
    remedy = "" if facts.has_image else f"docker pull {settings.image} (the app offers it, pygent run does it)."
    yield Finding(facts.has_image, "Image", settings.image, remedy)
    yield Finding(True, "Commands", "run in containers, one for each agent:")
    yield from of_container(settings, remote=facts.remote)


def _git() -> Finding:
    path = shutil.which("git")
    if path is None:
        return Finding(False, "git", "not on the PATH", _INSTALL_GIT)
    return Finding(True, "git", path)


def _terminal() -> Finding:
    terminal = terminal_environment()
    name = terminal.get("TERM", "")
    if name in ("", "dumb"):
        return Finding(False, "Terminal", f"TERM is {name or 'not set'}", "use a terminal for the app; pygent run needs none.")
    colour = "no colour (NO_COLOR)" if terminal.get("NO_COLOR") else terminal.get("COLORTERM", "")
    return Finding(True, "Terminal", ", ".join(part for part in (name, _terminal_size(), colour) if part))


def _terminal_size() -> str:
    for descriptor in (1, 0, 2):
        try:
            size = os.get_terminal_size(descriptor)
        except OSError:
            continue
        return f"{size.columns}x{size.lines}"
    return "not attached to this command"


def _configuration(settings: Settings) -> Finding:
    file = settings.file or user_file()
    text = "; ".join(settings.warnings) or f"{file} ({'read' if file.is_file() else 'not there, which is fine'})"
    remedy = "correct the file, or remove the keys." if settings.warnings else ""
    return Finding(not settings.warnings, "Settings", text, remedy)


def _state_folder() -> Path:
    from platformdirs import user_state_path  # noqa: PLC0415 - as in settings

    return user_state_path("pygent")


def _folder(topic: str, path: Path) -> Finding:
    """Whether `path` can be written to, or made: its nearest ancestor that exists decides."""
    there = next(folder for folder in (path, *path.parents) if os.access(folder, os.F_OK))
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return Finding(True, topic, str(path))
    return Finding(False, topic, f"{path} cannot be written", f"give your user the right to write in {there}.")

"""The doctor says in plain words what a command may do and use, in a container and on this machine: as it will be."""

from __future__ import annotations

import docker
import pytest

from tests.support.command_line import CommandLine
from tests.support.engine_proxy import proxy

NO_ENGINE = "unix:///nonexistent/docker.sock"

IN_A_CONTAINER = """\
ok       Commands  run in containers, one for each agent:
holds    memory    2048 MB, and no swap beyond it
holds    cpus      2
holds    processes 512 at most
holds    /tmp      512 MB, gone with the container
holds    home      256 MB, gone with the container
holds    files     4096 MB at most each
holds    root      read-only
holds    rights    your own user id, no capabilities, no new privileges
holds    network   off; in the app a command that wants it asks first
holds    mounts    the workspace and nothing else, not the Docker socket either
holds    logs      none: the engine keeps no output
"""
ON_THIS_MACHINE = """\
holds    ends      a command ends with all of it that can be found: at its timeout, when cancelled, when Pygent ends
holds    keys      commands get a few variables (PATH, HOME ...) and those of -e, no API key
holds    files     4096 MB at most each
holds    asks      the app shows each command for your yes first; pygent run with --no-docker does not
open     memory    no limit; with --resources memory_mb=N one for each process
open     cpus      no limit, nor one for the number of processes
open     reach     a command reads and writes what you can: beyond the workspace, too
open     network   on, as for you
"""
MISSING = """\
missing  Docker    There is no Docker engine on this machine (/nonexistent/docker.sock does not exist).
                   to do: start its engine, or name another (DOCKER_HOST, docker context use), \
or go without: with --no-docker, commands run on this machine, without isolation.
"""


def place(report: str) -> str:
    """The part of a report from Docker on."""
    return report[report.index("\n", report.index(" Temporary ")) + 1 :]


def engine_version() -> str:
    client = docker.from_env(timeout=10)
    try:
        return str(client.version()["Version"])
    finally:
        client.close()


def test_without_an_engine_it_says_what_local_commands_are_kept_from_and_what_not(command_line: CommandLine) -> None:
    assert place(command_line.run("doctor", DOCKER_HOST=NO_ENGINE).out) == (
        MISSING
        + "ok       Commands  run on this machine, as you, without isolation; for pygent run only with --no-docker:\n"
        + ON_THIS_MACHINE
    )


def test_docker_that_was_asked_for_and_is_missing_promises_nothing(command_line: CommandLine) -> None:
    assert place(command_line.run("doctor", "--docker", DOCKER_HOST=NO_ENGINE).out) == (
        MISSING + "missing  Commands  none can run, as Docker is asked for\n"
    )


def test_a_chosen_local_mode_tells_its_own_settings(command_line: CommandLine) -> None:
    ended = command_line.run("doctor", "--no-docker", "--resources", "memory_mb=512", PYGENT_CONFIRM_BASH="0")
    wanted = ON_THIS_MACHINE.replace(
        "holds    asks      the app shows each command for your yes first; pygent run with --no-docker does not",
        "open     asks      nothing asks before a command, as configured",
    ).replace(
        "open     memory    no limit; with --resources memory_mb=N one for each process",
        "holds    memory    512 MB for each process, not in all",
    )
    found = "ok       Docker    not used, as configured\nok       Commands  run on this machine, as you, without isolation:\n"
    assert place(ended.out) == found + wanted


@pytest.mark.docker
def test_with_an_engine_every_bound_of_a_container_is_told(docker_image: str, command_line: CommandLine) -> None:
    ended = command_line.run("doctor", "--image", docker_image)
    found = f"ok       Docker    engine {engine_version()} at /var/run/docker.sock\nok       Image     {docker_image}\n"
    assert (ended.code, place(ended.out)) == (0, found + IN_A_CONTAINER)


@pytest.mark.docker
def test_the_bounds_are_those_that_were_set(docker_image: str, command_line: CommandLine) -> None:
    given = "memory_mb=64 cpus=0.5 pids=7 tmp_mb=8 home_mb=9 file_mb=10"
    lines = command_line.run("doctor", "--image", docker_image, "--network", "--resources", given).out.splitlines()
    assert lines[-11:] == [
        "holds    memory    64 MB, and no swap beyond it",
        "holds    cpus      0.5",
        "holds    processes 7 at most",
        "holds    /tmp      8 MB, gone with the container",
        "holds    home      9 MB, gone with the container",
        "holds    files     10 MB at most each",
        "holds    root      read-only",
        "holds    rights    your own user id, no capabilities, no new privileges",
        "open     network   on throughout, as configured",
        "holds    mounts    the workspace and nothing else, not the Docker socket either",
        "holds    logs      none: the engine keeps no output",
    ]


@pytest.mark.docker
def test_an_engine_behind_tcp_gets_a_copy_of_the_workspace(docker_image: str, command_line: CommandLine) -> None:
    with proxy() as remote:
        report = place(command_line.run("doctor", "--image", docker_image, DOCKER_HOST=f"tcp://127.0.0.1:{remote.port}").out)
    assert report == (
        f"ok       Docker    engine {engine_version()} at tcp://127.0.0.1:{remote.port}, taken to be on another machine\n"
        f"ok       Image     {docker_image}\n"
    ) + IN_A_CONTAINER.replace(
        "the workspace and nothing else, not the Docker socket either",
        "a copy of the workspace in a volume of the engine, brought back after each command; nothing else",
    )


@pytest.mark.docker
def test_an_image_that_is_missing_comes_with_the_command_that_pulls_it(docker_image: str, command_line: CommandLine) -> None:
    lines = place(command_line.run("doctor", "--image", "pygent-test:missing").out).splitlines()
    assert lines[1:4] == [
        "missing  Image     pygent-test:missing",
        f"{'':18} to do: docker pull pygent-test:missing (the app offers it, pygent run does it).",
        "ok       Commands  run in containers, one for each agent:",
    ]

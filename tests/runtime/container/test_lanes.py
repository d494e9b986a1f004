"""The laws of a container's lanes: what a command left never speaks in another's name, and a lost lane is not a lost container."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from pygent_engine.errors import RuntimeUnavailable
from pygent_engine.runtime import Runtime
from pygent_engine.values import ExecResult
from tests.support.footprint import footprint
from tests.support.images import ImageMaker

from ..waiting import PATIENCE, within_patience

pytestmark = pytest.mark.docker

SHELLS = {"sh": "/bin/dash", "sleep": "/bin/sleep", "cat": "/bin/cat", "touch": "/bin/touch"}


def outcome(result: ExecResult) -> tuple[str, int | None, bool, bool]:
    return result.output, result.exit_code, result.timed_out, result.cancelled


def drains() -> int:
    return sum(thread.name == "pygent-drain" for thread in threading.enumerate())


def drained() -> bool:
    """Whether all drains end. A thread is not counted any more a moment before it is over."""
    for thread in threading.enumerate():
        if thread.name == "pygent-drain":
            thread.join(PATIENCE)
    return drains() == 0


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


# ---------------------------------------------------------------- background jobs


@pytest.mark.parametrize("job", ["yes late &", "setsid yes late &", "(setsid env -i yes late &);", "exec 5>&1 >/dev/null; yes late >&5 &"])
def test_the_flood_of_a_background_job_reaches_no_later_command(docker_runtime: Runtime, job: str) -> None:
    first = docker_runtime.execute(f"{job} echo on >/dev/null", timeout=PATIENCE)
    assert first.exit_code == 0
    heard: list[str] = []
    for number in range(5):
        assert outcome(docker_runtime.execute(f"echo {number}", timeout=PATIENCE, on_output=heard.append)) == (
            f"{number}\n",
            0,
            False,
            False,
        )
    assert "".join(heard) == "0\n1\n2\n3\n4\n"


def test_late_words_of_a_job_reach_no_later_command_and_the_job_goes_on(docker_runtime: Runtime) -> None:
    docker_runtime.execute("(until [ -e go ]; do sleep 0.02; done; echo late; head -c 300000 /dev/zero; touch done) & echo ok")
    container = docker_runtime.container_id
    assert outcome(docker_runtime.execute("touch go; until [ -e done ]; do sleep 0.02; done; echo next", timeout=PATIENCE)) == (
        "next\n",
        0,
        False,
        False,
    )
    assert docker_runtime.container_id == container


def test_a_job_that_writes_elsewhere_costs_no_lane(docker_runtime: Runtime) -> None:
    docker_runtime.execute("sleep 600 >/dev/null 2>&1 & echo ok")
    assert drained()  # it may not yet have turned its output away when the command ended
    before = descriptors()
    assert {docker_runtime.execute("echo next").output for _ in range(5)} == {"next\n"}
    assert (drains(), descriptors() <= before) == (0, True)


def test_a_lane_is_let_go_when_its_job_has_ended(docker_runtime: Runtime) -> None:
    docker_runtime.start()
    assert drained()  # those of other tests, which ended with their containers
    before = descriptors()
    for number in range(4):
        assert docker_runtime.execute(f"(until [ -e go{number} ]; do sleep 0.02; done) & echo {number}").output == f"{number}\n"
    assert drains() == 4
    docker_runtime.execute("touch go0 go1 go2 go3")
    assert drained()
    assert descriptors() <= before + 1  # the lane of the next command
    assert docker_runtime.execute("echo next").output == "next\n"


def test_the_jobs_are_those_that_earlier_commands_left(docker_runtime: Runtime) -> None:
    assert docker_runtime._backend.jobs() == ()
    docker_runtime.start()
    assert docker_runtime._backend.jobs() == ()
    docker_runtime.execute("sleep 611 & sleep 612 >/dev/null & sh -c 'sleep 613; echo \"\x1b[2J\"' & true")
    names = ['sh -c sleep 613; echo "␛[2J"', "sleep 611", "sleep 612", "sleep 613"]
    # What is just being forked still has the name of what forks it.
    assert within_patience(lambda: sorted(docker_runtime._backend.jobs()) == names), docker_runtime._backend.jobs()
    docker_runtime.stop()
    assert docker_runtime._backend.jobs() == ()


def test_a_timeout_spares_what_earlier_commands_left(docker_runtime: Runtime) -> None:
    docker_runtime.execute("(while true; do sleep 0.05; touch alive; done) & sleep 614 >/dev/null & echo ok")
    assert docker_runtime.execute("setsid env -i sleep 615 & sleep 616", timeout=0.5).timed_out
    docker_runtime.execute("rm -f alive")
    assert within_patience((docker_runtime.base_dir / "alive").exists)
    jobs = docker_runtime._backend.jobs()
    assert ("sleep 614" in jobs, "sleep 615" in jobs, "sleep 616" in jobs) == (True, False, False)


def test_a_timeout_spares_what_a_job_is_just_starting(docker_runtime: Runtime) -> None:
    docker_runtime.execute("(while /bin/true; do :; done; touch died) >/dev/null 2>&1 & true")
    for _ in range(20):
        assert docker_runtime.execute("sleep 624", timeout=0.05).timed_out
    assert not (docker_runtime.base_dir / "died").exists()


# ---------------------------------------------------------------- lost lanes


def test_a_command_that_kills_its_own_waiter_costs_no_more_than_its_time(docker_runtime: Runtime) -> None:
    docker_runtime.start()
    container = docker_runtime.container_id
    result = docker_runtime.execute('kill -KILL "$PPID"', timeout=0.5)
    assert (result.timed_out, result.duration_s < PATIENCE) == (True, True)
    assert outcome(docker_runtime.execute("echo next", timeout=PATIENCE)) == ("next\n", 0, False, False)
    assert docker_runtime.container_id == container


@pytest.mark.parametrize("lane", ["first", "further"])
def test_a_command_without_a_timeout_that_kills_its_own_waiter_comes_back(docker_runtime: Runtime, lane: str) -> None:
    docker_runtime.execute("sleep 622 & true" if lane == "further" else "true")
    container = docker_runtime.container_id
    result = docker_runtime.execute('echo on; kill -KILL "$PPID"; sleep 623', timeout=None)
    assert (outcome(result), result.duration_s < PATIENCE) == (("on\n", 137, False, False), True)
    assert "sleep 623" not in docker_runtime._backend.jobs()
    assert outcome(docker_runtime.execute("echo next", timeout=PATIENCE)) == ("next\n", 0, False, False)
    assert docker_runtime.container_id == container


@pytest.mark.parametrize("attack", ["kill -KILL -1", "kill -TERM -1", "for p in /proc/[0-9]*; do kill -KILL ${p#/proc/}; done"])
def test_a_further_lane_that_is_killed_costs_no_container(docker_runtime: Runtime, attack: str) -> None:
    docker_runtime.execute("sleep 617 & echo ok")  # the next command gets a further lane
    container = docker_runtime.container_id
    result = docker_runtime.execute(f"echo on; {attack}; sleep 600", timeout=PATIENCE)
    assert result.timed_out is False and result.exit_code in (137, 143)
    assert outcome(docker_runtime.execute("echo next", timeout=PATIENCE)) == ("next\n", 0, False, False)
    assert docker_runtime.container_id == container


def test_a_lane_that_was_killed_between_two_commands_is_not_missed(docker_runtime: Runtime) -> None:
    docker_runtime.execute("sleep 618 & echo ok")
    container = docker_runtime.container_id
    docker_runtime.execute("(sleep 0.2; touch gone; kill -KILL -1) >/dev/null 2>&1 & true")
    assert within_patience((docker_runtime.base_dir / "gone").exists)
    assert within_patience(lambda: docker_runtime._backend.jobs() == ())
    assert outcome(docker_runtime.execute("echo next", timeout=PATIENCE)) == ("next\n", 0, False, False)
    assert docker_runtime.container_id == container


def test_a_lane_that_was_stopped_costs_the_container_and_no_more(docker_runtime: Runtime) -> None:
    result = docker_runtime.execute("kill -STOP -1", timeout=0.5)
    assert (result.timed_out, result.duration_s < PATIENCE) == (True, True)
    assert outcome(docker_runtime.execute("echo next", timeout=PATIENCE)) == ("next\n", 0, False, False)


# ---------------------------------------------------------------- images that lack something


@pytest.fixture
def bare_runtime(make_image: ImageMaker, no_container_left: None, tmp_path: Path) -> Runtime:
    """A runtime whose image has no setsid, and no bash."""
    return Runtime(True, image=make_image(SHELLS, ["ENV PATH=/bin"]), workspace=tmp_path)


def test_without_setsid_the_laws_of_a_command_hold(bare_runtime: Runtime) -> None:
    with bare_runtime as runtime:
        assert outcome(runtime.execute("echo one; exit 3")) == ("one\n", 3, False, False)
        container = runtime.container_id
        result = runtime.execute("echo on; (trap '' TERM; sleep 619) & sleep 620 & sleep 621", timeout=2)
        assert outcome(result) == ("on\n", None, True, False)
        assert result.duration_s < PATIENCE
        assert runtime._backend.jobs() == ()
        assert outcome(runtime.execute("(until [ -e go ]; do sleep 0.02; done; echo late; touch done) & echo ok")) == (
            "ok\n",
            0,
            False,
            False,
        )
        assert runtime.execute("touch go; until [ -e done ]; do sleep 0.02; done; echo next").output == "next\n"
        runtime.execute("kill -KILL $PPID", timeout=0.5)
        assert outcome(runtime.execute("echo last; cat")) == ("last\n", 0, False, False)
        assert runtime.container_id == container


def test_without_setsid_nothing_piles_up(bare_runtime: Runtime) -> None:
    with bare_runtime as runtime:
        runtime.execute("true")
        before = footprint()
        assert {runtime.execute("echo x").output for _ in range(20)} == {"x\n"}
        assert footprint().within(before)


def test_an_image_without_a_shell_is_named_with_what_it_lacks(make_image: ImageMaker, no_container_left: None) -> None:
    image = make_image({"true": "/bin/true"})
    with Runtime(True, image=image) as runtime, pytest.raises(RuntimeUnavailable) as caught:
        runtime.execute("true")
    assert str(caught.value) == f"Docker image {image} cannot be used: it has no sh, the shell that commands run in; choose another image."


def test_the_entry_point_of_the_image_does_not_matter(make_image: ImageMaker, no_container_left: None) -> None:
    hostile = [
        'ENTRYPOINT ["sh", "-c", "touch /workspace/entered; exit 1"]',
        'CMD ["touch", "/workspace/commanded"]',
        "USER 1:1",
        "WORKDIR /bin",
    ]
    with Runtime(True, image=make_image(SHELLS, hostile)) as runtime:
        assert runtime.execute("pwd; echo *").output == "/workspace\n*\n"

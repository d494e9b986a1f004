"""Much that is carried between the two sides, too much, and what cannot be carried."""

from __future__ import annotations

import threading
import time
import tracemalloc
from collections.abc import Callable

import pytest

from pygent_engine.events import Warned
from pygent_engine.runtime import Runtime
from pygent_engine.values import Resources

from ...support.engine_proxy import proxy
from ..waiting import PATIENCE
from .remote import MIB, listening, tree

pytestmark = pytest.mark.docker


def test_a_large_file_goes_both_ways_in_flat_memory(runtime: Runtime) -> None:
    with (runtime.base_dir / "large").open("wb") as file:
        file.truncate(96 * MIB)
    runtime.start()
    tracemalloc.start()
    runtime.execute("cp large copy; printf end >> copy; truncate -s 1 large")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert ((runtime.base_dir / "copy").stat().st_size, (runtime.base_dir / "large").stat().st_size) == (96 * MIB + 3, 1)
    assert peak < 24 * MIB


def test_what_grows_beyond_the_limit_stays_there_and_is_named(make: Callable[..., Runtime]) -> None:
    runtime = make(resources=Resources(file_mb=1))
    runtime.start()
    with listening() as events:
        result = runtime.execute("head -c 700000 /dev/zero > a; head -c 800000 /dev/zero > b; echo small > c; echo done")
    sentence = (
        "Not carried back from the container: b (with its 800,000 bytes it is more than the 1,048,576 that are carried back at once)."
    )
    assert (result.output, events) == (f"done\n\n[{sentence}]\n", [Warned(sentence)])
    assert sorted(path.name for path in runtime.base_dir.iterdir()) == ["a", "c"]
    assert runtime.execute("ls; rm a").output.startswith("a\nb\nc\n")
    assert sorted(path.name for path in runtime.base_dir.iterdir()) == ["b", "c"]


def test_thousands_of_files_come_back(runtime: Runtime) -> None:
    name = "x" * 60
    runtime.execute(f"for n in $(seq 3000); do echo $n > {name}$n; done", timeout=60)
    assert {path.name: path.read_text() for path in runtime.base_dir.iterdir()} == {f"{name}{n}": f"{n}\n" for n in range(1, 3001)}


def test_what_an_ended_command_leaves_is_carried_in_one_time_for_all_of_it(
    make: Callable[..., Runtime], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[float] = []
    cancel = threading.Event()

    def end(text: str) -> None:
        ended.append(time.monotonic())
        cancel.set()

    with proxy(rate=MIB) as slow:
        monkeypatch.setenv("DOCKER_HOST", slow.address)
        with make() as runtime:
            result = runtime.execute(f"seq -f {'x' * 60}%g 5000 | xargs touch; echo made; sleep 60", 60, end, cancel)
            assert time.monotonic() - ended[0] < PATIENCE
            assert "there was no time for it; it comes with the next command" in result.output
            # In a time for each of its parts all of it would be here.
            assert sum(1 for _ in runtime.base_dir.iterdir()) < 5000
            runtime.execute("true", timeout=60)
            assert sum(1 for _ in runtime.base_dir.iterdir()) == 5000


def test_a_folder_that_nobody_may_look_into_keeps_what_is_in_it(runtime: Runtime) -> None:
    runtime.execute("mkdir d; echo x > d/x; chmod 000 d")
    runtime.execute("touch other")
    runtime.execute("chmod 755 d; cat d/x; echo y > d/y")
    assert {"d/x", "d/y", "other"} <= tree(runtime.base_dir).keys()


def test_what_cannot_be_read_there_is_named_once(runtime: Runtime) -> None:
    result = runtime.execute("touch fine; echo x > closed; chmod 000 closed")
    assert result.output == "\n[Not carried back from the container: closed (it cannot be read there).]\n"
    assert runtime.execute("touch more; ls").output == "closed\nfine\nmore\n"
    runtime.execute("chmod 644 closed")
    assert tree(runtime.base_dir) == {"closed": "644 x\n", "fine": "644 ", "more": "644 "}


@pytest.mark.parametrize("tool", ["tar", "find"])
def test_without_a_tool_in_the_image_all_of_it_is_compared(make: Callable[..., Runtime], tool: str) -> None:
    runtime = make(env={"PATH": "/workspace/bin:/usr/bin:/bin"})
    (runtime.base_dir / "bin").mkdir()
    (runtime.base_dir / "bin" / tool).write_text("#!/bin/sh\nexit 1\n")
    (runtime.base_dir / "bin" / tool).chmod(0o755)
    (runtime.base_dir / "old").write_text("old")
    runtime.execute("true")
    for number in range(3):
        runtime.execute(f"printf {number} > file; rm -f old; mkdir -p d; ln -sf file link")
        found = {name: what for name, what in tree(runtime.base_dir).items() if not name.startswith("bin")}
        assert found == {"d": "755/", "file": f"644 {number}", "link": "-> file"}

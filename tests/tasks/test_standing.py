"""What was applied of a task, beside what it made of it since: told truly by events, and offered again."""

from __future__ import annotations

from pygent_engine import ApplyReport, Message
from pygent_engine.task_fold import overlaps, unapplied
from pygent_engine.values import JsonDict
from tests.support.agents import bash
from tests.support.handing import Pair, fill
from tests.tasks.hall import Hall


def test_what_changed_since_it_was_applied_is_named_until_it_is_applied_again(pair: Pair) -> None:
    fill(pair.parent, {"a": b"1\n", "b": b"1\n"})
    handover = pair.handover(".")
    fill(pair.task, {"a": b"2\n", "new": b"2\n"})
    (pair.task / "b").unlink()
    handover.apply()
    assert (handover.renewed(), sorted(handover.standing)) == ((), ["a", "b", "new"])
    fill(pair.task, {"a": b"3\n", "new": b"2\n", "b": b"3\n"})  # one is written as it was
    assert handover.renewed() == ("a", "b")
    handover.apply()
    assert handover.renewed() == ()


def test_a_file_that_is_rewritten_with_as_many_bytes_is_another_version(pair: Pair) -> None:
    fill(pair.parent, {"a": b"1\n"})
    handover = pair.handover("a")
    fill(pair.task, {"a": b"2\n"})
    handover.apply()
    fill(pair.task, {"a": b"3\n"})
    assert handover.renewed() == ("a",)


def writes(messages: list[JsonDict]) -> Message:
    """One file, with as many lines as the task was spoken to."""
    if messages[-1]["role"] == "tool":
        return Message("assistant", "Written.", finish_reason="stop")
    spoken = sum(message["role"] == "user" for message in messages)
    return bash(f"seq {spoken} > made.txt")


def test_a_task_that_goes_on_after_an_apply_has_something_to_apply_again(hall: Hall) -> None:
    manager = hall.manager(writes)
    task_id = manager.start_task("write", hall.runtime)
    made = hall.runtime.base_dir / "made.txt"
    manager.wait(task_id, 20)
    assert unapplied(manager.get(task_id)) == ("made.txt",)
    manager.apply(task_id)
    assert (unapplied(manager.get(task_id)), manager.get(task_id).applied) == ((), ("made.txt",))

    manager.wait(manager.retry(task_id), 20)
    view = manager.get(task_id)
    assert (unapplied(view), view.applied, view.renewed) == (("made.txt",), ("made.txt",), ("made.txt",))
    assert manager.apply(task_id) == ApplyReport(applied=("made.txt",))
    assert (made.read_text(), unapplied(manager.get(task_id))) == ("1\n2\n", ())


def test_to_take_the_second_apply_back_leaves_the_first_which_can_be_taken_back_too(hall: Hall) -> None:
    manager = hall.manager(writes)
    task_id = manager.start_task("write", hall.runtime)
    made = hall.runtime.base_dir / "made.txt"
    manager.wait(task_id, 20)
    manager.apply(task_id)
    manager.wait(manager.retry(task_id), 20)
    manager.apply(task_id)
    manager.unapply(task_id)
    view = manager.get(task_id)
    assert (made.read_text(), view.applied, unapplied(view)) == ("1\n", ("made.txt",), ("made.txt",))
    manager.unapply(task_id)
    view = manager.get(task_id)
    assert (made.exists(), view.applied, view.renewed, unapplied(view)) == (False, (), (), ("made.txt",))


def test_what_was_changed_again_after_an_apply_is_flagged_for_others_who_changed_it(hall: Hall) -> None:
    manager = hall.manager(writes)
    first, second = (manager.start_task(prompt, hall.runtime) for prompt in ("write", "write it too"))
    for task_id in (first, second):
        manager.wait(task_id, 20)
    manager.apply(first)
    assert overlaps(manager.tasks()) == {}
    manager.wait(manager.retry(first), 20)
    assert overlaps(manager.tasks()) == {first: (second,), second: (first,)}

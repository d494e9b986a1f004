"""The queue of prompts: each is told of as queued, then as taken or withdrawn, exactly once, whoever meets whom."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from pygent_engine.events import Event, PromptQueued, PromptTaken, PromptWithdrawn
from pygent_engine.prompt_queue import Prompt, PromptQueue

PATIENCE = 10.0


class Told(list[Event]):
    """Keeps what a queue posts; `then` is done with each, as a receiver would that calls back."""

    def __init__(self) -> None:
        super().__init__()
        self.then: Callable[[Event], None] = lambda event: None

    def __call__(self, event: Event) -> None:
        self.append(event)
        self.then(event)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def queue(told: Told) -> Iterator[PromptQueue]:
    queue = PromptQueue(told)
    yield queue
    queue.close()


def meet(*jobs: Callable[[], object]) -> list[object]:
    """Do all of it at once; what came of it."""
    barrier = threading.Barrier(len(jobs))
    results: list[object] = []

    def run(job: Callable[[], object]) -> None:
        barrier.wait(PATIENCE)
        results.append(job())

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    return results


def test_prompts_are_taken_in_their_order_and_shown_cleaned(queue: PromptQueue, told: Told) -> None:
    queue.put("one\x1b", "a")
    queue.put("two", "b")
    assert [queue.take(), queue.take()] == [Prompt("a", "one\x1b"), Prompt("b", "two")]
    assert told == [PromptQueued("a", "one␛"), PromptQueued("b", "two"), PromptTaken("a"), PromptTaken("b")]


def test_a_prompt_without_an_id_and_one_with_an_id_that_was_there_get_one_of_their_own(queue: PromptQueue, told: Told) -> None:
    for prompt_id in ("", "prompt-3", "", "x", "x"):
        queue.put("p", prompt_id)
    ids = [event.prompt_id for event in told if isinstance(event, PromptQueued)]
    assert ids == ["prompt-1", "prompt-3", "prompt-4", "x", "x-5"]


def test_what_is_withdrawn_is_never_taken(queue: PromptQueue, told: Told) -> None:
    queue.put("one", "a")
    queue.put("two", "b")
    queue.withdraw("a")
    queue.withdraw("a")
    queue.withdraw("unknown")
    assert queue.take() == Prompt("b", "two")
    assert told[2:] == [PromptWithdrawn("a"), PromptTaken("b")]


def test_what_was_taken_is_withdrawn_no_more(queue: PromptQueue, told: Told) -> None:
    queue.put("one", "a")
    queue.take()
    queue.withdraw("a")
    assert told == [PromptQueued("a", "one"), PromptTaken("a")]


def test_what_is_withdrawn_as_soon_as_it_is_told_of_is_never_taken(queue: PromptQueue, told: Told) -> None:
    told.then = lambda event: queue.withdraw("a") if event == PromptQueued("a", "one") else None
    queue.put("one", "a")
    queue.put("two", "b")
    assert queue.take() == Prompt("b", "two")
    assert told == [PromptQueued("a", "one"), PromptWithdrawn("a"), PromptQueued("b", "two"), PromptTaken("b")]


def test_of_a_take_and_a_withdrawal_at_once_exactly_one_counts(queue: PromptQueue, told: Told) -> None:
    for number in range(100):
        queue.put("x", f"p{number}")
        queue.put("next", f"n{number}")
        taken = meet(queue.take, partial(queue.withdraw, f"p{number}"))
        if Prompt(f"p{number}", "x") in taken:
            queue.take()
            assert told[-2:] == [PromptTaken(f"p{number}"), PromptTaken(f"n{number}")]
        else:
            assert sorted(map(repr, told[-2:])) == [repr(PromptTaken(f"n{number}")), repr(PromptWithdrawn(f"p{number}"))]


def test_the_end_withdraws_what_waits_and_accepts_nothing_more(queue: PromptQueue, told: Told) -> None:
    queue.put("one", "a")
    queue.close()
    queue.put("two", "b")
    assert queue.take() is None
    queue.clear()
    queue.clear()
    assert told == [PromptQueued("a", "one"), PromptWithdrawn("a")]


def test_prompts_that_meet_the_end_are_told_of_twice_or_not_at_all() -> None:
    for _ in range(50):
        told = Told()
        queue = PromptQueue(told)

        def end(queue: PromptQueue = queue) -> None:
            queue.close()
            queue.clear()

        meet(partial(queue.put, "x", "a"), partial(queue.put, "y", "b"), end)
        queued = {event.prompt_id for event in told if isinstance(event, PromptQueued)}
        withdrawn = [event.prompt_id for event in told if isinstance(event, PromptWithdrawn)]
        assert (set(withdrawn), len(withdrawn)) == (queued, len(queued))


def test_the_end_waits_for_a_withdrawal_that_is_being_told_of(queue: PromptQueue, told: Told) -> None:
    telling, ended = threading.Event(), threading.Event()

    def hold(event: Event) -> None:
        if isinstance(event, PromptWithdrawn):
            telling.set()
            assert not ended.wait(0.1)

    told.then = hold
    queue.put("one", "a")
    withdrawing = threading.Thread(target=queue.withdraw, args=("a",))
    withdrawing.start()
    assert telling.wait(PATIENCE)
    queue.close()
    queue.clear()
    ended.set()
    withdrawing.join(PATIENCE)


def test_who_waits_for_a_prompt_is_woken_by_one_and_by_the_end(queue: PromptQueue) -> None:
    assert Prompt("a", "x") in meet(queue.take, partial(queue.put, "x", "a"))
    assert meet(queue.take, queue.close) == [None, None]


def test_a_receiver_may_queue_and_withdraw_from_within_an_event(queue: PromptQueue, told: Told) -> None:
    def answer(event: Event) -> None:
        match event:
            case PromptQueued("a"):
                queue.put("again", "b")
            case PromptTaken("b"):
                queue.withdraw("a")

    told.then = answer
    queue.put("one", "a")
    assert queue.take() == Prompt("b", "again")  # the later one was there first
    assert told == [PromptQueued("a", "one"), PromptQueued("b", "again"), PromptTaken("b"), PromptWithdrawn("a")]


def test_a_prompt_whose_announcement_fails_waits_all_the_same(queue: PromptQueue, told: Told) -> None:
    def broken(event: Event) -> None:
        raise OSError("no")

    told.then = broken
    with pytest.raises(OSError, match="no"):
        queue.put("one", "a")
    told.then = lambda event: None
    assert queue.take() == Prompt("a", "one")


# ---------------------------------------------------------------- between turns


def test_an_errand_is_taken_only_when_no_prompt_waits_or_is_at_work(queue: PromptQueue) -> None:
    def errand() -> None:
        """Nothing, that is."""

    queue.put("one", "a")
    assert queue.put_errand(errand) is False
    queue.take()
    assert queue.put_errand(errand) is False
    queue.done()
    assert queue.put_errand(errand) is True
    assert queue.take() is errand
    assert queue.while_at_work(errand) is False
    queue.close()
    assert queue.put_errand(errand) is False


def test_what_needs_a_turn_is_done_only_while_one_is_at_work(queue: PromptQueue) -> None:
    done: list[str] = []
    assert queue.while_at_work(lambda: done.append("before")) is False
    queue.put("one", "a")
    queue.take()
    assert queue.while_at_work(lambda: done.append("during")) is True
    queue.done()
    assert queue.while_at_work(lambda: done.append("after")) is False
    assert done == ["during"]

"""What is kept of each task's changes: the last list, the last outcome, and which envelope said so."""

from __future__ import annotations

from pygent_engine.events import ChangesApplied, ChangesListed, ChangesTakenBack, Event, TaskRemoved, TaskRetried, Warned
from pygent_engine.task_values import ApplyReport, FileChange
from pygent_engine.values import UNLIMITED
from pygent_tui.views import task_changes
from pygent_tui.views.task_changes import TaskChanges, Work
from tests.support.envelopes import stream

OLD = FileChange("a.py", "modified")
NEW = FileChange("b.py", "added")
CLASH = ApplyReport(conflicts=("a.py",))
DONE = ApplyReport(("a.py", "b.py"))


def folded(*events: tuple[str, Event]) -> Work:
    state = task_changes.EMPTY
    for envelope in stream([("main", Warned("the first")), *events]):
        state = task_changes.fold(state, envelope)
    return state


def test_only_the_last_list_of_each_task_is_kept() -> None:
    state = folded(("task-1", ChangesListed((OLD,))), ("task-2", ChangesListed((OLD,))), ("task-1", ChangesListed((NEW,))))
    assert state.of("task-1").changes == (NEW,)
    assert state.of("task-1").listed > state.of("task-2").listed > 0
    assert state.of("task-3") == TaskChanges()


def test_what_came_of_applying_and_of_taking_back_is_told_apart_by_number() -> None:
    state = folded(("t", ChangesApplied(CLASH)), ("t", ChangesApplied(DONE)), ("t", ChangesTakenBack(DONE)), ("t", Warned("no")))
    known = state.of("t")
    assert (known.report, known.back, known.warning) == (DONE, DONE, "no")
    assert 0 < known.applied < known.returned < known.warned


def test_a_task_that_begins_anew_or_is_gone_has_no_changes_left() -> None:
    clean = TaskRetried("p", None, "m", UNLIMITED, clean=True)
    resumed = TaskRetried("p", None, "m", UNLIMITED)
    listed = ("t", ChangesListed((OLD,)))
    assert folded(listed, ("t", clean)) == folded(listed, ("t", TaskRemoved())) == Work()
    assert folded(listed, ("t", resumed)).of("t").changes == (OLD,)


def test_warnings_of_the_conversation_itself_are_not_kept() -> None:
    assert folded(("main", Warned("something"))) is task_changes.EMPTY

"""What began in a call is ended once, at the latest when the call closes; after that nothing is reported."""

from __future__ import annotations

from pygent_engine.events import (
    ApprovalSettled,
    Event,
    ImagePullEnded,
    ImagePullProgress,
    ImagePullStarted,
    OutputDelta,
    QuestionAnswered,
    Warned,
)
from pygent_engine.reports import Reports


def test_what_is_open_is_ended_when_the_call_closes_and_only_that() -> None:
    posted: list[Event] = []
    reports = Reports(posted.append)
    reports.begin("one", Warned("one begins"), ApprovalSettled("one", "deny"))
    reports.begin("two", Warned("two begins"), QuestionAnswered("two", ""))
    assert reports.end("one", ApprovalSettled("one", "once"))
    reports.close()
    assert posted == [Warned("one begins"), Warned("two begins"), ApprovalSettled("one", "once"), QuestionAnswered("two", "")]


def test_a_closed_call_reports_nothing() -> None:
    posted: list[Event] = []
    reports = Reports(posted.append)
    reports.close()
    reports.post(OutputDelta("c1", "late"))
    reports.begin("late", Warned("late"), Warned("never"))
    assert not reports.end("late", Warned("never"))
    reports.close()
    assert (posted, reports.closed) == ([], True)


def test_what_never_began_is_not_ended() -> None:
    posted: list[Event] = []
    assert Reports(posted.append).end("unheard", Warned("ended"))
    assert posted == []


def test_a_pull_ends_like_everything_else() -> None:
    posted: list[Event] = []
    reports = Reports(posted.append)
    reports.post(ImagePullStarted("a"))
    reports.post(ImagePullEnded("a"))
    reports.post(ImagePullStarted("b"))
    reports.post(ImagePullProgress("b", 0, 1, 2, 3))
    reports.close()
    assert posted == [
        ImagePullStarted("a"),
        ImagePullEnded("a"),
        ImagePullStarted("b"),
        ImagePullProgress("b", 0, 1, 2, 3),
        ImagePullEnded("b", "the call was ended meanwhile"),
    ]

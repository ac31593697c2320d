"""Revisions: which one is in force, when one may take effect, and the warnings of the review."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from domain.calendar import UTC_CALENDAR
from domain.failures import Problem, UserErrorCode
from domain.schemes.content import Basics, SchemeContent
from domain.schemes.definition import ReviewWarning
from domain.schemes.failures import RevisionOpen, TimePassed
from domain.schemes.revisions import replaced_revision, revision_in_force, revision_warnings, time_problems

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
JUNE, JULY = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
ENDS = date(2026, 7, 31)
PATH = ("effectiveAt",)
PASSED = Problem(
    UserErrorCode.OUT_OF_WINDOW, "A revision takes effect in the future: choose a time that has not passed.", PATH
)
OVER = Problem(UserErrorCode.OUT_OF_WINDOW, "The scheme ends on 31 July 2026: choose a time before it is over.", PATH)


class Revision(Struct, frozen=True):
    """An approved revision."""

    number: int
    effective_at: datetime


# The third was approved last and takes effect before the second.
ROW = (Revision(1, NOW), Revision(2, JULY), Revision(3, JUNE))


@pytest.mark.parametrize(
    ("at", "number", "before"),
    [
        (NOW - TICK, None, None),
        (NOW, 1, None),
        (NOW + TICK, 1, 1),
        (JUNE - TICK, 1, 1),
        (JUNE, 3, 1),
        (JULY - TICK, 3, 3),
        (JULY, 2, 3),
        (datetime(2099, 1, 1, tzinfo=UTC), 2, 2),
    ],
)
def test_the_last_revision_in_effect_is_in_force(at: datetime, number: int | None, before: int | None) -> None:
    """From its exact time on, it replaces the one before."""
    found, old = revision_in_force(ROW, at), replaced_revision(ROW, at)
    assert (found and found.number, old and old.number) == (number, before)
    assert revision_in_force((), at) is None
    assert replaced_revision((), at) is None


@given(times=st.lists(st.datetimes(timezones=st.just(UTC)), unique=True), at=st.datetimes(timezones=st.just(UTC)))
def test_in_force_is_the_nearest_before(times: list[datetime], at: datetime) -> None:
    """For any order of approvals."""
    row = [Revision(number, time) for number, time in enumerate(times, start=1)]
    begun = [time for time in times if time <= at]
    found = revision_in_force(row, at)
    assert (found and found.effective_at) == (max(begun) if begun else None)
    for revision in row:
        earlier = [time for time in times if time < revision.effective_at]
        old = replaced_revision(row, revision.effective_at)
        assert (old and old.effective_at) == (max(earlier) if earlier else None)


@pytest.mark.parametrize(
    ("at", "problems"),
    [
        (NOW - TICK, [PASSED]),
        (NOW, [PASSED]),
        (NOW + TICK, []),
        (datetime(2026, 7, 31, 23, 59, 59, 999999, UTC), []),
        (datetime(2026, 8, 1, tzinfo=UTC), [OVER]),
        (datetime(2026, 8, 1, 5, 29, tzinfo=timezone(timedelta(hours=5, minutes=30))), []),
    ],
)
def test_a_time_lies_between_now_and_the_end(at: datetime, problems: list[Problem]) -> None:
    """The last day counts, in UTC."""
    assert list(time_problems(at, NOW, ENDS, (), calendar=UTC_CALENDAR)) == problems
    assert list(time_problems(at, NOW, None, (), calendar=UTC_CALENDAR)) == [
        problem for problem in problems if problem != OVER
    ]


def test_no_two_revisions_take_effect_together() -> None:
    """The time counts, in any time zone."""
    message = "Revision 3 already takes effect on 1 June 2026 at 00:00 UTC: choose another time."
    same = JUNE.astimezone(timezone(timedelta(hours=-8)))
    for at in (JUNE, same):
        assert list(time_problems(at, NOW, ENDS, ROW, calendar=UTC_CALENDAR)) == [
            Problem(UserErrorCode.CONFLICT, message, PATH)
        ]
    assert list(time_problems(JUNE + TICK, NOW, ENDS, ROW, calendar=UTC_CALENDAR)) == []


def content(ends_on: date | None = ENDS) -> SchemeContent:
    """A content that ends on a day."""
    return SchemeContent(Basics("Monsoon Care", (), ends_on=ends_on))


def test_a_revision_without_surprises_has_no_warnings() -> None:
    assert list(revision_warnings(content(), JULY + TICK, ROW, changed=True, calendar=UTC_CALENDAR)) == []
    assert list(revision_warnings(content(None), JULY + TICK, ROW, changed=True, calendar=UTC_CALENDAR)) == []


def test_warnings_about_a_revision() -> None:
    """It changes nothing, the scheme is over by then, or another revision replaces it soon."""
    found = list(revision_warnings(content(date(2026, 5, 31)), JUNE, ROW, changed=False, calendar=UTC_CALENDAR))
    assert found == [
        ReviewWarning("REVISION_CHANGES_NOTHING", "The revision changes nothing."),
        ReviewWarning(
            "REVISION_AFTER_END",
            "The scheme will be over when the revision takes effect: it ends on 31 May 2026.",
        ),
        ReviewWarning(
            "REVISION_UNDONE_LATER",
            "Revision 2 is approved already and takes effect after this one, on 1 July 2026 at 00:00 UTC: "
            "what this one changes ends then.",
        ),
    ]
    (first,) = revision_warnings(content(), NOW + TICK, ROW, changed=True, calendar=UTC_CALENDAR)
    assert first.message.startswith("Revision 3 is approved already and takes effect after this one, on 1 June 2026")


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (JUNE, "1 June 2026 at 00:00 UTC"),
        (datetime(2026, 12, 31, 9, 5, tzinfo=UTC), "31 December 2026 at 09:05 UTC"),
        (datetime(2026, 6, 1, 9, 5, 7, tzinfo=UTC), "1 June 2026 at 09:05:07 UTC"),
        (datetime(2026, 6, 1, 9, 0, 0, 7, tzinfo=UTC), "1 June 2026 at 09:00 UTC"),
        (datetime(2026, 6, 1, 9, 5, 7, 999_999, tzinfo=UTC), "1 June 2026 at 09:05:07 UTC"),
        (datetime(2026, 6, 1, 2, tzinfo=timezone(timedelta(hours=5, minutes=30))), "31 May 2026 at 20:30 UTC"),
    ],
)
def test_times_are_written_in_utc(at: datetime, text: str) -> None:
    assert UTC_CALENDAR.format_moment(at) == text


def test_failures_say_what_to_do() -> None:
    """Each carries the data of its sentence."""
    opened = RevisionOpen(number=2, opened_by="Asha", opened_at=NOW, calendar=UTC_CALENDAR)
    assert (opened.number, opened.opened_by, opened.opened_at) == (2, "Asha", NOW)
    assert opened.message == (
        "Asha opened revision 2 on 10 March 2026 at 09:00 UTC, and it is still undecided. Continue with that revision."
    )
    late = TimePassed(JUNE, "Choose a later time first", calendar=UTC_CALENDAR)
    assert late.effective_at == JUNE
    assert late.message == (
        "The revision was scheduled to take effect on 1 June 2026 at 00:00 UTC, which has passed. "
        "Choose a later time first."
    )

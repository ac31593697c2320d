"""Revisions of approved schemes: which is in force, when one may take effect, and warnings before submitting."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Protocol, TypeVar

from domain.calendar import Calendar, format_day
from domain.failures import Problem, UserErrorCode
from domain.schemes.content import SchemeContent
from domain.schemes.definition import ReviewWarning


class ScheduledRevision(Protocol):
    """An approved revision: its number, and the time from which it is in force."""

    @property
    def number(self) -> int:
        """The number of the revision; revisions are numbered in the order in which they were opened."""
        ...

    @property
    def effective_at(self) -> datetime:
        """The time from which sales are evaluated under this revision."""
        ...


ScheduledRevisionT = TypeVar("ScheduledRevisionT", bound=ScheduledRevision)


def revision_in_force(revisions: Iterable[ScheduledRevisionT], at: datetime) -> ScheduledRevisionT | None:
    """The revision in force at `at`: the last one that has taken effect by then. None before the first."""
    begun = (revision for revision in revisions if revision.effective_at <= at)
    return max(begun, key=lambda revision: revision.effective_at, default=None)


def replaced_revision(revisions: Iterable[ScheduledRevisionT], effective_at: datetime) -> ScheduledRevisionT | None:
    """The revision that ends when another takes effect at `effective_at`. None before the first."""
    return revision_in_force((revision for revision in revisions if revision.effective_at < effective_at), effective_at)


def time_problems(
    effective_at: datetime,
    now: datetime,
    ends_on: date | None,
    approved: Iterable[ScheduledRevision],
    *,
    calendar: Calendar,
) -> Iterator[Problem]:
    """Problems of the time at which a revision is to take effect.

    `ends_on` is the last day of the scheme as of that time; `approved` are the revisions approved so far.
    """
    path = ("effectiveAt",)
    if effective_at <= now:
        message = "A revision takes effect in the future: choose a time that has not passed."
        yield Problem(UserErrorCode.OUT_OF_WINDOW, message, path)
    elif ends_on is not None and effective_at >= calendar.end_of_day(ends_on):
        message = f"The scheme ends on {format_day(ends_on)}: choose a time before it is over."
        yield Problem(UserErrorCode.OUT_OF_WINDOW, message, path)
    for revision in approved:
        if revision.effective_at == effective_at:
            message = f"Revision {revision.number} already takes effect on {calendar.format_moment(effective_at)}"
            yield Problem(UserErrorCode.CONFLICT, f"{message}: choose another time.", path)


def revision_warnings(
    content: SchemeContent,
    effective_at: datetime,
    approved: Iterable[ScheduledRevision],
    *,
    changed: bool,
    calendar: Calendar,
) -> Iterator[ReviewWarning]:
    """Warn before a revision is submitted: it changes nothing, comes too late, or will soon be replaced."""
    if not changed:
        yield ReviewWarning("REVISION_CHANGES_NOTHING", "The revision changes nothing.")
    ends_on = content.basics.ends_on
    if ends_on is not None and effective_at >= calendar.end_of_day(ends_on):
        message = f"The scheme will be over when the revision takes effect: it ends on {format_day(ends_on)}."
        yield ReviewWarning("REVISION_AFTER_END", message)
    later = (revision for revision in approved if revision.effective_at > effective_at)
    next_revision = min(later, key=lambda revision: revision.effective_at, default=None)
    if next_revision is not None:
        message = (
            f"Revision {next_revision.number} is approved already and takes effect after this one, on "
            f"{calendar.format_moment(next_revision.effective_at)}: what this one changes ends then."
        )
        yield ReviewWarning("REVISION_UNDONE_LATER", message)

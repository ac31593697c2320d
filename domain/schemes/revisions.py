"""Revisions of approved schemes: which is in force, when one may take effect, and what to know before submitting."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Protocol, TypeVar

from domain.calendar import end_of_day, format_day, format_moment
from domain.failures import Problem, UserErrorCode
from domain.schemes.content import SchemeContent
from domain.schemes.definition import ReviewWarning


class Timed(Protocol):
    """An approved revision: its number, and from when on it is in force."""

    @property
    def number(self) -> int:
        """Counts up in the order of opening."""
        ...

    @property
    def effective_at(self) -> datetime:
        """From when on sales are valued under it."""
        ...


TimedT = TypeVar("TimedT", bound=Timed)


def in_force(revisions: Iterable[TimedT], at: datetime) -> TimedT | None:
    """The revision in force at a moment: the last that has taken effect by then. None before the first."""
    begun = (revision for revision in revisions if revision.effective_at <= at)
    return max(begun, key=lambda revision: revision.effective_at, default=None)


def replaced(revisions: Iterable[TimedT], effective_at: datetime) -> TimedT | None:
    """The revision that ends when another one takes effect. None before the first."""
    return in_force((revision for revision in revisions if revision.effective_at < effective_at), effective_at)


def time_problems(
    effective_at: datetime, now: datetime, ends_on: date | None, approved: Iterable[Timed]
) -> Iterator[Problem]:
    """What is wrong with the time at which a revision shall take effect.

    `ends_on` is the last day of the scheme as it is by then; `approved` are the revisions that are approved already.
    """
    path = ("effectiveAt",)
    if effective_at <= now:
        message = "A revision takes effect in the future: choose a time that has not passed."
        yield Problem(UserErrorCode.OUT_OF_WINDOW, message, path)
    elif ends_on is not None and effective_at >= end_of_day(ends_on):
        message = f"The scheme ends on {format_day(ends_on)}: choose a time before it is over."
        yield Problem(UserErrorCode.OUT_OF_WINDOW, message, path)
    for revision in approved:
        if revision.effective_at == effective_at:
            when = f"Revision {revision.number} takes effect at that very time, on {format_moment(effective_at)}"
            yield Problem(UserErrorCode.CONFLICT, f"{when}: choose another one.", path)


def revision_warnings(
    content: SchemeContent, effective_at: datetime, approved: Iterable[Timed], *, changed: bool
) -> Iterator[ReviewWarning]:
    """What to know before submitting a revision: it changes nothing, comes too late, or will be undone."""
    if not changed:
        yield ReviewWarning("REVISION_CHANGES_NOTHING", "The revision changes nothing.")
    ends_on = content.basics.ends_on
    if ends_on is not None and effective_at >= end_of_day(ends_on):
        message = f"The scheme will be over when the revision takes effect: it ends on {format_day(ends_on)}."
        yield ReviewWarning("REVISION_AFTER_END", message)
    later = (revision for revision in approved if revision.effective_at > effective_at)
    following = min(later, key=lambda revision: revision.effective_at, default=None)
    if following is not None:
        message = (
            f"Revision {following.number} is approved already and takes effect after this one, on "
            f"{format_moment(following.effective_at)}: what this one changes ends then."
        )
        yield ReviewWarning("REVISION_UNDONE_LATER", message)

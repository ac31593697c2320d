"""When points expire that were not paid out: the days after they were recorded, and what ECPs are notified of (R22).

Points are used first in, first out. What was paid, is being paid, was deducted, or expired comes off the oldest
points, so only sums are compared and no parts of entries are tracked. A reversal takes the points of the entry that it
reverses.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from msgspec import Struct

from domain.calendar import Calendar

# An ECP is notified so many days before points expire, or half of the days that they are kept if that is sooner. Twice
# as many days are announced together, so that the next notification comes as many days later at the earliest.
WARNING_DAYS: Final = 30
# The days for which clients can ask what expires within them.
EXPIRING_WITHIN: Final = (1, 366)
_FIRST: Final = date.min.toordinal() + 1
_LAST: Final = date.max.toordinal() - 1


class ExpiryMoments(Struct, frozen=True):
    """The bounds of one day: points recorded before `cutoff` expire, those before `warned` are due to be announced.

    With them, those before `announced` are announced too.
    """

    cutoff: datetime
    warned: datetime
    announced: datetime


class ExpiringPoints(Struct, frozen=True):
    """Points that expire when this day begins, unless they are paid out before."""

    on: date
    points: int


def expiry_moments(today: date, days: int, calendar: Calendar) -> ExpiryMoments:
    """The bounds of a day in a scheme whose points expire after so many days."""
    warning = min(WARNING_DAYS, max(1, days // 2))
    return ExpiryMoments(
        cutoff=calendar.start_of_day(first_kept_day(today, days)),
        warned=calendar.start_of_day(first_kept_day(today, days - warning)),
        announced=calendar.start_of_day(first_kept_day(today, days - 2 * warning)),
    )


def first_kept_day(today: date, days: int) -> date:
    """The first day whose points have not expired when a day begins."""
    return date.fromordinal(min(max(today.toordinal() - days, _FIRST), _LAST))


def expires_on(recorded_on: date, days: int) -> date:
    """The day at whose beginning points expire that were recorded on a day: they are kept for as many full days."""
    return date.fromordinal(min(recorded_on.toordinal() + days + 1, _LAST))


def find_expired(lots: Iterable[tuple[datetime, int]], used: int, cutoff: datetime) -> int:
    """The points that expire, of lots with the times at which they were recorded, less what was used; never negative.

    This is the rule that the database applies to many ECPs at once.
    """
    return max(0, sum(points for recorded_at, points in lots if recorded_at < cutoff) - used)

"""Says how volumes were compared with earlier sales, for the funnel of a rule (R4).

A month and a week stand for themselves: an ECP counts who sold as much in any one of the last 12 months. For the
duration of a scheme stands the same number of days up to now, at most 365. Where there are too many sales to read, the
sales of a sample of the ECPs are compared.
"""

import math
from datetime import date, timedelta
from typing import Final, assert_never

from domain.rules.model import Condition, VolumeClause, VolumePeriod
from domain.rules.traversal import walk_clauses
from domain.text import drop_repeats, format_count, join_words

# Days in which sales are compared.
DAYS_COMPARED: Final = 365
INDICATION: Final = "an indication from the last 12 months"
NOTHING_COMPARES: Final = "nothing that was sold or redeemed in the last 12 months compares, so all ECPs count"
TOO_MANY_SALES: Final = "there are too many sales to compare with during a review, so all ECPs count"
NOTHING_IN_SAMPLE: Final = (
    "nothing that a sample of {} sold or redeemed in the last 12 months compares, so all ECPs count"
)
REST_OPEN: Final = "where nothing compares, all ECPs count"


def comparable_days(starts_on: date | None, ends_on: date | None) -> int:
    """The number of days that stand for the duration of a scheme."""
    if starts_on is None or ends_on is None:
        return DAYS_COMPARED
    return min((ends_on - starts_on).days + 1, DAYS_COMPARED)


def month_starts(today: date) -> list[date]:
    """The first days of the calendar months of the last 12 months, the first of which has begun before them."""
    month = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(month - 12, month + 1)]


def week_starts(today: date) -> list[date]:
    """The Mondays of the weeks of the last 12 months, the first of which has begun before them."""
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(weeks=back) for back in range(53, -1, -1)]


def sample_phrase(sample: int) -> str:
    """Write that an estimate comes from a sample, and within how much of all ECPs it is, 19 times in 20."""
    margin = math.ceil(10 * 100 * 1.96 * 0.5 / math.sqrt(sample)) / 10
    return f"estimated from a sample of {format_count(sample, 'ECP')}, within about {margin:g}% of all"


def nothing_compares_phrase(sample: int | None) -> str:
    """Write that nothing was sold or redeemed that a volume could be compared with."""
    return NOTHING_COMPARES if sample is None else NOTHING_IN_SAMPLE.format(format_count(sample, "ECP"))


def comparison_phrase(part: Condition, days: int | None, sample: int | None = None) -> str:
    """Write with what the volumes of a part were compared: “an indication from the last 12 months: the best month”."""
    volumes = [clause for clause in walk_clauses(part) if isinstance(clause, VolumeClause)]
    periods = drop_repeats(_period_phrase(clause.period, days) for clause in volumes)
    found = f"{INDICATION}: {join_words(periods, 'and')}"
    return found if sample is None else f"{found}, {sample_phrase(sample)}"


def _period_phrase(period: VolumePeriod, days: int | None) -> str:
    match period:
        case VolumePeriod.MONTH:
            return "the best month"
        case VolumePeriod.WEEK:
            return "the best week"
        case VolumePeriod.SCHEME:
            count = DAYS_COMPARED if days is None else days
            if count == DAYS_COMPARED:
                return "all of them for the scheme"
            return f"the latest {format_count(count, 'day')} for the scheme"
        case _:
            assert_never(period)

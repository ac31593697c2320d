"""Until when coupons of a scheme can be redeemed: its last day and a grace period after it. Then it can be settled."""

from datetime import date, datetime, timedelta
from typing import Final

from domain.calendar import Calendar

# The grace period of schemes whose terms have none: a product that was sold on the last day may be opened weeks later.
GRACE_DAYS: Final = 30


def grace_period(grace_days: int | None) -> int:
    """The days of grace after the last day of a scheme: those of its terms, or 30."""
    return GRACE_DAYS if grace_days is None else grace_days


def last_coupon_day(ends_on: date, grace_days: int | None) -> date:
    """The last day on which coupons of a scheme that ends on this day pay."""
    return ends_on + timedelta(days=min(grace_period(grace_days), (date.max - ends_on).days))


def redeemable_until(ends_on: date | None, grace_days: int | None, calendar: Calendar) -> datetime | None:
    """The moment from which coupons of a scheme no longer pay; None for a scheme without an end."""
    return None if ends_on is None else calendar.end_of_day(last_coupon_day(ends_on, grace_days))

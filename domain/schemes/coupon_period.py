"""Until when coupons of a scheme can be redeemed: its last day and a grace period after it."""

from datetime import date, datetime, timedelta
from typing import Final

from domain.calendar import Calendar

# A product that was sold on the last day may be opened weeks later.
GRACE_DAYS: Final = 30


def last_coupon_day(ends_on: date) -> date:
    """The last day on which coupons of a scheme that ends on this day pay."""
    return ends_on + timedelta(days=min(GRACE_DAYS, (date.max - ends_on).days))


def redeemable_until(ends_on: date | None, calendar: Calendar) -> datetime | None:
    """The moment from which coupons of a scheme no longer pay; None for a scheme without an end."""
    return None if ends_on is None else calendar.end_of_day(last_coupon_day(ends_on))

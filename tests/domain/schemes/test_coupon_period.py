"""Until when coupons pay (R22)."""

from datetime import UTC, date, datetime

from domain.schemes.coupon_period import last_coupon_day, redeemable_until
from domain.time_zones import find_calendar


def test_coupons_pay_for_thirty_days_after_the_last_one() -> None:
    """Days are those of the program's time zone, and the last one is included."""
    assert last_coupon_day(date(2026, 7, 31), None) == date(2026, 8, 30)
    assert redeemable_until(date(2026, 7, 31), None, find_calendar("Asia/Kolkata")) == datetime(
        2026, 8, 30, 18, 30, tzinfo=UTC
    )
    assert redeemable_until(None, 10, find_calendar("UTC")) is None


def test_the_terms_of_a_scheme_may_say_how_many_days() -> None:
    """None at all is a term of its own."""
    assert last_coupon_day(date(2026, 7, 31), 45) == date(2026, 9, 14)
    assert redeemable_until(date(2026, 7, 31), 0, find_calendar("UTC")) == datetime(2026, 8, 1, tzinfo=UTC)


def test_the_end_of_the_calendar_is_no_error() -> None:
    assert last_coupon_day(date.max, 366) == date.max

"""Warnings about the terms by which a scheme pays, before it is submitted (R3)."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from domain.calendar import format_day
from domain.channels import EarningChannel
from domain.schemes.content import Basics, FieldDifference, SchemeContent
from domain.schemes.coupon_period import last_coupon_day
from domain.schemes.definition import ReviewWarning
from domain.text import format_count


def payment_warnings(content: SchemeContent, changes: Sequence[FieldDifference] = ()) -> Iterator[ReviewWarning]:
    """Warn of points that nobody can be paid, that expire too early, and of what a revision changes afterwards.

    `changes` are those of a revision to the one that it replaces.
    """
    basics = content.basics
    yield from _minimum_warnings(basics)
    yield from _expiry_warnings(basics)
    if basics.grace_days == 0 and EarningChannel.COUPON in basics.channels:
        message = "The scheme has no grace period: coupons that are scanned after its last day pay nothing."
        yield ReviewWarning("COUPONS_END_WITH_SCHEME", message, notice=True)
    yield from _change_warnings(changes)


def _minimum_warnings(basics: Basics) -> Iterator[ReviewWarning]:
    if basics.minimum_payout is None:
        return
    minimum = format_count(basics.minimum_payout, "point")
    if basics.budget is not None and basics.minimum_payout > basics.budget:
        message = (
            f"The minimum payout of {minimum} is more than the budget of {basics.budget:,}, so no ECP can be paid."
        )
        yield ReviewWarning("MINIMUM_ABOVE_BUDGET", message)
    if basics.point_value is None:
        message = (
            f"The scheme has a minimum payout of {minimum}, but a point has no value: the settlement will state points "
            "and no amounts."
        )
        yield ReviewWarning("MINIMUM_WITHOUT_POINT_VALUE", message, notice=True)


def _expiry_warnings(basics: Basics) -> Iterator[ReviewWarning]:
    days, starts, ends = basics.points_expire_after_days, basics.starts_on, basics.ends_on
    if days is None or starts is None or ends is None:
        return
    payable_from = last_coupon_day(ends, basics.grace_days) + timedelta(days=1)
    if starts + timedelta(days=days) < payable_from:
        message = (
            f"Points expire {format_count(days, 'day')} after they are recorded, and the scheme can be settled from "
            f"{format_day(payable_from)} on: points of the first days expire before they can be paid."
        )
        yield ReviewWarning("POINTS_EXPIRE_UNPAID", message)


def _change_warnings(changes: Sequence[FieldDifference]) -> Iterator[ReviewWarning]:
    """Warn of what a revision changes for points that ECPs have already."""
    by_field = {change.field: change for change in changes}
    value, minimum, days = (by_field.get(name) for name in ("pointValue", "minimumPayout", "pointsExpireAfterDays"))
    if (value and value.before is not None) or (minimum and minimum.after is not None):
        message = (
            "The settlement pays all points by the value and the minimum payout that are in force when the scheme "
            "ends, also those that ECPs earned before this revision."
        )
        yield ReviewWarning("EARLIER_POINTS_PAID_ALIKE", message)
    if days and days.after is not None:
        message = (
            f"Once this revision is in force, all points expire {format_count(days.after, 'day')} after they were "
            "recorded, also those that ECPs earned before it."
        )
        yield ReviewWarning("EARLIER_POINTS_EXPIRE", message)

"""Decides whether a coupon pays the ECP that scanned it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from domain.calendar import Calendar, format_day
from domain.consignments.facts import Condition
from domain.ecps.facts import EcpStatus
from domain.enrollments.facts import EnrollmentStatus
from domain.redemptions.facts import AttemptResult, CouponFacts
from domain.redemptions.failures import (
    CouponDamaged,
    CouponExpired,
    CouponFailure,
    CouponHeld,
    CouponInert,
    CouponVoid,
    EcpNotActive,
    NotEnrolled,
    ScannedTooEarly,
    SchemeNotStarted,
)
from domain.schemes.coupon_period import last_coupon_day, redeemable_until

_CONDITIONS: Final[Mapping[Condition, Callable[[], CouponFailure]]] = MappingProxyType(
    {
        Condition.PLANNED: CouponInert,
        Condition.GOOD: CouponInert,
        Condition.VOID: CouponVoid,
        Condition.DAMAGED: CouponDamaged,
        Condition.UNRESOLVED: lambda: CouponHeld(AttemptResult.UNRESOLVED),
        Condition.LOST: lambda: CouponHeld(AttemptResult.LOST),
    }
)
_APPLICATIONS: Final[Mapping[EnrollmentStatus, str]] = MappingProxyType(
    {
        EnrollmentStatus.PENDING: "Your application for “{title}” is not decided yet. Keep the coupon, and scan it "
        "again once you are enrolled.",
        EnrollmentStatus.REJECTED: "Your application for “{title}” was rejected, so its coupons pay you no points.",
        EnrollmentStatus.WITHDRAWN: "Your enrollment in “{title}” ended. Enroll again, and then scan the coupon again.",
    }
)


def find_obstacle(facts: CouponFacts, scanned_at: datetime, calendar: Calendar) -> CouponFailure | None:
    """The failure that keeps a coupon that nobody has redeemed from paying, or None."""
    failure = _ecp_obstacle(facts) or _coupon_obstacle(facts) or _time_obstacle(facts, scanned_at, calendar)
    if failure is None and (facts.first_enrolled_at is None or scanned_at < facts.first_enrolled_at):
        # Whether an ECP that enrolled before was still enrolled at the time of the scan, the valuation says.
        return not_enrolled(facts, scanned_at, calendar)
    return failure


def not_enrolled(facts: CouponFacts, scanned_at: datetime, calendar: Calendar) -> NotEnrolled:
    """The failure of an ECP that was not enrolled at the time of the scan, with what it can do."""
    status = None if facts.enrollment_status is None else EnrollmentStatus(facts.enrollment_status)
    if status is EnrollmentStatus.ENROLLED:
        when = format_day(calendar.day_of(scanned_at))
        message = (
            f"You were not enrolled in “{facts.title}” at the time of this scan, on {when}. You are now: scan the "
            "coupon again."
        )
    elif status is None:
        message = f"You are not enrolled in “{facts.title}”. Enroll, and then scan the coupon again."
    else:
        message = _APPLICATIONS[status].format(title=facts.title)
    return NotEnrolled(facts.scheme_id, message)


def _ecp_obstacle(facts: CouponFacts) -> CouponFailure | None:
    status = EcpStatus(facts.ecp_status)
    return None if status is EcpStatus.ACTIVE else EcpNotActive(status, facts.suspended_reason)


def _coupon_obstacle(facts: CouponFacts) -> CouponFailure | None:
    failure = _CONDITIONS.get(Condition(facts.condition))
    return None if failure is None else failure()


def _time_obstacle(facts: CouponFacts, scanned_at: datetime, calendar: Calendar) -> CouponFailure | None:
    if facts.commissioned_at is not None and scanned_at < facts.commissioned_at:
        return ScannedTooEarly(facts.commissioned_at, calendar)
    if facts.starts_on is not None and calendar.day_of(scanned_at) < facts.starts_on:
        return SchemeNotStarted(facts.title, facts.starts_on)
    until = redeemable_until(facts.ends_on, facts.grace_days, calendar)
    if facts.ends_on is not None and until is not None and scanned_at >= until:
        return CouponExpired(facts.title, last_coupon_day(facts.ends_on, facts.grace_days), until)
    return None

"""Declared failures of redemptions: why a coupon pays nothing now, as a sentence for the ECP that scanned it.

None says who redeemed a coupon, or which ECP has which code.
"""

import math
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from domain.calendar import Calendar, format_day
from domain.ecps.facts import EcpStatus
from domain.failures import Failure, Path, UserErrorCode
from domain.redemptions.facts import AttemptResult
from domain.text import add_reason, format_count

_CODE: Final[Path] = ("input", "code")


class NotRegistered(Failure):
    """The viewer is not an ECP."""

    code = UserErrorCode.ILLEGAL_STATE

    def __init__(self) -> None:
        super().__init__("You are not registered as an ECP. Register before you redeem coupons.")


class CouponFailure(Failure):
    """A genuine coupon that does not pay; `result` is what is kept of the attempt."""

    def __init__(self, result: AttemptResult, message: str, path: Path = _CODE) -> None:
        super().__init__(message, path)
        self.result = result


class CouponInert(CouponFailure):
    """The coupon is in no product yet."""

    code = UserErrorCode.COUPON_INERT

    def __init__(self) -> None:
        message = (
            "This coupon is not active yet: the factory has not reported the product that contains it. Keep the "
            "coupon, and try again in a few days."
        )
        super().__init__(AttemptResult.INERT, message)


class CouponVoid(CouponFailure):
    """The coupon was spoiled or recalled."""

    code = UserErrorCode.COUPON_VOID

    def __init__(self) -> None:
        super().__init__(AttemptResult.VOID, "This coupon was withdrawn and pays no points.")


class CouponHeld(CouponFailure):
    """The coupon is missing or lost, so the scan is evidence of where it is."""

    code = UserErrorCode.COUPON_HELD

    def __init__(self, result: AttemptResult) -> None:
        what = "lost" if result is AttemptResult.LOST else "missing"
        message = (
            f"This coupon was reported {what} before it reached a product, so it pays no points now. The program "
            "knows of your scan. Keep the coupon, and ask your program manager about it."
        )
        super().__init__(result, message)


class CouponDamaged(CouponFailure):
    """The coupon was reported damaged."""

    code = UserErrorCode.COUPON_DAMAGED

    def __init__(self) -> None:
        super().__init__(AttemptResult.DAMAGED, "This coupon was reported damaged and pays no points.")


class CouponExpired(CouponFailure):
    """The scan came after the grace period of the scheme."""

    code = UserErrorCode.COUPON_EXPIRED

    def __init__(self, title: str, last_day: date, until: datetime) -> None:
        message = f"This coupon expired: coupons of “{title}” could be redeemed until {format_day(last_day)}."
        super().__init__(AttemptResult.EXPIRED, message)
        self.redeemable_until = until


class SchemeNotStarted(CouponFailure):
    """The scan came before the first day of the scheme."""

    code = UserErrorCode.OUT_OF_WINDOW

    def __init__(self, title: str, starts_on: date) -> None:
        message = f"“{title}” starts on {format_day(starts_on)}. Scan the coupon again on that day or later."
        super().__init__(AttemptResult.NOT_STARTED, message)
        self.starts_on = starts_on


class ScannedTooEarly(CouponFailure):
    """The scan is older than the commissioning of the coupon, so the clock of the phone was wrong."""

    code = UserErrorCode.OUT_OF_WINDOW

    def __init__(self, commissioned_at: datetime, calendar: Calendar) -> None:
        message = (
            f"This coupon became active on {calendar.format_moment(commissioned_at)}, after the time of this scan. "
            "Set the clock of the phone, and scan the coupon again."
        )
        super().__init__(AttemptResult.SCANNED_TOO_EARLY, message, ("input", "scannedAt"))


class NotEnrolled(CouponFailure):
    """The ECP was not enrolled in the scheme when it scanned the coupon."""

    code = UserErrorCode.NOT_ENROLLED

    def __init__(self, scheme_id: UUID, message: str) -> None:
        super().__init__(AttemptResult.NOT_ENROLLED, message)
        self.scheme_id = scheme_id


class EcpNotActive(CouponFailure):
    """The ECP is not verified yet, suspended, or closed."""

    code = UserErrorCode.ILLEGAL_STATE

    def __init__(self, status: EcpStatus, reason: str | None) -> None:
        if status is EcpStatus.SUSPENDED:
            message = f"{add_reason('You are suspended and cannot redeem coupons', reason or '')} Keep the coupon."
        elif status is EcpStatus.PENDING:
            message = "Your registration is not verified yet. Keep the coupon, and redeem it once you are verified."
        else:
            message = "Your registration is closed, so you cannot redeem coupons."
        super().__init__(AttemptResult.NOT_ACTIVE, message, ("input",))
        self.status = status


class CouponEarnsNothing(CouponFailure):
    """The scheme pays this ECP nothing for the coupon; another place or another variant, for example."""

    code = UserErrorCode.OUT_OF_SCOPE

    def __init__(self, reasons: Sequence[str]) -> None:
        message = f"{' '.join(reasons)} The coupon stays valid."
        super().__init__(AttemptResult.NOT_EARNING, message)


class AlreadyYours(CouponFailure):
    """The same ECP redeemed the coupon before."""

    code = UserErrorCode.ALREADY_YOURS

    def __init__(self, redeemed_at: datetime, points: int | None, calendar: Calendar) -> None:
        """`points` are None while a job computes them."""
        when = calendar.format_moment(redeemed_at)
        paid = "Its points will follow soon" if points is None else f"It earned {format_count(points, 'point')}"
        message = f"You redeemed this coupon on {when}. {paid}."
        super().__init__(AttemptResult.ALREADY_YOURS, message)
        self.redeemed_at = redeemed_at
        self.points = points


class CouponRedeemed(CouponFailure):
    """Another ECP redeemed the coupon before."""

    code = UserErrorCode.COUPON_REDEEMED

    def __init__(self) -> None:
        super().__init__(AttemptResult.ALREADY_REDEEMED, "Another ECP has redeemed this coupon already.")


class TooManyWrongCodes(Failure):
    """So many codes were wrong that the next attempt has to wait."""

    code = UserErrorCode.THROTTLED

    def __init__(self, retry_at: datetime, now: datetime) -> None:
        seconds = max(1, math.ceil((retry_at - now).total_seconds()))
        message = f"There were too many wrong codes. Try again in {format_count(seconds, 'second')}."
        super().__init__(message, _CODE)
        self.retry_at = retry_at


class RedemptionLocked(Failure):
    """So many codes were wrong that a program manager must unlock the ECP."""

    code = UserErrorCode.LOCKED

    def __init__(self, locked_at: datetime, calendar: Calendar) -> None:
        super().__init__(
            f"There were too many wrong codes, so you cannot redeem coupons since {calendar.format_moment(locked_at)}. "
            "Keep your coupons, and ask your program manager to unlock you.",
            ("input",),
        )
        self.locked_at = locked_at
